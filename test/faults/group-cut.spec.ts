import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { OFFICIAL } from '../support/accounts.js';
import { nthId } from '../support/ids.js';
import { countBy } from '../support/ledger.js';
import { type LibraryParts, libraryParts } from '../support/library-parts.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { describeDatabase, openDatabase, withLibrary } from '../support/test-databases.js';

const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const SIZE = 30;

/**
 * What goes over the wire for a group, and for nobody alone; `committed` where the answer to it comes after
 * the COMMIT.
 */
const MOMENTS: Record<
  'postgres' | 'mysql',
  { text: string; when: 'before' | 'after'; committed: boolean }[]
> = {
  postgres: [
    { text: 'WITH v AS MATERIALIZED', when: 'before', committed: false },
    { text: 'WITH v AS MATERIALIZED', when: 'after', committed: true },
  ],
  mysql: [
    { text: 'UPDATE (SELECT t.id, v.openid', when: 'before', committed: false },
    { text: 'UPDATE (SELECT t.id, v.openid', when: 'after', committed: false },
    { text: 'SELECT v.row_key', when: 'before', committed: false },
    { text: 'SELECT v.row_key', when: 'after', committed: false },
    { text: '\x03COMMIT', when: 'before', committed: false },
    { text: '\x03COMMIT', when: 'after', committed: true },
  ],
};
const VARIABLES = { postgres: 'TEST_POSTGRES_URL', mysql: 'TEST_MYSQL_URL' } as const;

/** SQLite has no wire. */
for (const kind of ['postgres', 'mysql'] as const) {
  describeDatabase(kind, 'a group whose connection is cut', () => {
    let opened: Awaited<ReturnType<typeof openDatabase>>;
    let through: Awaited<ReturnType<typeof openCut>>;
    let proxy: TcpProxy;
    let parts: LibraryParts;
    let questions: Intent[];
    beforeEach(async () => {
      opened = await openDatabase(kind);
      through = await openCut(kind, opened.database.options);
      ({ proxy, parts } = through);
      const now = parts.clock.now();
      questions = Array.from({ length: SIZE }, (_, index) => ({
        ...KEY,
        id: nthId('question', index),
        scene: 1000,
        flow: 'web',
        bindingDigest: digest('cookie'),
        status: 'pending',
        createdAt: new Date(now),
        expiresAt: new Date(now + 600_000),
      }));
      for (const intent of questions) await parts.intents.create(intent, digest(intent.id));
    });
    afterEach(async () => {
      await through?.close();
      await opened?.close();
    });

    const confirm = (index: number) => parts.intents.confirm(questions[index], `person-${index}`);
    const grants = () => countBy(opened.dataSource, 'weixin_grant');

    it.each(MOMENTS[kind])('$when "$text" is done', async ({ text, when, committed }) => {
      // The first two go alone, and are held up until the group has met its end.
      const other = opened.dataSource.createQueryRunner();
      await other.connect();
      await other.query('BEGIN');
      await other.query(
        `UPDATE weixin_intent SET return_to = 'x' WHERE id IN ('${nthId('question', 0)}', '${nthId('question', 1)}')`,
      );
      const cut = proxy.cutAt(text, when);
      const ends = questions.map((_, index) => confirm(index).catch((error) => error));
      const [, , ...group] = ends;
      await cut;
      const told = await Promise.all(group);
      await other.query('COMMIT');
      await other.release();

      // Nobody is told more than the ledger holds, and each may come again.
      for (const end of told) expect(end).toMatchObject({ code: 'WEIXIN_DATABASE', temporary: true });
      expect(await Promise.all(ends.slice(0, 2))).toEqual([true, true]);
      expect(await grants()).toEqual({ available: committed ? SIZE : 2 });
      const again = await Promise.all(questions.map((_, index) => confirm(index)));
      expect(again).toEqual(questions.map((_, index) => index > 1 && !committed));
      expect(await grants()).toEqual({ available: SIZE });
      expect(await countBy(opened.dataSource, 'weixin_intent')).toEqual({ confirmed: SIZE });
      expect(Object.values(await countBy(opened.dataSource, 'weixin_grant', 'openid'))).toEqual(
        questions.map(() => 1),
      );
    });
  });
}

