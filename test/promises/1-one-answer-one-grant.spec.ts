import { AuthorizationService } from 'nestjs-weixin-subscribe';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, OFFICIAL_KEY, tap } from '../support/flows.js';
import { countBy, countRows, emptyLedger } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';

describeEachDatabase('promise 1: one answer, one grant', (database) => {
  let host: TestApp;
  let openid: string;
  beforeAll(async () => {
    host = await createTestApp({ database });
    openid = host.simulator.openid('xiaoming', OFFICIAL_KEY.appId);
  });
  afterAll(() => host?.close());
  beforeEach(() => emptyLedger(host.dataSource));

  const available = (scene: number) => host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene });

  it('counts the same callback once, 50 times at once and again an hour later', async () => {
    const { browser, confirmUrl } = await askInBrowser(host);
    const callback = tap(host, confirmUrl);

    const backs = await Promise.all(Array.from({ length: 50 }, () => browser.get(callback)));

    expect(new Set(backs.map(({ status }) => status))).toEqual(new Set([302]));
    expect(new Set(backs.map(({ headers }) => headers.location)).size).toBe(1);
    expect(await available(1000)).toBe(1);
    host.clock.advance(3_600_000);
    expect((await browser.get(callback)).status).toBe(302);
    expect(await countRows(host.dataSource, 'weixin_grant')).toBe(1);
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

  it('has one grant after the answers to 20 questions about one scene arrive at once', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, () => askInBrowser(host, 9)));
    const backs = await Promise.all(
      asked.map(({ browser, confirmUrl }) => browser.get(tap(host, confirmUrl))),
    );
    expect(new Set(backs.map(({ status }) => status))).toEqual(new Set([302]));
    expect(await available(9)).toBe(1);
    expect(await countRows(host.dataSource, 'weixin_grant')).toBe(20);
  });
});
