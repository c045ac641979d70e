import { foreignCause, WeixinSubscribeError } from '../kernel/errors.js';

/** The database could not be asked, or refused. Nothing half-written is left behind: every change is one statement or one transaction. */
export class DatabaseError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_DATABASE';

  constructor(
    message: string,
    /** True when the database was away, busy or out of space: the same call may succeed later. */
    readonly temporary: boolean,
    cause?: unknown,
  ) {
    super(message, { cause: cause === undefined ? undefined : foreignCause(cause) });
  }
}
