import type { DataSourceOptions } from 'typeorm';
import { MessageRepository } from '../../libs/weixin-subscribe/src/delivery/ledger/message.repository.js';
import { OneSend, SENT, UNCLEAR, UNSETTLED, UNTOUCHED } from '../support/one-send.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { describeDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

/** On the wire: "READ COMMITTED" is no commit. */
const WIRE = {
  postgres: { variable: 'TEST_POSTGRES_URL', begin: 'BEGIN', commit: 'COMMIT\0' },
  mysql: { variable: 'TEST_MYSQL_URL', begin: 'START TRANSACTION', commit: '\x03COMMIT' },
} as const;

/** SQLite has no wire. */
for (const kind of ['postgres', 'mysql'] as const) {
  const { variable, begin, commit } = WIRE[kind];
  const moments = (statements: Record<string, string>) =>
    Object.entries(statements).flatMap(([statement, text]) =>
      (['before', 'after'] as const).map((when) => ({ when, statement, text })),
    );
  // One statement on PostgreSQL, which is committed when it is done.
  const CLAIM = moments(
    kind === 'postgres'
      ? { COMMIT: 'WITH taken AS' }
      : {
          BEGIN: begin,
          insert: 'INSERT INTO weixin_message',
          delete: 'DELETE FROM weixin_live_grant',
          COMMIT: commit,
        },
  );
  const SETTLE = moments({ update: 'UPDATE weixin_message SET status' });

  describeDatabase(kind, 'a database whose connection is cut', () => {
    let proxy: TcpProxy;
    let ready: OneSend;
    beforeEach(async () => {
      // The address of the server is the same for every database on it.
      const through = await TcpProxy.before(String(process.env[variable]));
      proxy = through.proxy;
      ready = await OneSend.prepare(kind, { reach: (options) => behind(options, through.url) });
    });
    afterEach(async () => {
      await ready?.close();
      await proxy?.close();
    });

    function behind(options: DataSourceOptions, proxyUrl: string): DataSourceOptions {
      const { host } = new URL(proxyUrl);
      const url = new URL(String((options as { url: string }).url));
      url.host = host;
      return { ...options, url: url.href } as DataSourceOptions;
    }

    it.each(CLAIM)('mid-claim, $when "$statement" is done', async ({ statement, text, when }) => {
      const cut = proxy.cutAt(text, when);
      const first = await ready.send();
      await cut;
      if (statement === 'COMMIT' && when === 'after') {
        // It is in the ledger, which is asked; only the answer was lost.
        expect(first.end).toBe('sent');
        return expect(await ready.stand()).toEqual(SENT);
      }
      expect(first).toMatchObject({ end: 'WEIXIN_DATABASE', error: { temporary: true } });
      expect(await ready.stand()).toEqual(UNTOUCHED);
      expect((await ready.send()).end).toBe('sent');
      expect(await ready.stand()).toEqual(SENT);
    });

    it.each(SETTLE)('mid-settle, $when "$statement" is done', async ({ text, when }) => {
      let cut: Promise<void> | undefined;
      ready.afterThePost(() => {
        cut = proxy.cutAt(text, when);
      });
      expect((await ready.send()).end).toBe('sent');
      await cut;
      expect(await ready.stand()).toEqual(SENT);
    });

    it('and stays away, mid-claim: nothing is written, nothing is posted, and it goes on when it is back', async () => {
      const gone = proxy.cutAt('INSERT INTO weixin_message', 'before').then(() => proxy.close());
      expect(await ready.send()).toMatchObject({ end: 'WEIXIN_DATABASE', error: { temporary: true } });
      await gone;
      expect((await ready.send()).end).toBe('WEIXIN_DATABASE');
      expect(await ready.stand()).toEqual(UNTOUCHED);
      await proxy.open();
      expect((await ready.send()).end).toBe('sent');
      expect(await ready.stand()).toEqual(SENT);
    });

    it('and stays away, mid-settle: its caller is told "unknown", and so says the ledger after recovery', async () => {
      ready.afterThePost(() => proxy.close());
      const { end, messageId, error } = await ready.send();
      expect(end).toBe('unknown');
      expect(error?.message).toContain('the outcome was "sent" (errcode 0), but it could not be recorded');
      expect(await ready.stand()).toEqual(UNSETTLED);
      await proxy.open();
      await ready.recover();
      expect(await ready.stand()).toEqual(UNCLEAR);
      expect((await ready.send()).end).toBe('WEIXIN_NO_GRANT');
      await ready.host.subscribe.resolve(String(messageId), 'sent');
      expect(await ready.stand()).toEqual(SENT);
    });

    it('and comes back mid-settle while it is tried again', async () => {
      const settle = jest.spyOn(ready.host.app.get(MessageRepository, { strict: false }), 'settle');
      ready.afterThePost(() => proxy.close());
      const sending = ready.send();
      await until(() => settle.mock.results.length > 0, 'the first attempt');
      await expect(settle.mock.results[0].value).rejects.toMatchObject({ temporary: true });
      await proxy.open();
      expect((await sending).end).toBe('sent');
      expect(await ready.stand()).toEqual(SENT);
    });
  });
}
