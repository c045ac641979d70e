import { foreignCause, WeixinSubscribeError } from '../kernel/errors.js';

/** SQLite goes on reading from a file that is gone, and refuses to write to it. */
const REOPEN_FILE =
  'Restart this process, so that it opens the database under its path again; delete or move the file of a stopped process only.';
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

  /** Name of the table that a statement needs and that is not there. */
  declare readonly missingTable?: string;

  constructor(
    message: string,
    /** True when the database was away, busy or out of space: the same call may succeed later. */
    readonly temporary: boolean,
    cause?: unknown,
    missingTable?: string,
  ) {
    super(message, {
      cause: cause === undefined ? undefined : foreignCause(cause),
      ...(missingTable !== undefined && { remedy: MAKE_TABLES }),
      ...(Object(cause).code === 'SQLITE_READONLY_DBMOVED' && { remedy: REOPEN_FILE }),
    });
    this.assign({ missingTable });
  }

  /** The caller cannot mend a refusal, and repeating the call does not help. */
  override get httpStatus(): number {
    return this.temporary === false ? 500 : DatabaseError.problem.status;
  }
}

/** Of connections that a host has set up so that what is written or read could be lost or changed. */
export const unfit = (problem: string) =>
  new DatabaseError(`connections of the DataSource do not suit this module: ${problem}`, false);
