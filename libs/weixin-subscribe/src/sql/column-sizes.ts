import type { FieldError } from '../kernel/errors.js';

/**
 * What a TEXT column holds on MariaDB and MySQL; PostgreSQL and SQLite set no such limit, and one behaviour
 * is wanted of all three.
 */
export const MOST_TEXT_BYTES = 65_535;

/**
 * What is wrong with a value that becomes the JSON of a TEXT column. Limits are said in characters, of which
 * one takes up to four bytes; where they alone do not keep a value within its column, this does.
 */
export function tooManyBytes(json: string, field: string): FieldError | undefined {
  // A character of a JavaScript string takes three bytes at most.
  if (3 * json.length <= MOST_TEXT_BYTES) return undefined;
  const bytes = Buffer.byteLength(json);
  if (bytes <= MOST_TEXT_BYTES) return undefined;
  return {
    field,
    message: `${field} must take at most ${MOST_TEXT_BYTES} bytes as JSON in UTF-8, got ${bytes}`,
  };
}
