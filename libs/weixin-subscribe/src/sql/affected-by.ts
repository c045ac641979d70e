import type { AtomicResult } from './sql-executor.js';

/** How many rows the steps affected, all together. */
export function affectedBy(result: AtomicResult): number {
  return result.applied ? result.affected.reduce((sum, rows) => sum + rows, 0) : 0;
}
