import { AuthorizationService } from 'nestjs-weixin-subscribe';
import { request } from 'undici';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const TTL_MS = 600_000;

/** One request to the callback endpoint, and what must become of it. */
interface Arrival {
  path: string;
  cookie: string;
  expected: string;
}

describeEachDatabase('promise 1: one answer, one grant, among 200 that arrive at once', (kind) => {
  let database: TestDatabase;
  let host: TestApp;
  /** Another instance behind the same address. */
  let twin: TestApp;
  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database });
    twin = await createTestApp({ shared: database, simulator: host.simulator });
  });
  afterAll(async () => {
    await twin?.close();
    await host?.close();
    await database?.drop();
  });
  beforeEach(() => emptyLedger(host.dataSource));

  async function question(scene: number) {
    const authorization = host.app.get(AuthorizationService);
    const { state, cookie } = await authorization.askInBrowser({
      ...OFFICIAL_KEY,
      scene,
      returnTo: '/courses/1',
    });
    return { state, scene, cookie: `${cookie.name}=${cookie.value}`, openid: `person-${scene}` };
  }
  type Question = Awaited<ReturnType<typeof question>>;

  const arrival = (of: Question, expected: string, more: Record<string, string> = {}): Arrival => ({
    cookie: of.cookie,
    expected,
    path: `/weixin/callback?${new URLSearchParams({
      openid: of.openid,
      template_id: OFFICIAL_KEY.templateId,
      action: 'confirm',
      scene: String(of.scene),
      reserved: of.state,
      ...more,
    })}`,
  });

  async function come({ path, cookie }: Arrival, { url }: TestApp): Promise<string> {
    const { statusCode, headers, body } = await request(url + path, { headers: { cookie } });
    const text = await body.text();
    return statusCode === 302
      ? String(new URL(String(headers.location)).searchParams.get('subscribe'))
      : (JSON.parse(text) as { code: string }).code;
  }

  it('gives each its own answer, and exactly the grants that were earned', async () => {
    const questions: Question[] = [];
    for (let scene = 0; scene < 20; scene++) questions.push(await question(scene));
    const expired = questions.splice(0, 20);
    for (const { clock } of [host, twin]) clock.advance(TTL_MS);
    for (let scene = 20; scene < 140; scene++) questions.push(await question(scene));
    const of = (from: number, to: number) => questions.slice(from, to);
    const arrivals: Arrival[] = [
      ...of(0, 60).map((one) => arrival(one, 'confirmed')),
      // Refreshed pages: three copies of each.
      ...of(60, 80).flatMap((one) => [1, 2, 3].map(() => arrival(one, 'confirmed'))),
      ...of(80, 90).map((one) => arrival(one, 'cancelled', { action: 'cancel' })),
      // Another browser, another scene, a state that nobody issued.
      ...of(90, 100).map((one, index) => ({
        ...arrival(one, 'WEIXIN_STATE_FOREIGN'),
        cookie: index % 2 ? '' : questions[0].cookie,
      })),
      ...of(100, 110).map((one) => arrival(one, 'WEIXIN_ANSWER_MISMATCH', { scene: '9999' })),
      ...of(110, 120).map((one) => arrival(one, 'WEIXIN_STATE_UNKNOWN', { reserved: `${one.state}x` })),
      ...expired.map((one) => arrival(one, 'WEIXIN_STATE_EXPIRED')),
      ...of(110, 120).map((one) => arrival(one, 'WEIXIN_INVALID_INPUT', { openid: '' })),
      ...of(100, 110).map((one) => arrival(one, 'WEIXIN_INVALID_INPUT', { action: 'maybe' })),
    ];
    expect(arrivals).toHaveLength(200);
    // In no order, the copies of one at both instances.
    const shuffled = arrivals.map((_, index) => arrivals[(index * 77) % 200]);

    const told = await Promise.all(shuffled.map((one, index) => come(one, [host, twin][index % 2])));

    expect(told).toEqual(shuffled.map(({ expected }) => expected));
    expect(await countBy(host.dataSource, 'weixin_intent')).toEqual({
      confirmed: 80,
      cancelled: 10,
      pending: 50,
    });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 80 });
    expect(Object.values(await countBy(host.dataSource, 'weixin_grant', 'openid'))).toEqual(
      Array.from({ length: 80 }, () => 1),
    );
    for (const { openid, scene } of of(0, 80))
      expect(await host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene })).toBe(1);
    // All of them once more: nothing changes, and who was confirmed is told so again.
    const again = await Promise.all(shuffled.map((one) => come(one, host)));
    expect(again).toEqual(told);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 80 });
  });
});
