import type { PoolConnection, QueryOptions, RowDataPacket } from 'mysql2';
import { unfit } from './database.error.js';

/** What a session is set to, by the host, by its server or by `init_connect`. */
interface Settings {
  autocommit: number | string;
  /** Character set in which the server reads statements. */
  client: string;
  /** Character set in which it writes rows; null: each as it is stored. */
  results: string | null;
  sqlMode: string;
}

const SELECT_SETTINGS = `SELECT @@autocommit AS autocommit, @@character_set_client AS client,
  @@character_set_results AS results, @@sql_mode AS sqlMode`;

/** Of the driver's flags: an UPDATE counts the rows that it finds, not only those that it changes. */
const FOUND_ROWS = 2;

/**
 * Refuses a connection of the host whose settings would let us lose what we write: nothing of ours may run on
 * it, and to change it would change what the host's own statements do.
 * @param asUsual how the statement is run, its time limit too
 * @throws {DatabaseError}
 */
export async function refuseUnfit(client: PoolConnection, asUsual: Omit<QueryOptions, 'sql'>): Promise<void> {
  const [[settings]] = await client
    .promise()
    .query<(Settings & RowDataPacket)[]>({ sql: SELECT_SETTINGS, ...asUsual });
  const { clientFlags } = client.config as { clientFlags?: number };
  const problem = problemOf(settings, clientFlags);
  if (problem) throw unfit(problem);
}

function problemOf(
  { autocommit, client, results, sqlMode }: Settings,
  clientFlags = FOUND_ROWS,
): string | undefined {
  if (Number(autocommit) === 0)
    return 'autocommit is 0, and single statements would stay uncommitted; set it to 1 (see init_connect)';
  const charset = [client, results].find((name) => name !== null && name !== 'utf8mb4');
  if (charset !== undefined)
    return `their character set is ${charset}, which can not keep every text; set "charset" to "utf8mb4", or leave it out`;
  const modes = sqlMode.split(',');
  // The driver escapes quotes with a backslash: a text could end where it likes, and go on as SQL.
  if (modes.includes('NO_BACKSLASH_ESCAPES'))
    return 'sql_mode has NO_BACKSLASH_ESCAPES, and the driver escapes with backslashes; take it out';
  if (modes.includes('EMPTY_STRING_IS_NULL'))
    return 'sql_mode has EMPTY_STRING_IS_NULL, and columns of this module are empty, not NULL; take it out';
  if (!(clientFlags & FOUND_ROWS))
    return 'the flag FOUND_ROWS is off, and a row that had its value already would count as missing; take "-FOUND_ROWS" out';
  return undefined;
}
