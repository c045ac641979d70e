import request from 'supertest';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { Cli } from '../support/cli.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, subscribe } from '../support/flows.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';

const SEND = '/cgi-bin/message/template/subscribe';
const STRANGER_KEY = 'the-service-key-of-a-stranger';
const NOBODY = '019ab000-0000-7000-8000-000000000000';

describe.each(ADAPTERS)('an unknown message that an operator resolves, on %s', (adapter) => {
  describeEachDatabase('and', (database) => {
    let host: TestApp;
    beforeAll(async () => {
      host = await createTestApp({
        adapter,
        database,
        options: {
          serviceKeys: { ops: SERVICE_KEY, stranger: { keys: STRANGER_KEY, accounts: [MOBILE.appId] } },
        },
      });
    });
    afterAll(() => host?.close());
    beforeEach(() => emptyLedger(host.dataSource));

    const resolve = (id: string, outcome: unknown, key = SERVICE_KEY) =>
      request(host.url)
        .post(`/weixin/messages/${id}/resolve`)
        .set('Authorization', `Bearer ${key}`)
        .send({ outcome });
    const ledger = async () => [
      await countBy(host.dataSource, 'weixin_message'),
      await countBy(host.dataSource, 'weixin_grant'),
    ];

    async function lost(): Promise<string> {
      const { openid } = await subscribe(host);
      host.simulator.fault({ path: SEND, kind: 'reset-before' });
      const sent = await request(host.url)
        .post('/weixin/messages')
        .set('Authorization', `Bearer ${SERVICE_KEY}`)
        .send(message(openid));
      expect([sent.status, sent.body.code]).toEqual([502, 'WEIXIN_MESSAGE_UNKNOWN']);
      expect(sent.body.remedy).toContain(`POST messages/${sent.body.messageId}/resolve`);
      return sent.body.messageId;
    }

    it.each([
      ['sent', 'sent', 'spent'],
      ['not-sent', 'failed', 'available'],
    ])('ends %s, once, and says who did', async (outcome, status, grant) => {
      const id = await lost();
      const resolved = await resolve(id, outcome);
      const reason = `resolved by hand as "${outcome}" by ops`;
      expect([resolved.status, resolved.body]).toMatchObject([200, { id, status, reason }]);
      expect(await ledger()).toEqual([{ [status]: 1 }, { [grant]: 1 }]);

      host.clock.advance(1000);
      const again = await resolve(id, outcome);
      expect([again.status, again.body]).toEqual([200, resolved.body]);

      const other = await resolve(id, outcome === 'sent' ? 'not-sent' : 'sent');
      expect([other.status, other.body]).toMatchObject([
        409,
        {
          code: 'WEIXIN_MESSAGE_NOT_UNKNOWN',
          messageId: id,
          detail: `message ${id} is "${status}", not "unknown"`,
          remedy: expect.stringContaining('nothing was changed'),
        },
      ]);
      expect(await ledger()).toEqual([{ [status]: 1 }, { [grant]: 1 }]);

      const drift = await request(host.url)
        .get('/weixin/history')
        .query({ appId: OFFICIAL.appId, openid: resolved.body.openid })
        .set('Authorization', `Bearer ${SERVICE_KEY}`);
      expect(drift.body.events).toContainEqual(expect.objectContaining({ type: 'resolved', reason }));
    });

    it('ends by one of two calls that differ and come together', async () => {
      const id = await lost();
      const answers = await Promise.all([resolve(id, 'sent'), resolve(id, 'not-sent')]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    });

    it('ends for both of two calls that say the same together', async () => {
      const id = await lost();
      const answers = await Promise.all([resolve(id, 'sent'), resolve(id, 'sent')]);
      expect(answers.map(({ status, body }) => [status, body.status])).toEqual([
        [200, 'sent'],
        [200, 'sent'],
      ]);
      expect(await ledger()).toEqual([{ sent: 1 }, { spent: 1 }]);
    });

    it('stays unknown where the call is wrong, or of a client that may not', async () => {
      const id = await lost();
      for (const outcome of [undefined, null, '', 'failed', 'unknown', ['sent'], { sent: true }]) {
        const refused = await resolve(id, outcome);
        expect([refused.status, refused.body]).toMatchObject([400, { errors: [{ field: 'outcome' }] }]);
      }
      expect((await resolve('1', 'sent')).body).toMatchObject({ errors: [{ field: 'id' }] });
      for (const [other, key] of [
        [id, STRANGER_KEY],
        [NOBODY, SERVICE_KEY],
      ]) {
        const refused = await resolve(other, 'sent', key);
        expect([refused.status, refused.body.code]).toEqual([404, 'WEIXIN_MESSAGE_NOT_FOUND']);
      }
      expect((await resolve(id, 'sent', 'no-such-key-at-all')).status).toBe(401);
      expect(await ledger()).toEqual([{ unknown: 1 }, { unknown: 1 }]);
    });

    it('is resolved by the command line', async () => {
      const id = await lost();
      const env = { WEIXIN_SUBSCRIBE_URL: `${host.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: SERVICE_KEY };
      const run = async (...args: string[]) => {
        const cli = new Cli(['message', 'resolve', ...args], { env });
        cli.close();
        return { code: await cli.exit(), out: cli.stdout.trim(), err: cli.stderr.trim() };
      };
      expect(await run(id, 'lost')).toMatchObject({
        code: 1,
        err: expect.stringContaining('sent, not-sent'),
      });
      expect(await run('1', 'sent')).toMatchObject({
        code: 1,
        err: expect.stringContaining('is not the id'),
      });
      expect(await run(id, 'not-sent')).toEqual({
        code: 0,
        out: `message ${id} is failed: resolved by hand as "not-sent" by ops`,
        err: '',
      });
      expect(JSON.parse((await run(id, 'not-sent', '--json')).out)).toMatchObject({ id, status: 'failed' });
      expect(await run(id, 'sent')).toMatchObject({
        code: 1,
        err: expect.stringMatching(/is "failed", not "unknown"[\s\S]*Read the message/),
      });
      expect(await ledger()).toEqual([{ failed: 1 }, { available: 1 }]);
    });
  });
});
