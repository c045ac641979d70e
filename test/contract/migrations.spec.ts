import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { migrate, WEIXIN_SUBSCRIBE_ENTITIES, WEIXIN_SUBSCRIBE_MIGRATIONS } from 'nestjs-weixin-subscribe';
import {
  AbstractLogger,
  DataSource,
  type DataSourceOptions,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { compiled } from '../support/compiled.js';
import { nthId } from '../support/ids.js';
import { atOnce } from '../support/library-parts.js';
import {
  createDatabase,
  type DatabaseKind,
  describeDatabase,
  describeEachDatabase,
  type TestDatabase,
  withLibrary,
} from '../support/test-databases.js';

const TABLES = [
  'weixin_account',
  'weixin_account_change',
  'weixin_audit',
  'weixin_authorizer',
  'weixin_batch_content',
  'weixin_broadcast',
  'weixin_broadcast_event',
  'weixin_broadcast_occurrence',
  'weixin_broadcast_recipient',
  'weixin_card',
  'weixin_card_update',
  'weixin_component_ticket',
  'weixin_grant',
  'weixin_intent',
  'weixin_lease',
  'weixin_live_grant',
  'weixin_message',
  'weixin_message_batch',
  'weixin_push_event',
  'weixin_recurring_broadcast',
  'weixin_scene',
  'weixin_send_pause',
  'weixin_template',
  'weixin_token',
  'weixin_token_audit',
];
const OURS = WEIXIN_SUBSCRIBE_MIGRATIONS.length;
const WITH_HOST = OURS + 1;

const TABLE_NAMES: Record<DatabaseKind, string> = {
  sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'",
  postgres: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
  mysql: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
};

/** Leaves a table and a row, over several turns of the event loop, so that a race has time to go wrong. */
class HostMigration1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE host_table (id int NOT NULL)');
    await new Promise((resolve) => setImmediate(resolve));
    await runner.query('INSERT INTO host_table VALUES (1)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE host_table');
  }
}

/** As the library names its lock. */
const LOCK_KEY = [0x77786d70, 0x73756273];

class Silence extends AbstractLogger {
  protected override writeLog(): void {}
}

class FailingMigration1800000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half_done (id int NOT NULL)');
    throw new Error('the host made a mistake');
  }
  async down(): Promise<void> {}
}

