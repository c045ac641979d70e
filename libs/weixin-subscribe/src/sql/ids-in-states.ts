export interface IdsInStates {
  table: string;
  /** Literals of ours. */
  states: readonly string[];
  /**
   * What must hold of each row: word for word what a partial index of SQLite says, where one serves. Its
   * parameters are given once for each state.
   */
  where: string;
  orderBy: string;
}

/**
 * Ids of rows in one of several states, state by state, at most `limit`. A look of its own for each state, so
 * that each is one range of an index that begins with the state, in its order: of `status IN (…)` MariaDB and
 * SQLite would read all of it and sort.
 */
export function idsInStates({ table, states, where, orderBy }: IdsInStates, limit: number): string {
  const looks = states.map(
    (state, index) =>
      `SELECT id FROM (SELECT id FROM ${table} WHERE ${where} AND status = '${state}' ORDER BY ${orderBy} LIMIT ${limit}) AS look${index}`,
  );
  return `${looks.join(' UNION ALL ')} LIMIT ${limit}`;
}
