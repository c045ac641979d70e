import { RequestMethod } from '@nestjs/common';
import { AuthorizationService } from 'nestjs-weixin-subscribe';
import { Browser } from '../support/browser.js';
import { ADAPTERS, createTestApp, type TestApp, type TestAppOptions } from '../support/create-test-app.js';
import { MOBILE_KEY, OFFICIAL_KEY, tap } from '../support/flows.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { signedIn, subjectFromHeaders } from '../support/people.js';
import { expectRefusal } from '../support/refusals.js';

const QUESTION = /^weixin_subscribe_[\w-]{10}$/;
const ANSWERED = 'weixin_subscribe_answered';
const FOREIGN = { status: 403, code: 'WEIXIN_STATE_FOREIGN' };
const CALLBACK = '/weixin/callback';

describe.each(ADAPTERS)('the cookies of intents on %s', (adapter) => {
  let host: TestApp;
  const start = async (given: TestAppOptions = {}) => {
    await host?.close();
    host = await createTestApp({ adapter, configure: () => undefined, ...given });
  };
  afterAll(() => host?.close());

  let scene = 0;
  const ask = async (browser: Browser, prefix = '') => {
    const asked = await browser.get(`${prefix}/weixin/authorize`, {
      ...OFFICIAL_KEY,
      scene: ++scene % 10_000,
      returnTo: '/',
    });
    return { asked, status: asked.status, confirmUrl: String(asked.headers.location), lines: linesOf(asked) };
  };
  const linesOf = (response: { headers: Record<string, unknown> }) =>
    [response.headers['set-cookie'] ?? []].flat() as string[];
  const headerOf = (browser: Browser, path = CALLBACK) =>
    browser
      .cookies(path)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  const questionsOf = (browser: Browser) =>
    browser.cookies(CALLBACK).filter(({ name }) => QUESTION.test(name));
  const answer = (browser: Browser, confirmUrl: string, action: 'confirm' | 'cancel' = 'confirm') =>
    browser.get(tap(host, confirmUrl, action));

  describe('in one browser', () => {
    beforeAll(() => start());
    beforeEach(() => emptyLedger(host.dataSource));

    it('are eight at most after 300 intents; the last eight can be answered, the oldest not', async () => {
      const browser = new Browser(host.url);
      const urls: string[] = [];
      for (let number = 0; number < 300; number++) {
        host.clock.advance(1);
        const { status, confirmUrl } = await ask(browser);
        expect(status).toBe(302);
        urls.push(confirmUrl);
      }
      expect(questionsOf(browser)).toHaveLength(8);
      expect(headerOf(browser).length).toBeLessThan(1024);
      await expectRefusal(host, () => answer(browser, urls[291]), FOREIGN);
      for (const url of urls.slice(292)) expect((await answer(browser, url)).status).toBe(302);
      expect(questionsOf(browser)).toEqual([]);
    });

    it('are cleared for good when the browser comes with hundreds of them, some with each response', async () => {
      const browser = new Browser(host.url);
      for (let number = 0; number < 100; number++)
        browser.set({
          name: `weixin_subscribe_${String(number).padStart(10, '0')}`,
          value: 'old',
          path: '/weixin',
        });
      for (let number = 0; number < 8; number++)
        expect((await ask(browser)).lines.length).toBeLessThanOrEqual(17);
      expect(questionsOf(browser)).toHaveLength(8);
      expect(questionsOf(browser).map(({ value }) => value)).not.toContain('old');
    });

    it.each(['confirm', 'cancel'] as const)(
      'are cleared by the callback that brings a %s',
      async (action) => {
        const browser = new Browser(host.url);
        const { confirmUrl, lines } = await ask(browser);
        const [name] = lines[0].split('=', 1);
        const back = await answer(browser, confirmUrl, action);
        expect(back.status).toBe(302);
        expect(linesOf(back)).toEqual([
          `${name}=; Path=/weixin; Max-Age=0; HttpOnly; SameSite=Lax`,
          expect.stringMatching(
            /^weixin_subscribe_answered=[0-9A-Za-z]{32}; Path=\/weixin; Max-Age=600; HttpOnly; SameSite=Lax$/,
          ),
        ]);
        expect(browser.cookies(CALLBACK).map((cookie) => cookie.name)).toEqual([ANSWERED]);
      },
    );

    it('leave one behind that takes the same answer again, for the last four intents', async () => {
      const browser = new Browser(host.url);
      const urls: string[] = [];
      for (let number = 0; number < 5; number++) urls.push((await ask(browser)).confirmUrl);
      const backs = [];
      for (const url of urls) backs.push(await answer(browser, url));
      const written = await countBy(host.dataSource, 'weixin_grant');
      for (const at of [4, 1, 2, 3, 4]) {
        const again = await answer(browser, urls[at]);
        expect([again.status, again.headers.location]).toEqual([302, backs[at].headers.location]);
        expect(linesOf(again)).toEqual([]);
      }
      // Nobody who only has the address learns where it led.
      const { body } = await expectRefusal(host, () => answer(browser, urls[0]), FOREIGN);
      expect(JSON.stringify(body)).not.toContain('127.0.0.1:3000');
      await expectRefusal(host, () => answer(new Browser(host.url), urls[4]), FOREIGN);
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual(written);
      expect(headerOf(browser).length).toBeLessThan(256);
    });

    it('stay when an answer is refused, so that the right one is still taken', async () => {
      const browser = new Browser(host.url);
      const { confirmUrl } = await ask(browser);
      const right = tap(host, confirmUrl);
      await expectRefusal(host, () => browser.get(right.replace(/scene=\d+/, 'scene=9999')), {
        status: 400,
        code: 'WEIXIN_ANSWER_MISMATCH',
      });
      expect((await browser.get(right)).status).toBe(302);
      await expectRefusal(host, () => browser.get(right.replace('action=confirm', 'action=cancel')), {
        status: 409,
        code: 'WEIXIN_STATE_REUSED',
      });
    });
  });

  describe('beside those of a sibling domain', () => {
    beforeAll(() => start());

    it.each([
      ['before', '/weixin/callback'],
      ['after', '/'],
    ])('are found where one of the same name stands %s them', async (_where, path) => {
      const browser = new Browser(host.url);
      const { confirmUrl } = await ask(browser);
      const [{ name }] = questionsOf(browser);
      browser.set({ name, value: 'foreign', path });
      browser.set({ name: ANSWERED, value: 'foreign', path });
      expect(
        headerOf(browser)
          .split('; ')
          .filter((pair) => pair.startsWith(name)),
      ).toHaveLength(2);
      expect((await answer(browser, confirmUrl)).status).toBe(302);
      expect((await answer(browser, confirmUrl)).status).toBe(302);
    });

    it('are found among dozens that look like ours, of whatever time they say', async () => {
      const browser = new Browser(host.url);
      const stamps = ['zzzzzzzz', '00000000', (host.clock.now() + 1000).toString(36)];
      for (let number = 0; number < 60; number++)
        browser.set({
          name: `weixin_subscribe_${String(number).padStart(10, 'x')}`,
          value: stamps[number % 3] + 'x'.repeat(24),
          path: '/',
        });
      const questions = [];
      // Those of a sibling cannot be dropped: they are of another domain, here of another path.
      for (let number = 0; number < 3; number++) questions.push((await ask(browser)).confirmUrl);
      for (const url of questions) expect((await answer(browser, url)).status).toBe(302);
    });

    it('are taken from a host that calls the service itself, in either form', async () => {
      const authorization = host.app.get(AuthorizationService);
      for (const values of [(value: string) => value, (value: string) => ['foreign', value]]) {
        const { state, cookie } = await authorization.askInBrowser({
          ...OFFICIAL_KEY,
          scene: 5,
          returnTo: '/',
        });
        const given = { state, templateId: OFFICIAL_KEY.templateId, scene: 5, action: 'cancel' } as const;
        const proof = { cookies: { [cookie.name]: values(cookie.value) } };
        expect(await authorization.answer(given, 'web', proof)).toMatchObject({ status: 'cancelled' });
      }
    });
  });

  describe('of a mobile app', () => {
    it('are shown to its results, cleared by them, and take a double tap', async () => {
      await start();
      const phone = new Browser(host.url);
      const { body } = await phone.post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 });
      const { sdk } = host.simulator.confirm({
        appId: MOBILE_KEY.appId,
        person: 'xiaoming',
        scene: 1,
        reserved: body.reserved,
      });
      const report = {
        reserved: body.reserved,
        action: 'confirm',
        templateId: MOBILE_KEY.templateId,
        scene: 1,
        openid: sdk.ios.openId,
      };
      const first = await phone.post('/weixin/app/results', report);
      expect([first.status, linesOf(first).length]).toEqual([200, 2]);
      const again = await phone.post('/weixin/app/results', report);
      expect([again.status, again.body, linesOf(again)]).toEqual([200, first.body, []]);
      await expectRefusal(host, () => new Browser(host.url).post('/weixin/app/results', report), FOREIGN);
    });

    it('are not set where the user of the host is the binding', async () => {
      await start({ options: { authorization: { subject: subjectFromHeaders } } });
      const phone = signedIn(host, 'user-1');
      const asked = await phone.post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 });
      const { sdk } = host.simulator.confirm({
        appId: MOBILE_KEY.appId,
        person: 'xiaoming',
        scene: 1,
        reserved: asked.body.reserved,
      });
      const report = {
        reserved: asked.body.reserved,
        action: 'confirm',
        templateId: MOBILE_KEY.templateId,
        scene: 1,
        openid: sdk.ios.openId,
      };
      const answered = await phone.post('/weixin/app/results', report);
      expect([answered.status, linesOf(asked), linesOf(answered)]).toEqual([200, [], []]);
    });
  });

  describe('are as narrow as the routes allow', () => {
    const exclude = [{ path: 'weixin/callback', method: RequestMethod.GET }];
    // The simulator knows this host as a business domain.
    const secure = 'https://127.0.0.1:3000';
    it.each<[what: string, given: TestAppOptions, prefix: string, name: RegExp, attributes: string]>([
      ['on HTTP', {}, '', /^weixin_subscribe_/, 'Path=/weixin; Max-Age=600; HttpOnly; SameSite=Lax'],
      [
        'on HTTPS',
        { options: { publicBaseUrl: secure } },
        '',
        /^__Secure-weixin_subscribe_/,
        'Path=/weixin; Max-Age=600; HttpOnly; SameSite=Lax; Secure',
      ],
      [
        'under a prefix',
        { configure: (app) => app.setGlobalPrefix('api/v1') },
        '/api/v1',
        /^weixin_subscribe_/,
        'Path=/api/v1/weixin; Max-Age=600; HttpOnly; SameSite=Lax',
      ],
      [
        'under a path that a proxy takes off',
        { options: { publicBaseUrl: `${secure}/shop/` } },
        '',
        /^__Secure-weixin_subscribe_/,
        'Path=/shop/weixin; Max-Age=600; HttpOnly; SameSite=Lax; Secure',
      ],
      [
        'where the routes have nothing in common, on HTTPS',
        { configure: (app) => app.setGlobalPrefix('api', { exclude }), options: { publicBaseUrl: secure } },
        '/api',
        /^__Host-weixin_subscribe_/,
        'Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure',
      ],
      [
        'where a proxy has another path for the callback',
        { options: { publicBaseUrl: secure, authorization: { callbackUrl: `${secure}/weixin/app/back` } } },
        '',
        /^__Secure-weixin_subscribe_/,
        'Path=/weixin; Max-Age=600; HttpOnly; SameSite=Lax; Secure',
      ],
      [
        'under a prefix with a parameter',
        {
          configure: (app) => app.setGlobalPrefix('api/:tenant'),
          options: { authorization: { callbackUrl: 'http://127.0.0.1:3000/api/7/weixin/callback' } },
        },
        '/api/7',
        /^weixin_subscribe_/,
        'Path=/api; Max-Age=600; HttpOnly; SameSite=Lax',
      ],
    ])('%s', async (_what, given, prefix, name, attributes) => {
      await start(given);
      const { lines } = await ask(new Browser(host.url), prefix);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(name);
      expect(lines[0].slice(lines[0].indexOf('; ') + 2)).toBe(attributes);
    });

    it.each([
      ['__Secure-', {}],
      ['__Host-', { configure: (app) => app.setGlobalPrefix('api', { exclude }) } as TestAppOptions],
    ])('and bind, are bounded and cleared with the prefix %s too', async (prefix, given) => {
      await start({ ...given, options: { publicBaseUrl: secure } });
      const browser = new Browser(host.url);
      const base = prefix === '__Host-' ? '/api' : '';
      const urls: string[] = [];
      for (let number = 0; number < 12; number++) urls.push((await ask(browser, base)).confirmUrl);
      expect(browser.cookies(CALLBACK)).toHaveLength(8);
      const back = await browser.get(tap(host, urls[11]));
      expect([back.status, back.headers.location]).toEqual([302, `${secure}/?subscribe=confirmed`]);
      expect((await browser.get(tap(host, urls[11]))).status).toBe(302);
      const names = browser.cookies(CALLBACK).map((cookie) => cookie.name);
      expect(names).toHaveLength(8);
      expect(names.every((name) => name.startsWith(`${prefix}weixin_subscribe_`))).toBe(true);
      expect(names).toContain(`${prefix}${ANSWERED}`);
    });
  });
});
