import { foreignCause, WeixinSubscribeError } from '../kernel/errors.js';

const MAKE_TABLES =
  "Run the library's migrations on this database, or give the module a DataSource of its own (dataSource: 'own'): the log of the start names the ways.";

/**
 * The database was not available, or refused a statement. Nothing half-written is left behind: every change
 * is one statement or one transaction.
 */
export class DatabaseError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_DATABASE',
    status: 503,
    title: 'The database is not available',
  };

  constructor(
    message: string,
    /** True when the database was away, busy or out of space: the same call may succeed later. */
    readonly temporary: boolean,
    cause?: unknown,
    /** Name of the table that a statement needs and that is not there. */
    readonly missingTable?: string,
  ) {
    super(message, {
      cause: cause === undefined ? undefined : foreignCause(cause),
      ...(missingTable !== undefined && { remedy: MAKE_TABLES }),
    });
  }

  /** The caller cannot mend a refusal, and repeating the call does not help. */
  override get httpStatus(): number {
    return this.temporary === false ? 500 : DatabaseError.problem.status;
  }
}
