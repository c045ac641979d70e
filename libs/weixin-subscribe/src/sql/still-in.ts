/**
 * The condition that a row, found by its unique key, is still in a state.
 *
 * Not `status = '…'`: PostgreSQL would take that for a reason to read a partial index on the state instead of
 * the key, whenever its statistics are from a quiet hour. Each end of a message would then read everything
 * that is in flight, and under an old snapshot everything that was.
 */
export function stillIn(status: string, column = 'status'): string {
  return `LOWER(${column}) = '${status}'`;
}

/** The same for several states. */
export function stillAmong(states: readonly string[], column = 'status'): string {
  return `LOWER(${column}) IN (${states.map((state) => `'${state}'`).join(', ')})`;
}
