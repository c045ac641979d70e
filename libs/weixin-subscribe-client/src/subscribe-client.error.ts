import type { HostResponse } from './front-end.js';

/** A problem of the host (RFC 9457), or what is known of one. */
export interface Problem {
  status: number;
  /** The host's code, for example WEIXIN_STATE_EXPIRED. Absent where something before the host responded. */
  code?: string;
  title?: string;
  detail?: string;
  /** What to do about it. */
  remedy?: string;
}

/** The host gave no response, or one that refuses. */
export class SubscribeClientError extends Error {
  override readonly name = 'SubscribeClientError';

  constructor(
    message: string,
    /** Undefined: no response came. */
    readonly problem?: Problem,
  ) {
    super(message);
    // Compiled for old engines, the class would be plain Error.
    Object.setPrototypeOf(this, SubscribeClientError.prototype);
  }

  /**
   * Whether the same request may succeed later: no response, 401 (another session), 408, 425, 429, and
   * whatever is the host's own fault.
   */
  get isTemporary(): boolean {
    const status = this.problem?.status;
    return status === undefined || status >= 500 || [401, 408, 425, 429].indexOf(status) >= 0;
  }
}

export function problemOf({ status, body }: HostResponse): Problem {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const problem: Problem = { status };
  for (const field of ['code', 'title', 'detail', 'remedy'] as const)
    if (typeof given[field] === 'string') problem[field] = given[field] as string;
  return problem;
}