const SENDS: typeof MOMENTS = {
  postgres: [
    { text: 'WITH picked AS MATERIALIZED', when: 'before', committed: false },
    { text: 'WITH picked AS MATERIALIZED', when: 'after', committed: true },
  ],
  mysql: [
    { text: 'ROW_NUMBER() OVER (PARTITION BY w.n', when: 'before', committed: false },
    { text: 'ROW_NUMBER() OVER (PARTITION BY w.n', when: 'after', committed: false },
    { text: '\x03COMMIT', when: 'before', committed: false },
    { text: '\x03COMMIT', when: 'after', committed: true },
  ],
};

for (const kind of ['postgres', 'mysql'] as const) {
  describeDatabase(kind, 'a group of sends whose connection is cut', () => {
    let opened: Awaited<ReturnType<typeof openDatabase>>;
    let cut: Awaited<ReturnType<typeof openCut>>;
    beforeEach(async () => {
      opened = await openDatabase(kind);
      cut = await openCut(kind, opened.database.options);
      for (let index = 0; index < SIZE; index++)
        await cut.parts.grants.record({
          ...KEY,
          scene: 1,
          openid: `person-${index}`,
          source: `test:${index}`,
        });
    });
    afterEach(async () => {
      await cut?.close();
      await opened?.close();
    });

    it.each(SENDS[kind])('$when "$text" is done', async ({ text, when, committed }) => {
      const { messages } = cut.parts;
      const content = { title: 'x', content: { value: 'y' } };
      const accept = (index: number) =>
        messages.accept({ ...KEY, scene: 1, channel: 'one-time', openid: `person-${index}`, content });
      // The first two go alone, and are held up until the group has met its end.
      const other = opened.dataSource.createQueryRunner();
      await other.connect();
      // By their keys: MariaDB would lock every row that it reads on the way.
      const held = await other.query(
        "SELECT id FROM weixin_live_grant WHERE openid IN ('person-0', 'person-1')",
      );
      await other.query('BEGIN');
      await other.query(
        `SELECT id FROM weixin_live_grant WHERE id IN (${held.map(({ id }: { id: string }) => `'${id}'`)}) FOR UPDATE`,
      );
      const isCut = cut.proxy.cutAt(text, when);
      const ends = Array.from({ length: SIZE }, (_, index) => accept(index).catch((error) => error));
      const [, , ...group] = ends;
      await isCut;
      const told = await Promise.all(group);
      await other.query('COMMIT');
      await other.release();

      // What was committed goes on as if the answer had come; nothing else has taken a grant.
      for (const end of told)
        expect(end).toMatchObject(
          committed ? { status: 'sending' } : { code: 'WEIXIN_DATABASE', temporary: true },
        );
      expect(await Promise.all(ends.slice(0, 2))).toMatchObject([
        { status: 'sending' },
        { status: 'sending' },
      ]);
      const again = await Promise.all(group.map((_, index) => accept(index + 2)));
      for (const end of again)
        expect(end).toEqual(committed ? 'no-grant' : expect.objectContaining({ status: 'sending' }));
      expect(await countBy(opened.dataSource, 'weixin_message')).toEqual({ sending: SIZE });
      expect(await countBy(opened.dataSource, 'weixin_grant')).toEqual({ claimed: SIZE });
    });
  });
}

/** The library on a database that is reached through a proxy. */
async function openCut(kind: 'postgres' | 'mysql', options: DataSourceOptions) {
  const { proxy, url: through } = await TcpProxy.before(String(process.env[VARIABLES[kind]]));
  const url = new URL(String((options as { url: string }).url));
  url.host = new URL(through).host;
  const reached = await new DataSource(
    withLibrary({ ...options, url: url.href } as DataSourceOptions),
  ).initialize();
  return {
    proxy,
    parts: libraryParts(reached),
    async close() {
      await reached.destroy();
      await proxy.close();
    },
  };
}
