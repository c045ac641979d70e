import { InvalidInputError } from './errors.js';

/** A UUID in lower case, as `RandomSource.id` makes them. */
export const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Not above any id, and not below any. */
export const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
export const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Whether a value may be the id of one of our rows: a UUID in lower case. What is not is no row's, and must
 * not be asked of the database: of a text that is no UUID PostgreSQL makes an error, and one in capitals or
 * braces it takes for the same id, which the other databases do not.
 */
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

/**
 * For a page that is in the order of ids. What is no id would be a place among them on some databases, and an
 * error on others.
 * @throws {InvalidInputError}
 */
export function assertCursor(cursor: string | undefined): void {
  if (cursor !== undefined && !isId(cursor)) throw wrongCursor();
}

export const wrongCursor = () =>
  new InvalidInputError([{ field: 'cursor', message: 'cursor must be one that the page before gave' }]);
