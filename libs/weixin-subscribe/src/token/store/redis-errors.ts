import { DatabaseError } from '../../sql/database.error.js';

/** Starting, busy, failing over, full, or out of reach of its disk or its replicas. */
const AWAY = new Set([
  ...['LOADING', 'BUSY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'READONLY'],
  ...['OOM', 'MISCONF', 'NOREPLICAS', 'UNBLOCKED'],
]);

/**
 * What went wrong, by its code alone: a reply may quote the arguments of the command ("unknown command
 * 'evalsha', with args beginning with …"), and ioredis hangs all of them on its error; a connection's error
 * tells the address.
 */
export function redisError(error: unknown): DatabaseError {
  const { name, code, message = '' } = (error ?? {}) as { name?: string; code?: unknown; message?: string };
  if (name === 'ReplyError') {
    const word = /^[A-Z]+\b/.exec(message)?.[0] ?? 'no code';
    return new DatabaseError(`the Redis of the token store refused a command (${word})`, AWAY.has(word));
  }
  const reason = typeof code === 'string' ? code : (name ?? 'Error');
  return new DatabaseError(
    `the Redis of the token store is not available (${reason === 'Error' ? 'no answer' : reason})`,
    true,
  );
}
