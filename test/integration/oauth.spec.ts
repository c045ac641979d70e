import { inspect } from 'node:util';
import {
  LoginCodeRefusedError,
  LoginUnavailableError,
  MiniProgramSessionService,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import { IntentRepository } from '../../libs/weixin-subscribe/src/authorization/intent.repository.js';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import { ProvenOpenids } from '../../libs/weixin-subscribe/src/authorization/proven-openids.js';
import { OAuthService } from '../../libs/weixin-subscribe/src/identity/oauth.service.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  SECRETS,
  simulatorAccounts,
} from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { OFFICIAL_KEY, tap } from '../support/flows.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const CODE_PATH = '/sns/oauth2/access_token';
const BASE: Partial<WeixinSubscribeModuleOptions> = { authorization: { oauth: 'base' } };

const local = (address: string) => {
  const { pathname, search } = new URL(address);
  return pathname + search;
};

describeEachDatabase('an openid that OAuth has proven', (kind) => {
  let database: TestDatabase;
  let simulator: WeixinSimulator;
  let host: TestApp;
  let other: TestApp;
  const logger = new CaptureLogger();
  beforeAll(async () => {
    database = await createDatabase(kind);
    simulator = await WeixinSimulator.start({
      accounts: simulatorAccounts(),
      people: ['xiaoming', 'xiaohong'],
    });
    host = await createTestApp({ shared: database, simulator, logger, options: BASE });
    other = await createTestApp({ shared: database, simulator, logger, options: BASE });
  });
  afterAll(async () => {
    await other?.close();
    await host?.close();
    await simulator?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    simulator.reset();
    simulator.setClock(host.clock.now());
    await emptyLedger(host.dataSource);
    await host.dataSource.query('DELETE FROM weixin_intent');
  });

  const openid = (person = 'xiaoming') => simulator.openid(person, OFFICIAL.appId);
  const exchanges = () => simulator.counters().calls[CODE_PATH] ?? 0;
  async function authorize(by = host) {
    const browser = new Browser(by.url);
    const asked = await browser.get('/weixin/authorize', {
      ...OFFICIAL_KEY,
      scene: 7,
      returnTo: '/courses/1',
    });
    return { browser, oauthUrl: String(asked.headers.location) };
  }
  const grants = async () => host.dataSource.query('SELECT openid, proof FROM weixin_grant');

  it('leads through WeChat’s OAuth to the confirm page, and gives a grant that is bound', async () => {
    const { browser, oauthUrl } = await authorize();
    expect(oauthUrl).toMatch(
      /\/connect\/oauth2\/authorize\?appid=wxaba38c7f163da69b&redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A3000%2Fweixin%2Foauth%2Fcallback&response_type=code&scope=snsapi_base&state=\w{32}#wechat_redirect$/,
    );
    const confirm = await browser.get(local(simulator.oauth({ url: oauthUrl, person: 'xiaoming' })));
    expect(confirm.status).toBe(302);
    expect(confirm.headers['referrer-policy']).toBe('no-referrer');
    const back = await browser.get(tap(host, String(confirm.headers.location)));
    expect(back.headers.location).toBe('http://127.0.0.1:3000/courses/1?subscribe=confirmed');
    expect(await grants()).toEqual([{ openid: openid(), proof: 'bound' }]);
  });

  it('takes the way back with a slash before the query', async () => {
    simulator.updateAccount(OFFICIAL.appId, { documentedSlash: true });
    const { browser, oauthUrl } = await authorize();
    const redirect = local(simulator.oauth({ url: oauthUrl }));
    expect(redirect).toContain('/oauth/callback/?code=');
    expect((await browser.get(redirect)).status).toBe(302);
  });

  it('lets no forged openid confirm: neither another one, nor one that never passed OAuth', async () => {
    for (let forged = 0; forged < 20; forged++) {
      const { browser, oauthUrl } = await authorize();
      const state = String(new URL(oauthUrl).searchParams.get('state'));
      const isSkipping = forged % 2 === 0;
      if (!isSkipping) await browser.get(local(simulator.oauth({ url: oauthUrl, person: 'xiaoming' })));
      const back = await browser.get('/weixin/callback', {
        ...{ openid: openid('xiaohong'), template_id: OFFICIAL.templates[0] },
        ...{ action: 'confirm', scene: 7, reserved: state },
      });
      expect([back.status, back.body.code]).toEqual(
        isSkipping ? [403, 'WEIXIN_OPENID_UNPROVEN'] : [400, 'WEIXIN_ANSWER_MISMATCH'],
      );
    }
    expect(await grants()).toEqual([]);
    expect(await countBy(host.dataSource, 'weixin_intent')).toEqual({ pending: 20 });
  });

  it('takes a cancel from whoever it is: it gives nothing', async () => {
    const { browser, oauthUrl } = await authorize();
    const reserved = String(new URL(oauthUrl).searchParams.get('state'));
    const back = await browser.get('/weixin/callback', {
      ...{ template_id: OFFICIAL.templates[0], action: 'cancel', scene: 7, reserved },
    });
    expect(back.headers.location).toContain('subscribe=cancelled');
  });

  it('exchanges a code once, however often the way back is gone, in two processes at once', async () => {
    const { browser, oauthUrl } = await authorize();
    const redirect = local(simulator.oauth({ url: oauthUrl }));
    const again = () => browser.get(redirect);
    const replies = await Promise.all([again(), again(), again()]);
    expect(replies.map(({ status }) => status)).toEqual([302, 302, 302]);
    expect(new Set(replies.map(({ headers }) => headers.location)).size).toBe(1);
    expect(exchanges()).toBe(1);

    const two = await authorize();
    const there = local(simulator.oauth({ url: two.oauthUrl }));
    simulator.fault({ kind: 'latency', delayMs: 50, when: 'after', path: CODE_PATH });
    const [one, second] = await Promise.all([two.browser.get(there), two.browser.get(there, {}, other.url)]);
    // Who came second may have been too early to find it done: WeChat told it 40163, and nothing is lost.
    expect([one.status, second.status].sort()[0]).toBe(302);
    expect((await two.browser.get(there)).status).toBe(302);
    expect(exchanges()).toBeLessThanOrEqual(3);
  });

  it('exchanges no code again for who read the intent before it was proven', async () => {
    const { browser, oauthUrl } = await authorize();
    const state = digest(String(new URL(oauthUrl).searchParams.get('state')));
    const early = await host.app.get(IntentRepository).findByState(state);
    const redirect = local(simulator.oauth({ url: oauthUrl }));
    expect((await browser.get(redirect)).status).toBe(302);
    const code = String(new URLSearchParams(redirect.split('?')[1]).get('code'));
    await host.app.get(ProvenOpenids).prove(early as Intent, state, code);
    expect(exchanges()).toBe(1);
  });

  it('goes to returnTo where the intent was answered meanwhile', async () => {
    const { browser, oauthUrl } = await authorize();
    const redirect = local(simulator.oauth({ url: oauthUrl }));
    const confirm = await browser.get(redirect);
    await browser.get(tap(host, String(confirm.headers.location)));
    expect((await browser.get(redirect)).headers.location).toBe(
      'http://127.0.0.1:3000/courses/1?subscribe=confirmed',
    );
  });

  it('takes a way back only from the browser that asked, and asks WeChat for no other', async () => {
    const { oauthUrl } = await authorize();
    const redirect = local(simulator.oauth({ url: oauthUrl, person: 'xiaohong' }));
    const victim = await new Browser(host.url).get(redirect);
    expect([victim.status, victim.body.code]).toEqual([403, 'WEIXIN_STATE_FOREIGN']);
    const unknown = await request(host.url).get('/weixin/oauth/callback').query({ code: 'c', state: 's' });
    expect([unknown.status, unknown.body.code]).toEqual([403, 'WEIXIN_STATE_UNKNOWN']);
    expect(exchanges()).toBe(0);
  });

  it('refuses a snapshot user with a page that says what to do', async () => {
    simulator.updateAccount(OFFICIAL.appId, { snapshotUsers: true });
    const { browser, oauthUrl } = await authorize();
    const redirect = local(simulator.oauth({ url: oauthUrl }));
    const [{ name, value }] = browser.cookies(redirect);
    const page = await request(host.url)
      .get(redirect)
      .set({ accept: 'text/html', cookie: `${name}=${value}` });
    expect(page.status).toBe(403);
    expect(page.text).toContain('使用完整服务');
    expect(await host.dataSource.query('SELECT expected_openid FROM weixin_intent')).toEqual([
      { expected_openid: null },
    ]);
  });

  it('never repeats an exchange: a code that WeChat burnt without an answer sends the person back', async () => {
    const { browser, oauthUrl } = await authorize();
    const redirect = local(simulator.oauth({ url: oauthUrl }));
    simulator.fault({ kind: 'errcode', errcode: -1, when: 'after', path: CODE_PATH });
    const first = await browser.get(redirect);
    expect([first.status, first.body.code]).toEqual([503, 'WEIXIN_LOGIN_UNAVAILABLE']);
    expect(exchanges()).toBe(1);
    const second = await browser.get(redirect);
    expect([second.status, second.body.code, second.body.errcode]).toEqual([
      ...[403, 'WEIXIN_LOGIN_CODE_REFUSED', 40163],
    ]);
    expect(await grants()).toEqual([]);
  });

  it('expires with its intent, and its code after five minutes', async () => {
    const { browser, oauthUrl } = await authorize();
    const redirect = local(simulator.oauth({ url: oauthUrl }));
    host.clock.advance(301_000);
    simulator.advance(301_000);
    expect((await browser.get(redirect)).body).toMatchObject({
      code: 'WEIXIN_LOGIN_CODE_REFUSED',
      errcode: 40029,
    });
    host.clock.advance(300_000);
    expect((await browser.get(redirect)).body).toMatchObject({ code: 'WEIXIN_STATE_EXPIRED' });
  });

  it('shows neither code nor secret in any log or reply', async () => {
    const { browser, oauthUrl } = await authorize();
    const redirect = simulator.oauth({ url: oauthUrl });
    const code = String(new URL(redirect).searchParams.get('code'));
    simulator.fault({
      kind: 'errcode',
      errcode: 40029,
      errmsg: `code ${code} of ${OFFICIAL.appSecret}`,
      path: CODE_PATH,
    });
    const { text } = await browser.get(local(redirect));
    const seen = [text, ...logger.lines].join('\n');
    for (const secret of [...SECRETS, code]) expect(seen).not.toContain(secret);
  });
});

