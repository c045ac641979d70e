import { DatabaseError } from './database.error.js';
import { UniqueViolation } from './sql-executor.js';

const ATTEMPTS = 12;

/**
 * PostgreSQL serialization failure, deadlock and lock timeout, MariaDB deadlock, lock wait timeout and
 * changed row: nothing was applied.
 */
const TRANSIENT = new Set([
  '40001',
  '40P01',
  '55P03',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
]);
/**
 * Not reachable, killed, full, out of time or, while it fails over, read-only. SQLite is busy only after its
 * driver has waited its `timeout`.
 */
const AWAY =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|PROTOCOL_|POOL_|SQLITE_(BUSY|FULL|IOERR|CANTOPEN)|57|08|53|25006|ER_(CON_COUNT|TOO_MANY_USER_CONNECTIONS|DISK_FULL|SERVER_SHUTDOWN|QUERY_INTERRUPTED|QUERY_TIMEOUT|OPTION_PREVENTS_STATEMENT|READ_ONLY_MODE|CANT_EXECUTE_IN_READ_ONLY_TRANSACTION))/;
/** Connection was killed, and statement timeout, of MariaDB: mysql2 knows no names for them. */
const AWAY_NUMBERS = new Set([1927, 1969]);
const AWAY_TEXT =
  /Query read timeout|Connection terminated|connection is in closed state|not queryable|timeout exceeded when trying to connect|Driver not Connected|Connection is not established|Pool is closed|pool after calling end|database connection is not open|read ECONN|Queue limit reached|No connections available/i;

/** What drivers tell of a failure. */
interface DriverError {
  name?: string;
  message?: string;
  code?: unknown;
  errno?: number;
  /** PostgreSQL: the constraint that was violated. */
  constraint?: string;
  /** Present on what a MariaDB or MySQL server said; absent where the driver itself failed. */
  sqlState?: string;
}

/**
 * Runs `work` again when the database itself took it back; translates what remains into errors without
 * parameters.
 */
export async function withRetry<T>(
  work: () => Promise<T> | T,
  pause: (attempt: number) => Promise<void>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const translated = translate(error);
      if (translated !== 'transient') throw translated;
      if (attempt === ATTEMPTS) {
        throw new DatabaseError(
          'the database kept refusing because of contention',
          true,
          withoutValues(error),
        );
      }
      await pause(attempt);
    }
  }
}

/** Runs `work` once, in a transaction that is not ours to repeat. */
export async function withoutRetry<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const translated = translate(error);
    if (translated !== 'transient') throw translated;
    throw new DatabaseError('the database took the transaction back; repeat it', true, withoutValues(error));
  }
}

/** True when the connection that met this error should not be used again. */
export function isAway(error: unknown): boolean {
  const { message = '', errno = 0 } = (error ?? {}) as DriverError;
  return AWAY.test(codeOf(error)) || AWAY_NUMBERS.has(errno) || AWAY_TEXT.test(message);
}

function translate(error: unknown): 'transient' | Error {
  if (error instanceof UniqueViolation || error instanceof DatabaseError) return error;
  const code = codeOf(error);
  if (TRANSIENT.has(code)) return 'transient';
  const violated = violatedUnique(code, error as DriverError);
  if (violated !== undefined) return new UniqueViolation(violated);
  const missing = missingTable(code, error as DriverError);
  if (missing !== undefined)
    return new DatabaseError(`the table ${missing} does not exist`, false, withoutValues(error), missing);
  return isAway(error)
    ? new DatabaseError(
        `the database is not available (${code || 'connection lost'})`,
        true,
        withoutValues(error),
      )
    : new DatabaseError(
        `the database refused a statement (${code || 'no code'})`,
        false,
        withoutValues(error),
      );
}

/** What names the unique index that refused a row, if one did. */
function violatedUnique(code: string, { message = '', constraint = '' }: DriverError): string | undefined {
  switch (code) {
    case '23505':
      return constraint;
    case 'ER_DUP_ENTRY':
      // Two things in quotes in any language: the value, then the index.
      return /'([^']*)'[^']*$/.exec(message)?.[1] ?? '';
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
      return message;
    default:
      return undefined;
  }
}

/** The table that a statement names and that is not there. */
function missingTable(code: string, { message = '' }: DriverError): string | undefined {
  const isMissing =
    code === '42P01' ||
    code === 'ER_NO_SUCH_TABLE' ||
    (code === 'SQLITE_ERROR' && message.startsWith('no such table: '));
  // Ours alone: in any language of the server its name is the only such word.
  return isMissing ? /\bweixin_\w+/.exec(message)?.[0] : undefined;
}

/**
 * Some messages quote values: PostgreSQL's about wrong data, and nearly all of MariaDB, where the driver puts
 * the parameters into the statement. Of those only the code is kept.
 */
function withoutValues(error: unknown): unknown {
  const { name, sqlState } = (error ?? {}) as DriverError;
  const code = codeOf(error);
  const quotes =
    sqlState === undefined
      ? /^(22|23|P0)/.test(code)
      : !/^ER_(NO_SUCH_TABLE|BAD_FIELD_ERROR|BAD_DB_ERROR|LOCK_\w+|\w*ACCESS_DENIED\w*)$/.test(code);
  if (!quotes) return error;
  return Object.assign(new Error('not shown, because it may quote values'), { name, code });
}

function codeOf(error: unknown): string {
  return String((error as DriverError | undefined)?.code ?? '');
}
