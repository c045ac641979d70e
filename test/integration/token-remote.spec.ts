import http from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import { TokenUnavailableError } from '../../libs/weixin-subscribe/src/token/token.errors.js';
import { CentralConnection } from '../../libs/weixin-subscribe/src/token-remote/central-connection.js';
import { libraryAccounts, MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { PlatformStub } from '../support/platform-stub.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { callPlatform, mintsOf } from '../support/token-hosts.js';
import { until } from '../support/until.js';

const { appId } = OFFICIAL;
const MINUTE = 60_000;

const withoutSecrets = (): WeixinAccountOptions[] =>
  libraryAccounts().map(({ appSecret, ...account }) => account);

describe('a remote, which holds no secret', () => {
  let central: TestApp;
  let proxy: TcpProxy;
  let through: string;
  let remote: TestApp;
  let logger: CaptureLogger;
  beforeEach(async () => {
    central = await createTestApp();
    central.simulator.setClock(central.clock.now());
    ({ proxy, url: through } = await TcpProxy.before(central.url));
    logger = new CaptureLogger();
    remote = await startRemote();
  });
  afterEach(async () => {
    await remote?.close();
    await proxy?.close();
    await central?.close();
  });

  const startRemote = (key = SERVICE_KEY, timeoutMs = 5000) =>
    createTestApp({
      simulator: central.simulator,
      logger,
      options: {
        accounts: withoutSecrets(),
        token: { role: 'remote', central: { url: new URL('/weixin', through).href, key } },
        http: { timeoutMs },
      },
    });
  const pass = (ms: number) => {
    central.simulator.advance(ms);
    for (const { clock } of [central, remote]) clock.advance(ms);
  };
  const text = async (token: Promise<{ accessToken: string }>) => (await token).accessToken;

  it('sends with the token of the central, which it asks once a minute', async () => {
    const asked = jest.spyOn(remote.app.get(CentralConnection), 'token');
    for (let seconds = 0; seconds < 120; seconds += 5) {
      expect(await callPlatform(remote, appId)).toBe(0);
      pass(5000);
    }
    expect(asked).toHaveBeenCalledTimes(2);
    expect(await text(remote.tokens.getToken(appId))).toBe(await text(central.tokens.getToken(appId)));
    expect(mintsOf(central, appId)).toBe(1);
    expect(await remote.tokens.status(appId)).toMatchObject({ role: 'remote', live: true });
  });

  it('reports a dead token to it, once for a hundred calls', async () => {
    expect(await callPlatform(remote, appId)).toBe(0);
    central.simulator.killToken(appId);
    const ends = await Promise.all(Array.from({ length: 100 }, () => callPlatform(remote, appId)));
    expect(new Set(ends)).toEqual(new Set([0]));
    expect(mintsOf(central, appId)).toBe(2);
    expect(await text(remote.tokens.getToken(appId))).toBe(await text(central.tokens.getToken(appId)));
  });

  it('takes up the new token before the old one ends, however seldom it is asked', async () => {
    const first = await text(remote.tokens.getToken(appId));
    pass(111 * MINUTE);
    await central.tokens.refreshAhead(appId);
    expect(mintsOf(central, appId)).toBe(2);
    // Read 111 minutes ago: it asks and waits.
    expect(await text(remote.tokens.getToken(appId))).not.toBe(first);
    expect(await callPlatform(remote, appId)).toBe(0);
  });

  it('goes on with its copy while the central is gone, says so, and comes back by itself', async () => {
    const first = await text(remote.tokens.getToken(appId));
    await proxy.close();
    for (let minute = 0; minute < 110; minute += 10) {
      pass(10 * MINUTE);
      expect(await text(remote.tokens.getToken(appId))).toBe(first);
      expect(await callPlatform(remote, appId)).toBe(0);
    }
    expect(logger.lines.some((line) => line.includes('the central did not answer'))).toBe(true);
    expect(await remote.tokens.status(appId)).toMatchObject({
      live: true,
      lastError: { message: expect.stringContaining('did not answer') },
    });
    pass(11 * MINUTE);
    await expect(remote.tokens.getToken(appId)).rejects.toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
      remedy: expect.stringContaining('token.central.url'),
    });
    await proxy.open();
    pass(MINUTE);
    expect(await callPlatform(remote, appId)).toBe(0);
    expect(await remote.tokens.status(appId)).toMatchObject({ live: true });
    expect((await remote.tokens.status(appId)).lastError).toBeUndefined();
  });

  it('is not asked for the first time after the shutdown', async () => {
    const other = await startRemote();
    const connection = other.app.get(CentralConnection, { strict: false });
    await other.close();
    await expect(connection.token(appId)).rejects.toMatchObject({ code: 'WEIXIN_TOKEN_UNAVAILABLE' });
  });

  it('does not wait for a central that is slow while its copy is fresh enough to live', async () => {
    await remote.close();
    remote = await startRemote(SERVICE_KEY, 300);
    const first = await text(remote.tokens.getToken(appId));
    proxy.hold();
    pass(2 * MINUTE);
    expect(await text(remote.tokens.getToken(appId))).toBe(first);
    // So old that it asks before it goes on, for as long as a call may take.
    pass(20 * MINUTE);
    expect(await text(remote.tokens.getToken(appId))).toBe(first);
    proxy.release();
  });

  it('keeps the token that it reported when the central can not be asked', async () => {
    const first = await text(remote.tokens.getToken(appId));
    await proxy.close();
    await expect(remote.tokens.refresh(appId, first)).rejects.toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
    });
    expect(await text(remote.tokens.getToken(appId))).toBe(first);
  });

  it('takes up a new token also after its own clock was set back', async () => {
    const first = await text(remote.tokens.getToken(appId));
    remote.clock.advance(-60 * MINUTE);
    central.simulator.killToken(appId);
    expect(await callPlatform(remote, appId)).toBe(0);
    expect(await text(remote.tokens.getToken(appId))).not.toBe(first);
  });

  it('passes on why the central has none, with its errcode and wait', async () => {
    central.simulator.fault({ kind: 'errcode', errcode: 89507, path: '/cgi-bin/token' });
    await expect(remote.tokens.getToken(appId)).rejects.toMatchObject({
      code: 'WEIXIN_TOKEN_UNAVAILABLE',
      errcode: 89507,
      retryAfterSeconds: 3600,
      message: expect.stringMatching(/central answered 50[0-9]/),
    });
  });

  it('asks again within a minute, however long the central itself has to wait', async () => {
    central.simulator.fault({ kind: 'errcode', errcode: 89506, path: '/cgi-bin/token', times: 1 });
    await expect(remote.tokens.getToken(appId)).rejects.toMatchObject({ retryAfterSeconds: 86_400 });
    // The operator has mended it there.
    await central.dataSource.query('UPDATE weixin_token SET failure = NULL');
    pass(MINUTE);
    expect(await callPlatform(remote, appId)).toBe(0);
  });

  it('does not wait again for a central that did not answer, nor say so for each call', async () => {
    await remote.close();
    remote = await startRemote(SERVICE_KEY, 300);
    const asked = jest.spyOn(remote.app.get(CentralConnection), 'token');
    const first = await text(remote.tokens.getToken(appId));
    proxy.hold();
    pass(20 * MINUTE);
    logger.lines.length = 0;
    const calls = () => Promise.all(Array.from({ length: 50 }, () => text(remote.tokens.getToken(appId))));
    expect(new Set(await calls())).toEqual(new Set([first]));
    expect(new Set(await calls())).toEqual(new Set([first]));
    pass(2 * MINUTE);
    // The question is asked beside the answer.
    let answered = false;
    asked.mockImplementationOnce(async () => {
      await until(() => answered);
      throw new TokenUnavailableError('the central did not answer');
    });
    expect(new Set(await calls())).toEqual(new Set([first]));
    answered = true;
    await until(() => logger.lines.filter((line) => line.includes('still used')).length >= 2);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(logger.lines.filter((line) => line.includes('still used'))).toHaveLength(2);
    proxy.release();
  });

  it('shows no token when it is printed while a report is on its way', async () => {
    const first = await text(remote.tokens.getToken(appId));
    const reporting = remote.tokens.refresh(appId, first);
    expect(inspect(remote.tokens)).not.toContain(first);
    await reporting;
  });

  it.each([
    ['a token with a line break', { accessToken: 'a\r\nX: y', expiresIn: 7200 }],
    ['a token of 513 characters', { accessToken: 'x'.repeat(513), expiresIn: 7200 }],
    ['a lifetime without end', { accessToken: 'TOKEN', expiresIn: 1e308 }],
    ['a lifetime as text', { accessToken: 'TOKEN', expiresIn: '7200' }],
    ['a lifetime below zero', { accessToken: 'TOKEN', expiresIn: -1 }],
  ])('takes no %s from a central', async (_what, reply) => {
    const odd = await PlatformStub.start();
    odd.answer = (response) => void response.end(JSON.stringify(reply));
    through = odd.url;
    const host = await startRemote();
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({ code: 'WEIXIN_TOKEN_UNAVAILABLE' });
    await host.close();
    await odd.close();
  });

  /**
   * What a central, or whoever sits in its place, may answer; `elsewhere` is a server that must not be asked.
   */
  const HOSTILE: [string, (response: http.ServerResponse, elsewhere: string) => void][] = [
    ...[401, 403, 404, 429, 500, 502, 503].map((status): (typeof HOSTILE)[number] => [
      `${status} and a page`,
      (response) => void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>no</h1>'),
    ]),
    ...[301, 302, 307, 308].map((status): (typeof HOSTILE)[number] => [
      `a redirect, ${status}`,
      (response, elsewhere) => void response.writeHead(status, { location: `${elsewhere}/token` }).end(),
    ]),
    ...[
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"accessToken":{"toString":1},"expiresIn":60}',
      '['.repeat(60_000),
    ].map((body): (typeof HOSTILE)[number] => [
      `the body ${body.slice(0, 30)}`,
      (response) => void response.writeHead(200).end(body),
    ]),
    [
      'details nested deep',
      (response) => void response.writeHead(503).end(`{"detail":${'['.repeat(30_000)}${']'.repeat(30_000)}}`),
    ],
    ['more than a token needs, without an end', (response) => pour(response)],
    ['nothing but headers', (response) => void response.writeHead(200).flushHeaders()],
    ['half of a body', (response) => void response.writeHead(200, { 'content-length': '99' }).write('{"acc')],
    ['a cut', (response) => void response.destroy()],
    [
      '104 trillion bytes to come',
      (response) => void response.writeHead(200, { 'content-length': '1e14' }).end(),
    ],
    [
      'a bomb',
      (response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000))),
    ],
    ['an unknown coding', (response) => void response.writeHead(200, { 'content-encoding': 'x' }).end('{}')],
  ];

  it.each(HOSTILE)(
    'is told clearly, and asks nobody else, when its central answers %s',
    async (_what, answer) => {
      const [odd, elsewhere] = [await PlatformStub.start(), await PlatformStub.start()];
      odd.answer = (response) => answer(response, elsewhere.url);
      through = odd.url;
      const host = await startRemote(SERVICE_KEY, 300);
      const error = await host.tokens.getToken(appId).catch((reason) => reason);
      expect(error).toBeInstanceOf(TokenUnavailableError);
      expect(error.message.length).toBeLessThan(500);
      expect(inspect(error, { depth: 9 }) + logger.lines.join()).not.toContain(SERVICE_KEY);
      expect(elsewhere.seen).toEqual([]);
      for (const one of [host, odd, elsewhere]) await one.close();
    },
  );

  it('shows neither its key nor its token nor a second line of what a central says', async () => {
    const first = await text(remote.tokens.getToken(appId));
    const odd = await PlatformStub.start();
    const words = `${SERVICE_KEY} and ${first.slice(3)}\n[Nest] 1 - ERROR forged\u001b[2J`;
    odd.answer = (response) =>
      void response.writeHead(503).end(
        JSON.stringify({
          detail: words,
          errcode: 40164,
          errmsg: words,
          remedy: words,
          retryAfterSeconds: 1e9,
        }),
      );
    through = odd.url;
    const host = await startRemote();
    const error = await host.tokens.refresh(appId, first).catch((reason) => reason);
    expect(error).toMatchObject({
      errcode: 40164,
      errmsg: expect.stringContaining('[redacted] and [redacted]'),
    });
    const shown = [error.message, error.errmsg, error.remedy, ...logger.lines].join('|');
    expect(shown).not.toContain(SERVICE_KEY);
    expect(shown).not.toContain(first.slice(3));
    expect(shown).not.toMatch(/\p{Cc}/u);
    expect(shown).toContain('\\n[Nest] 1 - ERROR forged\\u001b[2J');
    await host.close();
    await odd.close();
  });

  it('names the address that did not answer', async () => {
    await proxy.close();
    await expect(remote.tokens.getToken(appId)).rejects.toThrow(new URL(through).host);
  });

  it('says what to do when its key is not known', async () => {
    const stranger = await startRemote('a-key-that-nobody-knows');
    await expect(stranger.tokens.getToken(appId)).rejects.toMatchObject({
      message: expect.stringContaining('401'),
      remedy: expect.stringContaining('token.central.key'),
    });
    expect(logger.lines.join('\n')).not.toContain('a-key-that-nobody-knows');
    await stranger.close();
  });

  it('does not depend on the clocks: a central that is 10 minutes ahead gives tokens that are kept to their end', async () => {
    central.clock.advance(10 * MINUTE);
    const first = await text(remote.tokens.getToken(appId));
    const { expiresAt } = await remote.tokens.getToken(appId);
    expect(expiresAt.getTime() - remote.clock.now()).toBe(7_200_000);
    expect(await text(remote.tokens.getToken(appId))).toBe(first);
  });

  it('knows only its own accounts', async () => {
    await expect(remote.tokens.getToken('wx0')).rejects.toMatchObject({ code: 'WEIXIN_UNKNOWN_ACCOUNT' });
    expect(await callPlatform(remote, MOBILE.appId)).toBe(0);
  });
});

/** For as long as somebody reads. */
function pour(response: http.ServerResponse): void {
  response.writeHead(200);
  const piece = Buffer.alloc(65_536, 'x');
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}