describe('the way without OAuth', () => {
  it('is taken where the host knows the openid', async () => {
    const openid = 'oABC-1234_xyzabcdefghijklmno';
    const host = await createTestApp({
      options: { authorization: { oauth: 'base', subject: () => ({ id: 'u1', openid }) } },
    });
    const asked = await new Browser(host.url).get('/weixin/authorize', {
      ...OFFICIAL_KEY,
      scene: 1,
      returnTo: '/',
    });
    expect(asked.headers.location).toContain('/mp/subscribemsg?');
    await host.close();
  });

  it('is the only one of a remote, which has no secret', async () => {
    const token = { role: 'remote', central: { url: 'http://127.0.0.1:9', key: 'k'.repeat(16) } } as const;
    const accounts = [{ ...OFFICIAL, appSecret: undefined, templates: [...OFFICIAL.templates] }];
    await expect(createTestApp({ options: { ...BASE, token, accounts } })).rejects.toThrow(
      /authorization\.oauth" "base" needs the AppSecret/,
    );
  });
});

describe('code2Session', () => {
  let host: TestApp;
  let simulator: WeixinSimulator;
  let sessions: MiniProgramSessionService;
  const logger = new CaptureLogger();
  const { appId } = MINI_PROGRAM;
  beforeAll(async () => {
    simulator = await WeixinSimulator.start({ accounts: channelSimulatorAccounts() });
    host = await createTestApp({ simulator, logger, options: { accounts: channelAccounts() } });
    simulator.setClock(host.clock.now());
    sessions = host.app.get(MiniProgramSessionService);
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });

  it('gives the openid, and a session key that prints nowhere', async () => {
    const session = await sessions.code2Session(appId, simulator.login({ appId, person: 'xiaoming' }));
    expect(session.openid).toBe(simulator.openid('xiaoming', appId));
    expect(Buffer.from(session.sessionKey, 'base64')).toHaveLength(16);
    const shown = [inspect(session, { showHidden: true }), JSON.stringify(session), `${logger.lines}`].join();
    expect(shown).not.toContain(session.sessionKey);
  });

  it('refuses a code that was used, is unknown, or of somebody blocked', async () => {
    const code = simulator.login({ appId });
    await sessions.code2Session(appId, code);
    const failed = (given: string) => sessions.code2Session(appId, given).catch((error) => error);
    expect(await failed(code)).toMatchObject({ code: 'WEIXIN_LOGIN_CODE_REFUSED', errcode: 40163 });
    expect(await failed('unknown')).toMatchObject({ errcode: 40029 });
    simulator.fault({ kind: 'errcode', errcode: 40226, path: '/sns/jscode2session' });
    expect(await failed(simulator.login({ appId }))).toBeInstanceOf(LoginCodeRefusedError);
    simulator.fault({ kind: 'reset-after', path: '/sns/jscode2session' });
    expect(await failed(simulator.login({ appId }))).toBeInstanceOf(LoginUnavailableError);
    expect(await failed('with space')).toMatchObject({ code: 'WEIXIN_INVALID_INPUT' });
    expect(await sessions.code2Session('wx4d1e0f5a6b7c8d92', code).catch(({ code }) => code)).toBe(
      'WEIXIN_ACCOUNT_KIND',
    );
  });
});

it('asks WeChat for nobody of an account that is switched off', async () => {
  const accounts = [...libraryAccounts(), ...channelAccounts()].map((one) => ({ ...one, enabled: false }));
  const host = await createTestApp({ options: { accounts } });
  try {
    const asked = [
      host.app.get(MiniProgramSessionService).code2Session(MINI_PROGRAM.appId, 'code'),
      host.app.get(OAuthService).identify(OFFICIAL.appId, 'code'),
    ];
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'WEIXIN_ACCOUNT_DISABLED' });
    expect(host.simulator.counters().calls).toEqual({});
  } finally {
    await host.close();
  }
});
