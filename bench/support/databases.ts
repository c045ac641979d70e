import { readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { type DatabaseKind, openDatabase } from '../../test/support/test-databases.js';

export const LABELS: Record<DatabaseKind, string> = {
  postgres: 'PostgreSQL',
  mysql: 'MariaDB',
  sqlite: 'SQLite',
};
const VARIABLES = { postgres: 'TEST_POSTGRES_URL', mysql: 'TEST_MYSQL_URL' } as const;
const LOCAL = ['127.0.0.1', 'localhost', '[::1]'];
process.env.TEST_POSTGRES_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';
process.env.TEST_MYSQL_URL ??= 'mysql://root@127.0.0.1:3306/test';

export interface BenchDatabase {
  kind: DatabaseKind;
  dataSource: DataSource;
  /**
   * CPU time of the server's process or thread behind the one connection, nanoseconds; undefined on SQLite
   * and on other machines.
   */
  serverNs(): number | undefined;
  /** Another connection to it, the only one of its pool. */
  connect(): Promise<DataSource>;
  close(): Promise<void>;
}

/**
 * A new database with our tables, and one connection to it, so that it is known which process of the server
 * works for us.
 */
export async function openBenchDatabase(kind: DatabaseKind): Promise<BenchDatabase> {
  const { dataSource: migrated, close } = await openDatabase(kind);
  await migrated.destroy();
  const connect = () => connectOnce(kind, migrated);
  const dataSource = await connect();
  const thread = await threadOf(kind, dataSource);
  return {
    kind,
    dataSource,
    serverNs: () => (thread === undefined ? undefined : cpuNs(thread)),
    connect,
    async close() {
      await dataSource.destroy();
      await close();
    },
  };
}

/** A connection to the same database, the only one of its pool, which stays whatever its rest. */
export function connectOnce(kind: DatabaseKind, { options }: DataSource): Promise<DataSource> {
  const one = { poolSize: 1, ...(kind === 'postgres' && { extra: { idleTimeoutMillis: 0 } }) };
  return new DataSource({ ...options, ...one } as typeof options).initialize();
}

/** What answers: those asked for, or all that are there. */
export async function reachable(asked: string | undefined): Promise<DatabaseKind[]> {
  const kinds = (asked?.split(',') ?? Object.keys(LABELS)) as DatabaseKind[];
  const found: DatabaseKind[] = [];
  for (const kind of kinds) {
    if (!(kind in LABELS)) throw new Error(`"${kind}": must be one of ${Object.keys(LABELS).join(', ')}`);
    try {
      const { close } = await openDatabase(kind);
      await close();
      found.push(kind);
    } catch (error) {
      process.stderr.write(`${LABELS[kind]} does not answer: ${(error as Error).message}\n`);
    }
  }
  return found;
}

/** The id of the operating system's thread that serves a connection, if it is on this machine. */
export async function threadOf(kind: DatabaseKind, dataSource: DataSource): Promise<number | undefined> {
  if (kind === 'sqlite' || !LOCAL.includes(new URL(String(process.env[VARIABLES[kind]])).hostname))
    return undefined;
  const [{ id }] = await dataSource.query(
    kind === 'postgres'
      ? 'SELECT pg_backend_pid() AS id'
      : 'SELECT tid AS id FROM information_schema.processlist WHERE id = CONNECTION_ID()',
  );
  return cpuNs(Number(id)) === undefined ? undefined : Number(id);
}

/** The scheduler's own account, finer than the ticks of /proc/<pid>/stat. */
export function cpuNs(thread: number | 'self'): number | undefined {
  return scheduled(thread)?.[0];
}

/** How long a thread, or the main one of this process, has been ready while others ran on its core. */
export function waitedMs(thread: number | 'self'): number | undefined {
  const ns = scheduled(thread)?.[1];
  return ns === undefined ? undefined : ns / 1e6;
}

function scheduled(thread: number | 'self'): number[] | undefined {
  try {
    return readFileSync(`/proc/${thread}/schedstat`, 'utf8').split(' ').map(Number);
  } catch {
    return undefined;
  }
}
