import type { SqlStep } from './sql-step.js';

/**
 * Ends a transaction that gave a row the next revision of its table: unless that is the newest of all, the
 * transaction is undone. The unique index alone would not do: a row that had the same number may have moved
 * on to the next one meanwhile, and who has seen that never looks for a smaller one. Each statement has to
 * see what is committed when it begins, as in READ COMMITTED.
 */
export const newestRevisionStep = (table: string, revision: number): SqlStep => ({
  name: 'newest revision',
  // In a FROM of its own: MariaDB reads a table that it updates nowhere else.
  sql: `UPDATE ${table} SET revision = ? WHERE revision = ?
    AND revision = (SELECT newest FROM (SELECT MAX(revision) AS newest FROM ${table}) latest)`,
  params: [revision, revision],
  expect: 'one',
});
