/** A mint that failed, as all processes on one store see it. Plain JSON, without any secret. */
export interface MintFailure {
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** No process asks the platform again before (milliseconds since 1970 UTC). */
  until: number;
  /** Our own pause, which doubles with every failure in a row. */
  pauseMs: number;
  message: string;
  remedy?: string;
  /** Where the platform spoke. */
  errcode?: number;
  errmsg?: string;
}
