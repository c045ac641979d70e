import { type DatabaseKind, openDatabase } from '../../test/support/test-databases.js';

const LABELS: Record<DatabaseKind, string> = {
  sqlite: 'SQLite, a file',
  postgres: 'PostgreSQL',
  mysql: 'MariaDB/MySQL',
};
const LOCAL = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * A database of this library for one run, with its tables.
 * @param asked which kind; without it PostgreSQL where one answers on this machine, else a SQLite file
 */
export async function openOurDatabase(asked?: string) {
  process.env.TEST_POSTGRES_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';
  process.env.TEST_MYSQL_URL ??= 'mysql://root@127.0.0.1:3306/test';
  const kinds = asked === undefined ? (['postgres', 'sqlite'] as const) : [readKind(asked)];
  const failures: string[] = [];
  for (const kind of kinds) {
    try {
      assertLocal(kind);
      const { database, close } = await openDatabase(kind);
      return { label: LABELS[kind], options: database.options, close, failures };
    } catch (error) {
      failures.push(`${LABELS[kind]}: ${(error as Error).message || (error as { code?: string }).code}`);
    }
  }
  throw new Error(failures.join('; '));
}

function readKind(asked: string): DatabaseKind {
  if (asked in LABELS) return asked as DatabaseKind;
  throw new Error(`"${asked}": must be one of ${Object.keys(LABELS).join(', ')}`);
}

/** Nothing may leave this machine. */
function assertLocal(kind: DatabaseKind): void {
  const variable = { sqlite: undefined, postgres: 'TEST_POSTGRES_URL', mysql: 'TEST_MYSQL_URL' }[kind];
  const host = variable === undefined ? 'localhost' : new URL(String(process.env[variable])).hostname;
  if (!LOCAL.includes(host)) throw new Error(`${variable} names another machine`);
}
