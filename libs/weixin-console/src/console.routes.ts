/** The name of the console's own route, by which its path is known. */
export const CONSOLE_ROUTE = 'console';
