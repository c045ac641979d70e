import { AuthorizationService } from 'nestjs-weixin-subscribe';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, MOBILE_KEY, message, OFFICIAL_KEY, tap } from '../support/flows.js';
import { countBy, countRows, emptyLedger } from '../support/ledger.js';
import { atOnce } from '../support/library-parts.js';
import { signedIn, subjectFromHeaders } from '../support/people.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const HOUR_MS = 3_600_000;

describeEachDatabase('promise 1: one answer, one grant', (kind) => {
  let database: TestDatabase;
  let host: TestApp;
  /** Another instance behind the same address. */
  let twin: TestApp;
  let openid: string;
  beforeAll(async () => {
    database = await createDatabase(kind);
    const options = { authorization: { subject: subjectFromHeaders } };
    host = await createTestApp({ shared: database, options });
    twin = await createTestApp({ shared: database, options, simulator: host.simulator });
    openid = host.simulator.openid('xiaoming', OFFICIAL_KEY.appId);
  });
  afterAll(async () => {
    await twin?.close();
    await host?.close();
    await database?.drop();
  });
  beforeEach(() => emptyLedger(host.dataSource));

  const available = (scene: number) => host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene });

  const either = (index: number) => [host, twin][index % 2];
  const pass = (ms: number) => {
    for (const { clock } of [host, twin]) clock.advance(ms);
  };

  it('counts the same callback once: 50 times at once at two instances, an hour later, and after it was used', async () => {
    const { browser, confirmUrl } = await askInBrowser(host);
    const callback = tap(host, confirmUrl);
    // One browser, whichever instance its requests reach.
    const come = (index: number) => browser.get(callback, {}, either(index).url);

    const backs = await atOnce(50, come);

    expect(new Set(backs.map(({ status }) => status))).toEqual(new Set([302]));
    expect(new Set(backs.map(({ headers }) => headers.location)).size).toBe(1);
    expect(backs[0].headers.location).toContain('subscribe=confirmed');
    expect(await available(1000)).toBe(1);
    expect(await countRows(host.dataSource, 'weixin_grant')).toBe(1);
    pass(HOUR_MS);
    for (const later of await atOnce(50, come)) {
      expect([later.status, later.headers.location]).toEqual([302, backs[0].headers.location]);
    }
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 1 });

    await host.subscribe.send(message(openid));
    await atOnce(10, come);
    pass(HOUR_MS);
    await atOnce(10, come);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 1 });
    await expect(host.subscribe.send(message(openid))).rejects.toMatchObject({ code: 'WEIXIN_NO_GRANT' });
  });

  it('counts the same answer of a mobile app once: 50 times at once at two instances, an hour later, and after it was used', async () => {
    const phones = [signedIn(host, 'user-1'), signedIn(twin, 'user-1')];
    const { body: question } = await phones[0].post('/weixin/app/intents', { ...MOBILE_KEY, scene: 7 });
    const { reserved } = question;
    const { sdk } = host.simulator.confirm({
      appId: MOBILE_KEY.appId,
      person: 'xiaoming',
      scene: 7,
      reserved,
    });
    const { action, scene, openId, templateId } = sdk.ios;
    const report = { reserved, action, scene, templateId, openid: openId };
    const post = (index: number) => phones[index % 2].post('/weixin/app/results', report);

    const replies = await atOnce(50, post);

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    for (const { body } of replies) expect(body).toEqual({ ...MOBILE_KEY, status: 'confirmed', scene: 7 });
    pass(HOUR_MS);
    for (const later of await atOnce(50, post)) expect(later.body).toEqual(replies[0].body);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 1 });

    await host.subscribe.send({ ...message(String(openId), 7), ...MOBILE_KEY });
    for (const later of await atOnce(10, post)) expect(later.body).toEqual(replies[0].body);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 1 });
  });

  it('keeps the first of two different answers that arrive at once', async () => {
    const authorization = host.app.get(AuthorizationService);
    const { state, cookie } = await authorization.askInBrowser({
      ...OFFICIAL_KEY,
      scene: 1000,
      returnTo: '/courses/1',
    });
    const answer = { state, templateId: OFFICIAL_KEY.templateId, scene: 1000, openid };
    const proof = { cookies: { [cookie.name]: cookie.value } };

    const ends = await Promise.allSettled(
      (['confirm', 'cancel', 'confirm', 'cancel'] as const).map((action) =>
        authorization.answer({ ...answer, action }, 'web', proof),
      ),
    );

    const statuses = ends
      .map((end) => (end.status === 'fulfilled' ? end.value.status : end.reason.code))
      .sort();
    const [first] = Object.keys(await countBy(host.dataSource, 'weixin_intent'));
    expect(statuses).toEqual(['WEIXIN_STATE_REUSED', 'WEIXIN_STATE_REUSED', first, first]);
    expect(await countRows(host.dataSource, 'weixin_grant')).toBe(first === 'confirmed' ? 1 : 0);
  });

  it('renews instead of adding when the person confirms the same scene again, and adds for another scene', async () => {
    for (const scene of [7, 7, 7, 8]) {
      const { browser, confirmUrl } = await askInBrowser(host, scene);
      await browser.get(tap(host, confirmUrl));
    }
    expect(await available(7)).toBe(1);
    expect(await available(8)).toBe(1);
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 2, renewed: 2 });
  });

  it('has one grant after the answers to 20 intents about one scene arrive at once', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, () => askInBrowser(host, 9)));
    const backs = await Promise.all(
      asked.map(({ browser, confirmUrl }) => browser.get(tap(host, confirmUrl))),
    );
    expect(new Set(backs.map(({ status }) => status))).toEqual(new Set([302]));
    expect(await available(9)).toBe(1);
    expect(await countRows(host.dataSource, 'weixin_grant')).toBe(20);
  });
});
