import { ProblemDetailsFilter } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, SEND_PATH, toScene, workUntil } from '../support/broadcasts.js';
import { Browser } from '../support/browser.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { MOBILE_KEY, OFFICIAL_KEY, subscribe } from '../support/flows.js';
import { countRows, emptyLedger, expectExactBatches } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';

const SCENE = 7;
const FORGED = 60;
const REAL = 100;

describeEachDatabase('strangers who make up openids', (kind) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({
      database: kind,
      options: { broadcast: { ratePerSecond: 0, concurrency: 8 } },
    });
  });
  afterAll(() => host?.close());
  beforeEach(async () => {
    await emptyLedger(host.dataSource);
    host.simulator.reset();
  });
  afterEach(() => expectExactBatches(host.dataSource));

  /**
   * One grant under an openid of the stranger's choice: two requests of a browser, and WeChat is not asked.
   */
  async function forge(openid: string): Promise<void> {
    const browser = new Browser(host.url);
    const asked = await browser.get('/weixin/authorize', {
      ...OFFICIAL_KEY,
      scene: SCENE,
      returnTo: '/courses/1',
    });
    const reserved = new URL(String(asked.headers.location)).searchParams.get('reserved');
    const answer = {
      openid,
      template_id: OFFICIAL_KEY.templateId,
      action: 'confirm',
      scene: SCENE,
      reserved,
    };
    const back = await browser.get('/weixin/callback', answer);
    expect(back.status).toBe(302);
  }
  async function forgeMany(openidOf: (index: number) => string): Promise<void> {
    for (let index = 0; index < FORGED; index++) await forge(openidOf(index));
    host.clock.advance(1000);
  }
  const invented = (index: number) => `oInvented_${String(index).padStart(18, '0')}`;
  const realPeople = () => crowd(host, REAL);
  const bound = (openids: string[]) =>
    confirmAll(
      host,
      openids.map((openid) => ({ openid, scene: SCENE })),
    );
  const inbox = () => new Set(host.simulator.inbox().map(({ openid }) => openid));
  const calls = () => host.simulator.counters().calls[SEND_PATH] ?? 0;
  const send = async () => {
    const { id } = await broadcastsOf(host).start(toScene(SCENE));
    return workUntil(host, id, 'finished', 'paused');
  };

  it('stop no broadcast to people whose openids are proven', async () => {
    await forgeMany(invented);
    const real = realPeople();
    await bound(real);
    const progress = await send();
    expect(progress).toMatchObject({
      status: 'finished',
      claimed: FORGED + REAL,
      sent: REAL,
      failed: FORGED,
    });
    expect(progress.unproven).toEqual({ claimed: FORGED, sent: 0, refused: 0, failed: FORGED, unknown: 0 });
    expect(inbox()).toEqual(new Set(real));
  });

  it('stop no broadcast to people who came the same way, and stand in front of them', async () => {
    await forgeMany(invented);
    for (const openid of realPeople()) {
      host.simulator.confirm({ appId: OFFICIAL_KEY.appId, openid, scene: SCENE });
      await forge(openid);
    }
    const progress = await send();
    expect(progress).toMatchObject({ status: 'finished', sent: REAL, failed: FORGED });
    expect(progress.unproven).toMatchObject({ claimed: FORGED + REAL, sent: REAL, failed: FORGED });
  });

  it('stop none either with the openids of people who exist and confirmed nothing (43101)', async () => {
    const people = crowd(host, FORGED + REAL);
    const [strangers, real] = [people.slice(0, FORGED), people.slice(FORGED)];
    await forgeMany((index) => strangers[index]);
    await bound(real);
    const progress = await send();
    expect(progress).toMatchObject({ status: 'finished', sent: REAL, refused: FORGED });
    expect(progress.unproven).toMatchObject({ claimed: FORGED, refused: FORGED });
  });

  it('do not take the place of a person whose openid they know', async () => {
    const real = realPeople();
    await bound(real);
    for (const openid of real.slice(0, 3)) await forge(openid);
    const progress = await send();
    expect(progress).toMatchObject({ status: 'finished', claimed: REAL, sent: REAL });
    expect(progress.unproven.claimed).toBe(0);
  });

  it('are no excuse for a wrong content: it pauses a broadcast to unproven openids as well', async () => {
    await forgeMany(invented);
    host.simulator.fault({ kind: 'errcode', errcode: 40037, path: SEND_PATH, times: 'forever' });
    const progress = await send();
    expect(progress).toMatchObject({ status: 'paused', pauseCause: 'refused' });
    expect(calls()).toBeLessThanOrEqual(58);
  });

  it('thin the refusals of others out no more than they add to them', async () => {
    await forgeMany(invented);
    const refused = realPeople();
    for (const openid of refused)
      await host.grants.record({ ...OFFICIAL_KEY, openid, scene: SCENE, source: `wrong:${openid}` });
    const progress = await send();
    expect(progress).toMatchObject({ status: 'paused', pauseCause: 'refused' });
    expect(progress.reason).toMatch(
      /^50 of the last 50 messages were refused or wrong, the latest: errcode 43101 /,
    );
  });

  it('are told apart in the grants of a person, where everybody else is', async () => {
    await forge(invented(0));
    const { openid } = await subscribe(host, SCENE);
    const grantsOf = async (of: string) => {
      const { body } = await request(host.url)
        .get('/weixin/grants')
        .query({ ...OFFICIAL_KEY, scene: SCENE, openid: of })
        .set({ Authorization: `Bearer ${SERVICE_KEY}` });
      return body.grants.map(({ proof }: { proof: string }) => proof);
    };
    expect(await grantsOf(invented(0))).toEqual(['unproven']);
    expect(await grantsOf(openid)).toEqual(['unproven']);
    host.clock.advance(1000);
    await bound([openid]);
    expect(await grantsOf(openid)).toEqual(['bound', 'unproven']);
  });
});

