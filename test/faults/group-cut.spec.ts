import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { OFFICIAL } from '../support/accounts.js';
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
    let proxy: TcpProxy;
    let reached: DataSource;
    let parts: LibraryParts;
    let questions: Intent[];
    beforeEach(async () => {
      opened = await openDatabase(kind);
      const through = await TcpProxy.before(String(process.env[VARIABLES[kind]]));
      proxy = through.proxy;
      const url = new URL(String((opened.database.options as { url: string }).url));
      url.host = new URL(through.url).host;
      const options = { ...opened.database.options, url: url.href } as DataSourceOptions;
      reached = await new DataSource(withLibrary(options)).initialize();
      parts = libraryParts(reached);
      const now = parts.clock.now();
      questions = Array.from({ length: SIZE }, (_, index) => ({
        ...KEY,
        id: `question-${index}`,
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
      await reached?.destroy();
      await proxy?.close();
      await opened?.close();
    });

    const confirm = (index: number) => parts.intents.confirm(questions[index], `person-${index}`);
    const grants = () => countBy(opened.dataSource, 'weixin_grant');

    it.each(MOMENTS[kind])('$when "$text" is done', async ({ text, when, committed }) => {
      // The first two go alone, and are held up until the group has met its end.
      const other = opened.dataSource.createQueryRunner();
      await other.connect();
      await other.query('BEGIN');
      await other.query("UPDATE weixin_intent SET return_to = 'x' WHERE id IN ('question-0', 'question-1')");
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
