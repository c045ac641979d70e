import { inspect } from 'node:util';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { TokenHealthIndicator } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';

const { appId, appSecret } = OFFICIAL;
const SEND = '/cgi-bin/message/template/subscribe';
const LINE = '[Nest] 1  - 11/29/2026, 1:00:00 AM   ERROR forged';
/** What would begin a line, clear a terminal, or turn the order of letters round. */
const FORGERIES = [
  `\n${LINE}`,
  `\r\n${LINE}`,
  `\u2028${LINE}`,
  `\u0085${LINE}`,
  `\u001b[2J${LINE}`,
  `\u202e${LINE}`,
];

/** Names cannot help here: WeChat, or whoever answers in its place, quotes what we sent without one. */
describe('promise 7: what went into a request is masked by its value, and nobody writes our log but us', () => {
  let host: TestApp;
  let seen: string[];
  const logger = new CaptureLogger();
  const see = (what: unknown) => seen.push(typeof what === 'string' ? what : inspect(what, { depth: 12 }));
  const failing = (work: Promise<unknown>) =>
    work.then(see, (error) => see([error, JSON.stringify(error), String(error.stack)]));

  beforeEach(async () => {
    logger.lines.length = 0;
    seen = [];
    host = await createTestApp({ logger, imports: [EventEmitterModule.forRoot()] });
    host.simulator.setClock(host.clock.now());
    host.app.get(EventEmitter2).onAny((...event) => see(event));
  });
  afterEach(() => host?.close());

  const person = () => host.simulator.openid('xiaoming', appId);
  const permitted = (source: string) =>
    host.grants.record({ ...OFFICIAL_KEY, openid: person(), scene: 5, source });
  let refusals = 0;
  /** All that a host, its callers and its operators can see of a message that was refused so. */
  const refusedWith = async (errmsg: string, errcode = 47001) => {
    await permitted(`test:${++refusals}`);
    host.simulator.fault({ kind: 'errcode', errcode, errmsg, path: SEND, times: 2 });
    const answer = await request(host.url)
      .post('/weixin/messages')
      .set('Authorization', `Bearer ${SERVICE_KEY}`)
      .send(message(person(), 5));
    host.simulator.clearFaults();
    see(answer.text);
    see(await host.dataSource.query('SELECT * FROM weixin_message'));
    return answer;
  };
  const searched = () => [...seen, ...logger.lines].join('\n');

  it.each([47001, 43101, 45009, 40001, 48001, -1, 99999])(
    'an access_token that the errmsg of %i quotes bare, whole or in part, is seen nowhere',
    async (errcode) => {
      for (const quote of [
        (token: string) => token,
        (token: string) => `${token.slice(0, 20)}...`,
        (token: string) => `...${token.slice(-20)}`,
        (token: string) => `[${encodeURIComponent(token)}]`,
      ]) {
        const { accessToken: token } = await host.tokens.getToken(appId);
        await refusedWith(`hint: [x] token ${quote(token)} is refused`, errcode);
        await host.subscribe.resume(appId);
        for (const piece of [token, token.slice(0, 20), token.slice(-20)])
          expect(searched()).not.toContain(piece);
        host.clock.advance(60_000);
      }
      expect(searched()).toContain('[redacted] is refused');
    },
  );

  it('an AppSecret that the errmsg of a mint quotes is seen nowhere', async () => {
    for (const quoted of [appSecret, appSecret.toUpperCase(), Buffer.from(appSecret).toString('base64')]) {
      const errmsg = `invalid appsecret ${quoted}`;
      host.simulator.fault({ kind: 'errcode', errcode: 40125, errmsg, path: '/cgi-bin/token' });
      await failing(host.tokens.getToken(appId));
      see(await host.app.get(TokenHealthIndicator).check());
      see(await host.dataSource.query('SELECT failure FROM weixin_token'));
      const { text } = await request(host.url)
        .get(`/weixin/token/${appId}`)
        .set('Authorization', `Bearer ${SERVICE_KEY}`);
      see(text);
      expect(searched()).not.toContain(quoted);
      host.clock.advance(120_000);
    }
    expect(searched()).toContain('invalid appsecret [redacted]');
  });

  it('an errmsg cannot begin a line of the log, nor reach a terminal', async () => {
    await host.tokens.getToken(appId);
    for (const forgery of FORGERIES)
      for (const errcode of [47001, 45009]) {
        const { body } = await refusedWith(`bad${forgery}`, errcode);
        expect(body.errmsg).toContain(`bad${escaped(forgery)}`);
        await host.subscribe.resume(appId);
      }
    host.simulator.fault({
      kind: 'errcode',
      errcode: 40164,
      errmsg: `ip${FORGERIES[0]}`,
      path: '/cgi-bin/token',
    });
    host.clock.advance(3 * 3_600_000);
    await failing(host.tokens.getToken(appId));
    expectOneLineEach();
    expect(logger.lines.filter((line) => line.includes('forged')).length).toBeGreaterThan(10);
  });

  it('a listener of the host that throws cannot, either', async () => {
    const emitter = host.app.get(EventEmitter2);
    emitter.on('weixin.token.minted', () => {
      throw new Error(`listener${FORGERIES.join('')}`);
    });
    await host.tokens.getToken(appId);
    while (!logger.lines.some((line) => line.includes('a listener of'))) await new Promise(setImmediate);
    expectOneLineEach();
  });

  it('would notice: a line of that kind is found', () => {
    logger.lines.push(`POST /x: errcode 1 bad${FORGERIES[0]}`);
    expect(expectOneLineEach).toThrow();
  });

  function expectOneLineEach(): void {
    // CaptureLogger joins message, stack and context by spaces: only the frames of a stack are lines of their
    // own.
    const parts = logger.lines.flatMap((line) => line.split(/\n(?= {4}at )/));
    expect(parts.filter((line) => /[\p{Cc}\p{Zl}\p{Zp}\u202e]/u.test(line))).toEqual([]);
  }
});

const escaped = (text: string) =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/gu, (found) => {
    const short = { '\n': '\\n', '\r': '\\r' }[found];
    return short ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
