/** A queue on a database of its own. */
export interface Queue {
  /** Puts that many jobs in. */
  fill(jobs: number): Promise<void>;
  /** Takes and ends that many, 500 at a time, doing nothing with them. */
  work(jobs: number): Promise<void>;
  close(): Promise<void>;
}

export function pgBoss(connectionString: string): Promise<Queue>;
export function graphileWorker(connectionString: string): Promise<Queue>;