describe.each(ADAPTERS)('intents to people whose openid is not known, on %s', (adapter) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({
      adapter,
      options: {
        rateLimit: { perMinute: 0, unprovenPerHour: 5 },
        authorization: {
          subject: (request) => {
            const { known } = (request as { headers: Record<string, string> }).headers;
            return known ? { id: known, openid: known } : undefined;
          },
        },
      },
      configure: (app) => {
        app.useGlobalFilters(app.get(ProblemDetailsFilter));
        // As behind a proxy that the host trusts.
        if (adapter === 'express') app.getHttpAdapter().getInstance().set('trust proxy', true);
      },
    });
  });
  afterAll(() => host?.close());

  const ask = (headers: Record<string, string>) =>
    request(host.url)
      .get('/weixin/authorize')
      .query({ ...OFFICIAL_KEY, scene: SCENE, returnTo: '/courses/1' })
      .set({ Accept: 'application/problem+json', ...headers });
  const askInApp = (headers: Record<string, string>) =>
    request(host.url)
      .post('/weixin/app/intents')
      .send({ ...MOBILE_KEY, scene: SCENE })
      .set(headers);

  it('are so many an hour from one address, web and app together; others are not counted', async () => {
    for (let n = 0; n < 4; n++) expect((await ask({})).status).toBe(302);
    expect((await askInApp({})).status).toBe(201);
    const intents = await countRows(host.dataSource, 'weixin_intent');
    const refused = await askInApp({});
    expect(refused.body).toMatchObject({
      status: 429,
      code: 'WEIXIN_RATE_LIMITED',
      detail: expect.stringMatching(
        /^too many intents from one address to people whose openid is not known; try again in \d+ s$/,
      ),
    });
    expect((await ask({})).status).toBe(429);
    expect(await countRows(host.dataSource, 'weixin_intent')).toBe(intents);
    expect((await ask({ known: 'oKnown' })).status).toBe(302);
  });

  it('are counted per /64 of IPv6', async () => {
    if (adapter !== 'express') return;
    const from = (group: number, host: number) => ask({ 'X-Forwarded-For': `2001:db8:1:${group}::${host}` });
    for (let n = 0; n < 5; n++) expect((await from(1, n + 1)).status).toBe(302);
    expect((await from(1, 99)).status).toBe(429);
    expect((await from(2, 99)).status).toBe(302);
  });
});
