import { migrate, WEIXIN_SUBSCRIBE_ENTITIES, WEIXIN_SUBSCRIBE_MIGRATIONS } from 'nestjs-weixin-subscribe';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { createExecutor } from '../../libs/weixin-subscribe/src/sql/create-executor.js';
import { DatabaseTokenStore } from '../../libs/weixin-subscribe/src/token/store/database-token.store.js';
import { StoredToken } from '../../libs/weixin-subscribe/src/token/store/stored-token.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  createDatabase,
  describeDatabase,
  describeEachDatabase,
  type TestDatabase,
} from '../support/test-databases.js';

/** The migrations that create the first tables. */
const RELEASED = 2;
const TOKEN = `88_of-the_released"version'${'x'.repeat(486)}`;
const COLUMNS = `app_id, family, access_token, minted_at, expires_at, generation, fence, lease_holder, leased_until,
  window_started_at, window_mints, forced_at, forces`;
/** As version 0.1.0 left them: a live token whose holder vanished, one that was reported dead, a mint that never came. */
const ROWS = [
  `'wxlive', 'token', '${TOKEN.replace("'", "''")}', 5, 7205, 3, 4, 'a-holder', 9, 0, 2, NULL, 0`,
  "'wxdead', 'stable', 'DEAD', 5, 0, 3, 3, NULL, NULL, NULL, 0, 7, 1",
  "'wxnone', 'token', NULL, NULL, NULL, NULL, 1, 'a-holder', 9, 0, 1, NULL, 0",
];
const LIVE = { appId: 'wxlive', family: 'token' } as const;
const DEAD = { appId: 'wxdead', family: 'stable' } as const;
const NONE = { appId: 'wxnone', family: 'token' } as const;

let database: TestDatabase;
let sources: DataSource[] = [];

async function open(migrations = WEIXIN_SUBSCRIBE_MIGRATIONS, more: { schema?: string } = {}) {
  const source = await new DataSource({
    ...database.options,
    entities: WEIXIN_SUBSCRIBE_ENTITIES,
    migrations,
    ...more,
  } as DataSourceOptions).initialize();
  sources.push(source);
  return source;
}

async function upgraded(more: { schema?: string } = {}) {
  const before = await open(WEIXIN_SUBSCRIBE_MIGRATIONS.slice(0, RELEASED), more);
  await migrate(before);
  const table = more.schema ? `"${more.schema}".weixin_token` : 'weixin_token';
  for (const row of ROWS) await before.query(`INSERT INTO ${table} (${COLUMNS}) VALUES (${row})`);
  const source = await open(WEIXIN_SUBSCRIBE_MIGRATIONS, more);
  await migrate(source);
  const store = new DatabaseTokenStore(createExecutor(source, new CryptoRandomSource()), new ManualClock());
  return { source, store };
}

const close = async () => {
  for (const source of sources) await source.destroy();
  sources = [];
  await database?.drop();
};

describeEachDatabase('tokens of version 0.1.0, after the upgrade', (kind) => {
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(close);

  it('stay in use, with their windows, and have a digest', async () => {
    const { store } = await upgraded();
    const live = await store.read(LIVE);
    expect(live?.token).toMatchObject({
      value: TOKEN,
      digest: digest(TOKEN),
      mintedAt: new Date(5),
      expiresAt: new Date(7205),
      generation: 3,
    });
    expect(live).toMatchObject({
      usage: { windowStartedAt: 0, windowMints: 2, dayStartedAt: undefined, dayMints: 0 },
      failure: undefined,
      deaths: [],
    });
    expect(await store.read(DEAD)).toMatchObject({
      token: { value: 'DEAD', digest: digest('DEAD'), expiresAt: new Date(0) },
      usage: { forcedAt: 7, forces: 1 },
    });
    expect(await store.read(NONE)).toMatchObject({ token: undefined, usage: { windowMints: 1 } });
  });

  it('are held by nobody, and the next lease has a greater fence than any before', async () => {
    const { store } = await upgraded();
    expect(await store.acquireLease(LIVE, 'me')).toEqual({ key: LIVE, fence: 5 });
    expect(await store.acquireLease(DEAD, 'me')).toEqual({ key: DEAD, fence: 4 });
    expect(await store.acquireLease(NONE, 'me')).toEqual({ key: NONE, fence: 2 });
  });

  it('can be reported dead, once', async () => {
    const { store } = await upgraded();
    expect(await store.expire(LIVE, digest(TOKEN), 3000)).toBe(true);
    expect(await store.expire(LIVE, digest(TOKEN), 3000)).toBe(false);
    expect((await store.read(LIVE))?.deaths).toEqual([{ mintedAt: 5, diedAt: 3000, expiresAt: 7205 }]);
  });

  it('are none where a host let "synchronize" make the columns, which gives no digest, until the next is minted', async () => {
    const { source, store } = await upgraded();
    await source.query("UPDATE weixin_token SET token_digest = NULL WHERE app_id = 'wxlive'");
    expect(await store.read(LIVE)).toMatchObject({ token: undefined });
    expect(await store.expire(LIVE, digest(TOKEN), 3000)).toBe(false);
    const lease = { key: LIVE, fence: 5 };
    expect(await store.acquireLease(LIVE, 'me')).toEqual(lease);
    expect(await store.write(lease, new StoredToken('T', digest('T'), new Date(8), new Date(9), 5))).toBe(
      true,
    );
    expect((await store.read(LIVE))?.token?.value).toBe('T');
  });

  it('are those of version 0.1.0 again when the upgrade is undone, without a lease, and can be upgraded again', async () => {
    const { source, store } = await upgraded();
    await store.acquireLease(NONE, '持'.repeat(64));
    const after = WEIXIN_SUBSCRIBE_MIGRATIONS.slice(RELEASED);
    for (const _ of after) await source.undoLastMigration();
    const rows: Record<string, unknown>[] = await source.query(
      `SELECT ${COLUMNS} FROM weixin_token ORDER BY app_id`,
    );
    const text = (value: unknown) => (value === null ? null : String(value));
    expect(rows.map((row) => Object.values(row).map(text))).toEqual([
      ['wxdead', 'stable', 'DEAD', '5', '0', '3', '3', null, null, null, '0', '7', '1'],
      ['wxlive', 'token', TOKEN, '5', '7205', '3', '4', null, null, '0', '2', null, '0'],
      ['wxnone', 'token', null, null, null, null, '2', null, null, '0', '1', null, '0'],
    ]);
    await migrate(source);
    expect((await store.read(LIVE))?.token?.digest).toBe(digest(TOKEN));
  });
});

describeDatabase('postgres', 'tokens of version 0.1.0 in a schema of their own', (kind) => {
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(close);

  it('stay in use after the upgrade', async () => {
    await (await open([])).query('CREATE SCHEMA "Reminders"');
    const { store } = await upgraded({ schema: 'Reminders' });
    expect((await store.read(LIVE))?.token).toMatchObject({ value: TOKEN, digest: digest(TOKEN) });
  });
});
