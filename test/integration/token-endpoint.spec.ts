import { TokenAudit } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { tokenIdOf } from '../../libs/weixin-subscribe/src/token/token-id.js';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { describeEachDatabase } from '../support/test-databases.js';

const { appId } = OFFICIAL;
const OTHER_KEY = 'the-service-key-of-billing';
const serviceKeys = { courses: SERVICE_KEY, billing: OTHER_KEY };

const get = (host: TestApp, headers: Record<string, string> = {}, key = SERVICE_KEY) =>
  request(host.url)
    .get(`/weixin/token/${appId}`)
    .set({ Authorization: `Bearer ${key}`, ...headers });
const report = (host: TestApp, accessToken: string, key = SERVICE_KEY) =>
  request(host.url)
    .post(`/weixin/token/${appId}/refresh`)
    .set({ Authorization: `Bearer ${key}` })
    .send({ accessToken });

describe.each(ADAPTERS)('polling a token on %s', (adapter) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ adapter, options: { serviceKeys } });
  });
  afterAll(() => host?.close());

  it('has a strong tag that tells nothing of the token, the same for every client and at every second', async () => {
    const first = await get(host);
    expect(first.headers.etag).toMatch(/^"[\w-]{16}\.[0-9a-z]+"$/);
    const { accessToken } = first.body;
    const pieces = accessToken.match(/.{4}/g) as string[];
    expect(pieces.filter((piece) => first.headers.etag.includes(piece))).toEqual([]);
    host.clock.advance(5000);
    for (const key of [SERVICE_KEY, OTHER_KEY]) {
      expect((await get(host, {}, key)).headers.etag).toBe(first.headers.etag);
    }
  });

  it.each([
    ['the tag', (tag: string) => tag],
    ['the tag as a compressing proxy gives it on', (tag: string) => `W/${tag}`],
    ['the tag among others', (tag: string) => `"a", W/"b" ,${tag},"c"`],
    ['a star', () => '*'],
  ])('is answered 304 without a body to whoever shows %s', async (_what, shown) => {
    const { etag } = (await get(host)).headers;
    const again = await get(host, { 'If-None-Match': shown(etag) });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
    expect(again.headers['cache-control']).toBe('no-store');
    expect(again.headers['content-type']).toBeUndefined();
    expect(again.headers['content-length'] ?? '0').toBe('0');
  });

  it.each([
    ['another tag', () => '"another"'],
    ['an empty one', () => '""'],
    ['the tag without its quotes', (tag: string) => tag.slice(1, -1)],
    ['a piece of it', (tag: string) => `${tag.slice(0, 9)}"`],
  ])('is answered in full to whoever shows %s', async (_what, shown) => {
    const { etag } = (await get(host)).headers;
    const again = await get(host, { 'If-None-Match': shown(etag) });
    expect([again.status, again.headers.etag]).toEqual([200, etag]);
    expect(Object.keys(again.body).sort()).toEqual(['accessToken', 'expiresAt', 'expiresIn']);
  });

  it('answers 304 also to a client that wants no stored answer: this is none', async () => {
    const { etag } = (await get(host)).headers;
    expect((await get(host, { 'If-None-Match': etag, 'Cache-Control': 'no-cache' })).status).toBe(304);
  });

  it('has another tag for another token, and for that of another account', async () => {
    const first = await get(host);
    await report(host, first.body.accessToken);
    const second = await get(host, { 'If-None-Match': first.headers.etag });
    expect(second.status).toBe(200);
    expect(second.headers.etag).not.toBe(first.headers.etag);
    const other = await request(host.url)
      .get(`/weixin/token/${MOBILE.appId}`)
      .set({ Authorization: `Bearer ${SERVICE_KEY}`, 'If-None-Match': second.headers.etag });
    expect(other.status).toBe(200);
  });

  it('is refused with the right tag and without a key', async () => {
    const { etag } = (await get(host)).headers;
    const refused = await request(host.url).get(`/weixin/token/${appId}`).set('If-None-Match', etag);
    expect([refused.status, refused.headers.etag]).toEqual([401, expect.not.stringContaining(etag)]);
  });

  it('answers HEAD as GET, without the token', async () => {
    const { etag } = (await get(host)).headers;
    const head = await request(host.url)
      .head(`/weixin/token/${appId}`)
      .set({ Authorization: `Bearer ${SERVICE_KEY}` });
    expect([head.status, head.headers.etag, head.text ?? '']).toEqual([200, etag, '']);
  });
});

