import { type SqlValue, storableText } from './sql-step.js';

/**
 * Keys alone, or each with its row, as one parameter of a statement.
 * @throws {DatabaseError} a text of them is none that every database can keep
 */
export function jsonParameter(keys: string[], rows?: Record<string, SqlValue>[]): string {
  for (const row of rows ?? [])
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'string') storableText(value, column);
  return JSON.stringify(rows ? keys.map((row_key, index) => ({ row_key, ...rows[index] })) : keys);
}
