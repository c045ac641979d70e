import { type SqlExecutor, UniqueViolation } from './sql-executor.js';
import type { SqlFragment } from './sql-step.js';

/**
 * Changes a row if the condition of `update` holds, or adds it where there is none. The condition has the
 * last word, whoever comes first: the row that was added between the two statements is compared as well. A
 * look whether there is a row would not do, since the one that it finds may be what the update would have
 * replaced.
 * @returns `false`: there is a row, and the condition does not hold for it
 * @throws {DatabaseError}
 */
export async function updateOrInsert(
  sql: SqlExecutor,
  update: SqlFragment,
  insert: SqlFragment,
): Promise<boolean> {
  if ((await sql.run(update.sql, update.params)) === 1) return true;
  try {
    await sql.run(insert.sql, insert.params);
    return true;
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    return (await sql.run(update.sql, update.params)) === 1;
  }
}
