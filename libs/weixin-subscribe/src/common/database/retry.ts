import { DatabaseError } from '../errors.js';
import { UniqueViolation } from './sql-executor.js';

const ATTEMPTS = 6;

/** PostgreSQL serialization failure and deadlock, MariaDB deadlock and lock wait timeout, SQLite busy: nothing was applied. */
const TRANSIENT = new Set(['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);
const AWAY =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|PROTOCOL_|POOL_|SQLITE_(BUSY|FULL|IOERR|CANTOPEN)|57P0|08|53|ER_CON_COUNT|ER_DISK_FULL|ER_SERVER_SHUTDOWN)/;
const AWAY_TEXT =
  /Connection terminated|connection is in closed state|not queryable|timeout exceeded when trying to connect|Driver not Connected|database connection is not open|read ECONN/i;

/** Runs `work` again when the database itself took it back; translates what remains into errors without parameters. */
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
        throw new DatabaseError('the database kept refusing because of contention', true, error);
      }
      await pause(attempt);
    }
  }
}

function translate(error: unknown): 'transient' | Error {
  if (error instanceof UniqueViolation || error instanceof DatabaseError) return error;
  const { code = '', message = '', constraint = '' } = (error ?? {}) as Record<string, string | undefined>;
  if (TRANSIENT.has(code) || code.startsWith('SQLITE_BUSY')) return 'transient';
  if (code === '23505') return new UniqueViolation(constraint);
  if (
    code === 'ER_DUP_ENTRY' ||
    code === 'SQLITE_CONSTRAINT_UNIQUE' ||
    code === 'SQLITE_CONSTRAINT_PRIMARYKEY'
  ) {
    return new UniqueViolation(message.replace(/^Duplicate entry '.*' for key/s, ''));
  }
  if (AWAY.test(code) || AWAY_TEXT.test(message)) {
    return new DatabaseError(`the database is not available (${code || 'connection lost'})`, true, error);
  }
  return new DatabaseError(`the database refused a statement (${code || 'no code'})`, false, error);
}