describeEachDatabase('migrations', (kind) => {
  let database: TestDatabase;
  let sources: DataSource[];
  beforeEach(async () => {
    sources = [];
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    for (const source of sources) if (source.isInitialized) await source.destroy();
    await database?.drop();
  });

  /** A host's DataSource, with a migration of its own before the library's. */
  const open = async (more: Partial<DataSourceOptions> = {}) => {
    const source = await new DataSource({
      ...database.options,
      entities: WEIXIN_SUBSCRIBE_ENTITIES,
      migrations: [HostMigration1700000000000, ...WEIXIN_SUBSCRIBE_MIGRATIONS],
      poolSize: 2,
      ...more,
    } as DataSourceOptions).initialize();
    sources.push(source);
    return source;
  };
  const ours = async (source: DataSource): Promise<string[]> => {
    const found: { name: string }[] = await source.query(TABLE_NAMES[kind]);
    return found
      .map(({ name }) => name)
      .filter((name) => name.startsWith('weixin_'))
      .sort();
  };
  const ran = async (source: DataSource) =>
    Number((await source.query('SELECT COUNT(*) AS n FROM migrations'))[0].n);

  it('make all tables in an empty database, and nothing the second time', async () => {
    const source = await open();
    await migrate(source);
    expect(await ours(source)).toEqual(TABLES);
    expect(await ran(source)).toBe(WITH_HOST);
    await migrate(source);
    expect(await ran(source)).toBe(WITH_HOST);
  });

  it('leave nothing that the entities would change', async () => {
    const source = await open(withLibrary({} as DataSourceOptions));
    await migrate(source);
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('differ from what the entities say once a column is lost', async () => {
    const source = await open(withLibrary({} as DataSourceOptions));
    await migrate(source);
    await source.query('ALTER TABLE weixin_message DROP COLUMN reason');
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.length).toBeGreaterThan(0);
  });

  it('are undone whole, index by index, and can be done again', async () => {
    const source = await open(withLibrary({} as DataSourceOptions));
    await migrate(source);
    for (let undone = 0; undone < OURS; undone++) await source.undoLastMigration();
    expect(await ours(source)).toEqual([]);
    await migrate(source);
    expect(await ours(source)).toEqual(TABLES);
  });

  describe('of a module with a DataSource of its own, on the database of its host', () => {
    const NAME = 'weixin_migrations';
    const hosts = (more: object = {}) => open({ migrations: [HostMigration1700000000000], ...more });
    const modules = (more: object = {}) => open({ migrations: WEIXIN_SUBSCRIBE_MIGRATIONS, ...more });

    it('let the host undo its own where they have a table of their own', async () => {
      const host = await hosts();
      await migrate(host);
      await migrate(await modules({ migrationsTableName: NAME }));
      await host.undoLastMigration();
      expect(await ran(host)).toBe(0);
      expect(await ours(host)).toEqual([...TABLES, NAME].sort());
    });

    it('keep the host from undoing anything where they share its table, unless it knows them', async () => {
      const host = await hosts();
      await migrate(host);
      await migrate(await modules());
      await expect(host.undoLastMigration()).rejects.toThrow(/No migration \w+ was found in the source code/);
      expect(await ran(host)).toBe(WITH_HOST);
      const both = await open();
      for (let undone = 0; undone < WITH_HOST; undone++) await both.undoLastMigration();
      expect([await ours(host), await ran(host)]).toEqual([[], 0]);
    });
  });

  it('run once when five DataSources start together', async () => {
    const five = await atOnce(5, () => open());
    await Promise.all(five.map((source) => migrate(source)));
    expect(await ran(five[0])).toBe(WITH_HOST);
    expect(await five[1].query('SELECT COUNT(*) AS n FROM host_table')).toEqual([{ n: countOf(kind, 1) }]);
    expect(await ours(five[2])).toEqual(TABLES);
  });

  it('run once when one DataSource is asked five times at once', async () => {
    const source = await open();
    await atOnce(5, () => migrate(source));
    expect(await ran(source)).toBe(WITH_HOST);
  });

  if (kind === 'postgres') {
    it('hold no lock of the session, which a pooler in transaction mode would give to somebody else', async () => {
      const unlocked: unknown[] = [];
      class LockMigration1800000000001 implements MigrationInterface {
        async up(runner: QueryRunner): Promise<void> {
          // False for a lock of the transaction: only its end gives it back.
          const [{ held }] = await runner.query('SELECT pg_advisory_unlock($1, $2) AS held', LOCK_KEY);
          unlocked.push(held);
        }
        async down(): Promise<void> {}
      }
      const source = await open({ migrations: [LockMigration1800000000001] });
      await migrate(source);
      expect(unlocked).toEqual([false]);
      const [{ held }] = await source.query(
        "SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      );
      expect(held).toBe(0);
    });

    it('see what another process migrated just before, whatever isolation the server has by default', async () => {
      const isolation: string[] = [];
      class IsolationMigration1800000000003 implements MigrationInterface {
        async up(runner: QueryRunner): Promise<void> {
          const [{ transaction_isolation: level }] = await runner.query('SHOW transaction_isolation');
          isolation.push(level);
        }
        async down(): Promise<void> {}
      }
      const admin = await open();
      const { database: name } = admin.driver;
      await admin.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
      await migrate(await open({ migrations: [IsolationMigration1800000000003] }));
      expect(isolation).toEqual(['read committed']);
    });

    // The documents ask for a direct connection here.
    const direct = process.env.TEST_POSTGRES_POOLED ? it.skip : it;
    direct('that can not run in a transaction run once when three DataSources start together', async () => {
      class ConcurrentMigration1800000000002 implements MigrationInterface {
        transaction = false;
        async up(runner: QueryRunner): Promise<void> {
          await runner.query('CREATE TABLE built_beside (id int NOT NULL)');
          await runner.query('CREATE INDEX CONCURRENTLY built_beside_id ON built_beside (id)');
        }
        async down(): Promise<void> {}
      }
      const all = await Promise.all(
        [1, 2, 3].map(() => open({ migrations: [ConcurrentMigration1800000000002] })),
      );
      await Promise.all(all.map(migrate));
      const [{ made }] = await all[0].query(
        "SELECT count(*)::int AS made FROM migrations WHERE name = 'ConcurrentMigration1800000000002'",
      );
      expect(made).toBe(1);
    });
  }

  it('need no more than one connection', async () => {
    const source = await open({ poolSize: 1 });
    await migrate(source);
    expect(await ran(source)).toBe(WITH_HOST);
  });

  it('fail with the error of the one that failed, leave neither lock nor transaction behind, and can be tried again', async () => {
    const failing = await open({
      migrations: [...WEIXIN_SUBSCRIBE_MIGRATIONS, FailingMigration1800000000000],
      logger: new Silence(),
    });
    await expect(migrate(failing)).rejects.toThrow('the host made a mistake');
    const source = await open();
    await migrate(source);
    expect(await ours(source)).toEqual(TABLES);
    expect(await ours(failing)).toEqual(TABLES);
  });

  it('keep openids that differ in case apart, in the order of their bytes', async () => {
    const source = await open();
    await migrate(source);
    const openids = ['oB', 'oa', 'ob', 'oA'];
    for (const [index, openid] of openids.entries()) {
      const row = `('${nthId('of', index)}', 'd${index}', 'wx', 't', 1, 'web', 'b', 'confirmed', '${openid}', 1, 2)`;
      await source.query(
        `INSERT INTO weixin_intent (id, state_digest, app_id, template_id, scene, flow, binding_digest, status, openid, created_at, expires_at) VALUES ${row}`,
      );
    }
    expect(await source.query("SELECT id FROM weixin_intent WHERE openid = 'ob'")).toEqual([
      { id: nthId('of', 2) },
    ]);
    expect(await source.query("SELECT id FROM weixin_intent WHERE openid = 'OB'")).toEqual([]);
    const inOrder: { openid: string }[] = await source.query(
      'SELECT openid FROM weixin_intent ORDER BY openid',
    );
    expect(inOrder.map(({ openid }) => openid)).toEqual(['oA', 'oB', 'oa', 'ob']);
  });
});

const countOf = (kind: DatabaseKind, n: number) => (kind === 'sqlite' ? n : String(n));

/** `collation_name` is null in PostgreSQL where a column has the collation of its database. */
const TEXT_COLUMNS = {
  mysql: {
    collation: 'utf8mb4_bin',
    sql: `SELECT COALESCE(collation_name, 'none') AS collation, COUNT(*) AS n FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name LIKE 'weixin%' AND data_type IN ('varchar', 'text') GROUP BY collation_name`,
  },
  postgres: {
    collation: 'C',
    sql: `SELECT COALESCE(collation_name, 'none') AS collation, COUNT(*) AS n FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name LIKE 'weixin%' AND data_type IN ('character varying', 'text') GROUP BY collation_name`,
  },
};

describeDatabase('postgres', 'ids', (kind) => {
  it('are of the type uuid; of 36 characters are only who holds a lease, and live keys', async () => {
    const database = await createDatabase(kind);
    const source = await new DataSource(withLibrary(database.options)).initialize();
    try {
      await migrate(source);
      const columns: { name: string; type: string }[] = await source.query(
        `SELECT CONCAT(table_name, '.', column_name) AS name, data_type AS type FROM information_schema.columns
          WHERE table_schema = current_schema() AND table_name LIKE 'weixin%'
            AND (data_type = 'uuid' OR character_maximum_length = 36) ORDER BY 1`,
      );
      expect(columns.filter(({ type }) => type !== 'uuid').map(({ name }) => name)).toEqual([
        'weixin_broadcast.runner',
        'weixin_grant.live_key',
        'weixin_lease.holder',
        'weixin_message_batch.owner',
        'weixin_message_batch.taken_over_by',
      ]);
      expect(columns.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['weixin_grant.id', 'weixin_live_grant.id', 'weixin_message.grant_id']),
      );
    } finally {
      await source.destroy();
      await database.drop();
    }
  });
});

for (const kind of ['postgres', 'mysql'] as const)
  describeDatabase(kind, 'text columns', () => {
    const { collation, sql } = TEXT_COLUMNS[kind];
    const made = async (make: (source: DataSource) => Promise<unknown>) => {
      const database = await createDatabase(kind);
      const source = await new DataSource(withLibrary(database.options)).initialize();
      try {
        await make(source);
        const found: { collation: string; n: string }[] = await source.query(sql);
        return found.map(({ n, ...rest }) => ({ ...rest, many: Number(n) > 30 }));
      } finally {
        await source.destroy();
        await database.drop();
      }
    };

    it(`are all made ${collation} by the migrations`, async () => {
      expect(await made(migrate)).toEqual([{ collation, many: true }]);
    });

    // On MariaDB and MySQL the module does not start on such tables.
    if (kind === 'postgres')
      it(`are all made ${collation} by the entities, too`, async () => {
        expect(await made((source) => source.synchronize())).toEqual([{ collation, many: true }]);
      });
  });

describeDatabase('sqlite', 'migrations', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });
  afterEach(() => database?.drop());

  it('run once when two processes start together on one file', async () => {
    const { database: file } = database.options as { database: string };
    const run = promisify(execFile);
    const script = compiled('test/support/migrating-process.ts');
    const processes = await atOnce(2, () => run(process.execPath, [script, file]));
    expect(processes.map(({ stdout }) => stdout)).toEqual([`migrated ${OURS}\n`, `migrated ${OURS}\n`]);
  });

  it('are not needed where the host lets TypeORM synchronize, which knows no collation of PostgreSQL here', async () => {
    const source = await new DataSource({
      ...withLibrary(database.options),
      synchronize: true,
    } as DataSourceOptions).initialize();
    await expect(source.query('SELECT id FROM weixin_grant')).resolves.toEqual([]);
    await source.destroy();
  });

  it('of a host that rebuild a table keep the rows that refer to it, and foreign keys are on afterwards', async () => {
    const before = await new DataSource({ ...database.options } as DataSourceOptions).initialize();
    await before.query('CREATE TABLE course (id int NOT NULL PRIMARY KEY)');
    await before.query('CREATE TABLE booking (course_id int REFERENCES course (id) ON DELETE CASCADE)');
    await before.query('INSERT INTO course VALUES (1)');
    await before.query('INSERT INTO booking VALUES (1)');
    await before.destroy();
    class Rebuild1900000000000 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('CREATE TABLE course_new (id int NOT NULL PRIMARY KEY, title text)');
        await runner.query('INSERT INTO course_new (id) SELECT id FROM course');
        await runner.query('DROP TABLE course');
        await runner.query('ALTER TABLE course_new RENAME TO course');
      }
      async down(): Promise<void> {}
    }
    const source = await new DataSource({
      ...database.options,
      migrations: [Rebuild1900000000000],
    } as DataSourceOptions).initialize();
    await migrate(source);
    expect(await source.query('SELECT * FROM booking')).toEqual([{ course_id: 1 }]);
    expect(await source.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await source.query('PRAGMA busy_timeout')).toEqual([{ timeout: 10_000 }]);
    await expect(source.query('INSERT INTO booking VALUES (404)')).rejects.toThrow('FOREIGN KEY');
    await source.destroy();
  });

  it('wait for a transaction of the host on the same connection', async () => {
    const source = await new DataSource(withLibrary(database.options)).initialize();
    await source.query('CREATE TABLE host_table (id int)');
    await source.query('BEGIN');
    await source.query('INSERT INTO host_table VALUES (1)');
    const migrated = migrate(source);
    await source.query('ROLLBACK');
    await migrated;
    expect(await source.query('SELECT * FROM host_table')).toEqual([]);
    expect(await source.query('SELECT name FROM migrations')).toHaveLength(OURS);
    await source.destroy();
  });
});