describeEachDatabase('who took and who reported a token', (database) => {
  let host: TestApp;
  let logger: CaptureLogger;
  let audit: TokenAudit;
  beforeEach(async () => {
    logger = new CaptureLogger();
    host = await createTestApp({ database, logger, options: { serviceKeys } });
    audit = host.app.get(TokenAudit);
  });
  afterEach(() => host?.close());

  it('is written down: the take, the polls, the report and the token that came for it', async () => {
    const { accessToken: dead } = (await get(host)).body;
    const { etag } = (await get(host)).headers;
    for (let poll = 0; poll < 8; poll++) await get(host, { 'If-None-Match': etag });
    host.simulator.killToken(appId);
    host.clock.advance(1000);
    const { accessToken: fresh } = (await report(host, dead, OTHER_KEY)).body;
    await host.tasks.run('token-audit');

    const rows = await audit.list();
    const row = (client: string, action: string, token: string, times: number) =>
      expect.objectContaining({ client, appId, action, tokenId: tokenIdOf(token), times, endpoint: 'rest' });
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(
      expect.arrayContaining([
        row('courses', 'read', dead, 10),
        row('billing', 'report', dead, 1),
        row('billing', 'read', fresh, 1),
      ]),
    );
    expect(logger.lines.filter((line) => line.includes('reported'))).toEqual([
      `client "billing" (rest) reported access_token ${tokenIdOf(dead)} of account ${appId} as dead; a new one came: ${tokenIdOf(fresh)} TokenReports`,
    ]);
    const stored = JSON.stringify(await host.dataSource.query('SELECT * FROM weixin_token_audit'));
    for (const token of [dead, fresh]) expect(stored + logger.lines.join()).not.toContain(token);
  });

  it('tells of a report that brought nothing new, and of one that failed', async () => {
    const { accessToken: first } = (await get(host)).body;
    const { accessToken: second } = (await report(host, first)).body;
    host.clock.advance(1000);
    await report(host, first);
    host.simulator.updateAccount(appId, { appSecret: 'changed-in-the-console-0000' });
    expect((await report(host, second)).status).toBe(503);
    const said = logger.lines.filter((line) => line.includes('reported'));
    expect(said).toEqual([
      expect.stringContaining('a new one came'),
      expect.stringContaining(`it had been replaced: ${tokenIdOf(second)}`),
      expect.stringMatching(/no other came: no access_token for account \w+: errcode 40125/),
    ]);
    await audit.flush();
    expect((await audit.list()).filter(({ action }) => action === 'report')).toEqual([
      expect.objectContaining({ tokenId: tokenIdOf(second), times: 1 }),
      expect.objectContaining({ tokenId: tokenIdOf(first), times: 2 }),
    ]);
  });

  it('is of no use to whoever may not: what is refused leaves no row', async () => {
    await request(host.url).get(`/weixin/token/${appId}`);
    await request(host.url)
      .get('/weixin/token/wx-of-nobody')
      .set({ Authorization: `Bearer ${SERVICE_KEY}` });
    await request(host.url)
      .post('/weixin/token/wx-of-nobody/refresh')
      .set({ Authorization: `Bearer ${SERVICE_KEY}` })
      .send({ accessToken: 'x' });
    expect(await audit.list()).toEqual([]);
  });

  it('is written when the application closes, with what is still being asked meanwhile', async () => {
    const path = 'SELECT times FROM weixin_token_audit';
    await get(host);
    await get(host);
    const timesAtEnd: unknown[] = [];
    // The last thing before the DataSource goes: by then everything has to be there.
    const destroy = host.dataSource.destroy.bind(host.dataSource);
    host.dataSource.destroy = async () => {
      timesAtEnd.push(...(await host.dataSource.query(path)));
      await destroy();
    };
    await host.close();
    expect(timesAtEnd.map((row) => Number((row as { times: number }).times))).toEqual([2]);
    host = await createTestApp({ database });
  });
});
