import { inspect } from 'node:util';
import { TokenAudit, WeixinSubscribeConfig } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { OFFICIAL, SECRETS, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, message, OFFICIAL_KEY, tap } from '../support/flows.js';
import { emptyLedger } from '../support/ledger.js';

const SEND = '/cgi-bin/message/template/subscribe';

/**
 * Walks every way on which something is said (answers, errors, logs, TypeORM's own query log) with everything
 * going wrong that can, and looks for secrets in all of it.
 */
describe.each(ADAPTERS)('promise 7: secrets stay inside, on %s', (adapter) => {
  let host: TestApp;
  const logger = new CaptureLogger();
  const seen: string[] = [];
  const secrets = new Set<string>(SECRETS);
  const see = (what: unknown) =>
    seen.push(typeof what === 'string' ? what : inspect(what, { depth: 12, showHidden: true }));
  const failing = (work: Promise<unknown>) =>
    work.then(see, (error) => see([error, JSON.stringify(error), String(error.stack)]));
  const remember = async () => {
    const rows = await host.dataSource.query(
      'SELECT access_token FROM weixin_token WHERE access_token IS NOT NULL',
    );
    for (const { access_token } of rows) secrets.add(access_token);
  };

  beforeAll(async () => {
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      jest.spyOn(console, level).mockImplementation((...parts) => see(parts));
    }
    host = await createTestApp({
      adapter,
      logger,
      options: { http: { timeoutMs: 300 } },
      extras: { controllers: { dropIn: true } },
    });
    host.dataSource.setOptions({ logging: 'all' });
  });
  afterAll(async () => {
    await host?.close();
    jest.restoreAllMocks();
  });

  it('is silent about them through the whole flow and every fault', async () => {
    const { appId } = OFFICIAL;
    const { browser, confirmUrl } = await askInBrowser(host);
    const state = String(new URL(confirmUrl).searchParams.get('reserved'));
    secrets.add(state);
    const callback = tap(host, confirmUrl);
    for (const path of [
      callback.replace('scene=1000', 'scene=1001'),
      callback.replace(/openid=[^&]*/, ''),
      `${callback}&reserved=x`,
      callback.replace('action=confirm', 'action=approve'),
    ]) {
      see((await browser.get(path)).text);
    }
    see((await request(host.url).get(callback)).text);
    await browser.get(callback);
    see((await browser.get(callback.replace(/openid=[^&]*/, 'openid=oSomebodyElse'))).text);

    const openid = host.simulator.openid('xiaoming', appId);
    const faults = ['hang', 'reset-after', 'html', 'empty', 'status', 'truncated'] as const;
    for (const kind of faults) {
      for (const path of [SEND, '/cgi-bin/token']) {
        await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 5, source: `s:${kind}:${path}` });
        if (path !== SEND) host.clock.advance(3 * 3_600_000);
        host.simulator.fault({ kind, path });
        await failing(host.subscribe.send(message(openid, 5)));
        await remember();
        host.clock.advance(120_000);
      }
    }
    for (const errcode of [-1, 40001, 40003, 40164, 43101, 45009, 48001]) {
      await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 6, source: `e:${errcode}` });
      host.simulator.fault({
        kind: 'errcode',
        errcode,
        path: SEND,
        errmsg: `bad access_token=${[...secrets].at(-1)} here`,
        times: 2,
      });
      await failing(host.subscribe.send(message(openid, 6)));
      host.simulator.clearFaults();
      await remember();
    }
    host.simulator.updateAccount(appId, { appSecret: 'another-secret-0123456789abcdef' });
    host.clock.advance(3 * 3_600_000);
    await failing(host.tokens.getToken(appId));
    see(await host.tokens.getToken(appId).catch(() => 'none'));

    for (const key of ['wrong-key-0123456789', SERVICE_KEY]) {
      for (const body of [{}, message(openid, 5), { ...message(openid, 5), secret: 'x' }]) {
        const answer = await request(host.url)
          .post('/weixin/messages')
          .set('Authorization', `Bearer ${key}`)
          .send(body);
        see([answer.text, answer.headers]);
      }
    }
    await seeTokenEndpoint();
    see(host.app.get(WeixinSubscribeConfig));
    see(await host.app.get(TokenAudit).list());
    // Not deeper: it hangs on everything else of the application.
    see(inspect(host.tokens, { depth: 3, showHidden: true }));
    await remember();
    expect(secrets.size).toBeGreaterThan(5);
    expectNoSecretIn([...seen, ...logger.lines]);
  });

  /** Everything but their own good answers: reports, polls, refusals, bodies that are no JSON. */
  async function seeTokenEndpoint(): Promise<void> {
    const { appId } = OFFICIAL;
    const service = { Authorization: `Bearer ${SERVICE_KEY}` };
    const fields = { grant_type: 'client_credential', appid: appId, secret: SERVICE_KEY };
    const dead = [...secrets].at(-1);
    host.simulator.updateAccount(appId, { appSecret: OFFICIAL.appSecret });
    host.clock.advance(3_600_000);
    const { headers } = await request(host.url).get(`/weixin/token/${appId}`).set(service);
    see(headers);
    const polled = await request(host.url)
      .get(`/weixin/token/${appId}`)
      .set({ ...service, 'If-None-Match': String(headers.etag) });
    see([polled.status, polled.text, polled.headers]);
    see(
      (
        await request(host.url)
          .post(`/weixin/token/${appId}/refresh`)
          .set(service)
          .send({ accessToken: dead })
      ).headers,
    );
    await remember();
    for (const body of [`{"accessToken":"${dead}`, `"${dead}"`, `${SERVICE_KEY}`]) {
      for (const path of [`/weixin/token/${appId}/refresh`, '/cgi-bin/stable_token']) {
        const json = { ...service, 'Content-Type': 'application/json' };
        const answer = await request(host.url).post(path).set(json).send(body);
        see([answer.text, answer.headers]);
      }
    }
    for (const wrong of [{ secret: `${SERVICE_KEY}x` }, { appid: 'wx0' }, { grant_type: '' }]) {
      see(
        (
          await request(host.url)
            .get('/cgi-bin/token')
            .query({ ...fields, ...wrong })
        ).text,
      );
    }
    // Asked for again when it is dead and no other can be had.
    await request(host.url).get('/cgi-bin/token').query(fields);
    host.simulator.killToken(appId);
    host.simulator.updateAccount(appId, { appSecret: 'another-secret-0123456789abcdef' });
    const refused = await request(host.url).get('/cgi-bin/token').query(fields);
    expect(refused.body).toMatchObject({ errcode: 40125 });
    see(refused.text);
  }

  it('is silent about them when the database fails under a token write', async () => {
    await emptyLedger(host.dataSource);
    await host.dataSource.query('ALTER TABLE weixin_token RENAME COLUMN generation TO gone');
    host.simulator.updateAccount(OFFICIAL.appId, { appSecret: OFFICIAL.appSecret });
    host.clock.advance(24 * 3_600_000);
    await failing(host.tokens.getToken(OFFICIAL.appId));
    const answer = await request(host.url)
      .get(`/weixin/token/${OFFICIAL.appId}`)
      .set('Authorization', `Bearer ${SERVICE_KEY}`);
    expect(answer.status).toBe(500);
    see(answer.text);
    for (const { query } of host.simulator.calls())
      if (query.access_token) secrets.add(String(query.access_token));
    expectNoSecretIn([...seen, ...logger.lines]);
  });

  it('would notice: the search finds a secret that is there', () => {
    expect(() => expectNoSecretIn([`GET /x?access_token=${OFFICIAL.appSecret}`])).toThrow();
  });

  function expectNoSecretIn(texts: string[]): void {
    const leaks = texts.filter((text) => [...secrets].some((secret) => text.includes(secret)));
    expect(leaks).toEqual([]);
  }
});
