const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a value may be the id of one of our rows (a UUID). What is not is no row's, and need not be asked
 * of a database that may refuse the text.
 */
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);
