import { inspect } from 'node:util';
import {
  MessageFailedError,
  MessageUnknownError,
  TemplateService,
  type WeixinAccountOptions,
  WeixinSubscribeConfig,
} from 'nestjs-weixin-subscribe';
import { type SecurityFault, WeixinSimulator } from 'weixin-simulator';
import { AuthorizedApiClient } from '../../libs/weixin-subscribe/src/token/authorized-api.client.js';
import { channelAccounts, channelSimulatorAccounts, MINI_PROGRAM } from '../support/accounts.js';
import { API_SECURITY as KEYS, OTHER_KEYS } from '../support/api-security-keys.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../support/create-test-app.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';

const { appId } = MINI_PROGRAM;
const [templateId] = MINI_PROGRAM.templates;
const SEND = '/cgi-bin/message/subscribe/send';
const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
const SECURITY: WeixinAccountOptions['apiSecurity'] = {
  symmetricKeys: [KEYS.symmetricKey],
  applicationKey: { privateKey: KEYS.application.privateKey },
  platformCertificates: [{ sn: KEYS.platform.sn, certificate: KEYS.platform.certificate }],
};
/** As the platform has it. */
const PLATFORM = {
  symmetricKey: KEYS.symmetricKey,
  publicKey: KEYS.application.publicKey,
  platformKey: { sn: KEYS.platform.sn, privateKey: KEYS.platform.privateKey },
};

const accountsWith = (apiSecurity: WeixinAccountOptions['apiSecurity']) =>
  channelAccounts().map((account) => (account.appId === appId ? { ...account, apiSecurity } : account));
const startSecured = () =>
  WeixinSimulator.start({
    accounts: channelSimulatorAccounts().map((account) =>
      account.appId === appId ? { ...account, apiSecurity: PLATFORM } : account,
    ),
  });

/** Signed and encrypted calls, against a platform that takes no other. */
function secured(kind: TestAppOptions['database'], transport: 'axios' | 'undici') {
  let simulator: WeixinSimulator;
  let host: TestApp;
  let grants = 0;
  const logger = new CaptureLogger();
  const openid = (person = 'xiaoming') => simulator.openid(person, appId);

  beforeAll(async () => {
    simulator = await startSecured();
    host = await createTestApp({
      ...{ database: kind, simulator, logger },
      options: { accounts: accountsWith(SECURITY), http: { transport } },
    });
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });
  beforeEach(async () => {
    simulator.reset();
    simulator.setClock(host.clock.now());
    // A reset forgets the tokens, too.
    await host.tokens.refresh(appId, (await host.tokens.getToken(appId)).accessToken);
    await emptyLedger(host.dataSource);
  });

  async function permit(person = 'xiaoming'): Promise<void> {
    simulator.requestSubscribeMessage({ appId, person, answers: { [templateId]: 'accept' } });
    const source = `test:${++grants}`;
    await host.grants.record({
      appId,
      templateId,
      openid: openid(person),
      scene: 0,
      channel: 'mini-subscribe',
      source,
    });
  }
  const send = (person = 'xiaoming') =>
    host.subscribe.send({ appId, templateId, openid: openid(person), data: DATA });
  const lastCall = (path: string) =>
    simulator
      .calls()
      .filter((call) => call.path === path)
      .at(-1);

  it('brings a message, of which the wire shows nothing', async () => {
    await permit();
    expect(await send()).toMatchObject({ status: 'sent', errcode: 0 });
    const [received] = simulator.inbox(openid());
    expect(received).toMatchObject({ data: DATA });
    // The simulator opened it: what came were three fields.
    expect(lastCall(SEND)?.body).toMatchObject({ touser: openid() });
    expect(lastCall(SEND)?.query).toEqual({ access_token: expect.any(String) });
  });

  it('keeps the digits of a msgid that no number holds', async () => {
    await permit();
    const { msgid } = await send();
    expect(Number(msgid)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect(msgid).toBe(simulator.inbox(openid())[0].msgId);
  });

  it('settles refusals that WeChat signed as it does without', async () => {
    await permit();
    simulator.fault({ kind: 'errcode', errcode: 43101, path: SEND });
    await expect(send()).rejects.toMatchObject({ outcome: 'refused', errcode: 43101 });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ void: 1 });
  });

  it('replaces a token that died, and signs the second try anew', async () => {
    await permit();
    simulator.updateAccount(appId, { apiSecurity: { ...PLATFORM, replays: 'refuse' } });
    // The token that the host knows is dead before the gate looks at it.
    simulator.killToken(appId);
    expect(await send()).toMatchObject({ status: 'sent' });
  });

  it('sends to many people at the same time', async () => {
    const people = ['xiaoming', 'xiaohong', 'laowang'];
    for (const person of people) await permit(person);
    const sent = await Promise.all(people.map(send));
    expect(sent.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    for (const person of people) expect(simulator.inbox(openid(person))).toHaveLength(1);
  });

  it('adds and deletes templates, and lists them in clear: that call is not on the list', async () => {
    const templates = host.app.get(TemplateService);
    const added = await templates.add({ appId, tid: 99, kidList: [2, 1, 5], sceneDesc: '上课前提醒' });
    expect((await templates.list(appId)).map((one) => one.templateId)).toContain(added);
    await templates.delete(appId, added);
    expect(lastCall('/wxaapi/newtmpl/deltemplate')).toMatchObject({ errcode: 0 });
  });

  it('secures what operators ask for: quotas, and what became of a call', async () => {
    const api = host.app.get(AuthorizedApiClient, { strict: false });
    const ask = async (path: string, body: object) => {
      const answer = await api.call(appId, { method: 'POST', path, body: JSON.stringify(body) });
      return answer.kind === 'answered' ? answer.envelope.body : answer;
    };
    expect(await ask('/cgi-bin/openapi/quota/get', { cgi_path: SEND })).toMatchObject({
      quota: { remain: expect.any(Number) },
    });
    expect(await ask('/cgi-bin/clear_quota', { appid: appId })).toMatchObject({ errcode: 0 });
    expect(await ask('/cgi-bin/openapi/rid/get', { rid: 'x' })).toMatchObject({
      errcode: expect.any(Number),
    });
    expect(await ask('/wxa/getwxacode', { path: 'pages/index' })).toMatchObject({ kind: 'not-sent' });
  });

  it.each<[SecurityFault, RegExp]>([
    ['tampered', /signature is not of/],
    ['unsigned', /without a signature/],
    ['stripped', /encrypted answer without a signature/],
    ['unencrypted', /not encrypted/],
    ['wrong-key', /none of the symmetric keys/],
    ['foreign-appid', /another appid/],
    ['late', /whose time is more than 300 s/],
    ['unknown-serial', /not in apiSecurity.platformCertificates/],
    ['replayed', /given before/],
  ])(
    'believes no answer that is %s: the message is unknown, its permission closed',
    async (security, why) => {
      await permit('xiaohong');
      await send('xiaohong');
      await permit();
      simulator.fault({ kind: 'bad-security', security, path: SEND });
      const error = await send().catch((thrown) => thrown);
      expect(error).toBeInstanceOf(MessageUnknownError);
      expect((await host.subscribe.get(error.messageId)).reason).toMatch(why);
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 1, unknown: 1 });
      // WeChat did it all the same: that is why nobody may guess.
      expect(simulator.inbox(openid())).toHaveLength(1);
    },
  );

  it('goes on through a change of certificate and of symmetric key', async () => {
    const changing = { ...KEYS.next };
    simulator.updateAccount(appId, {
      apiSecurity: {
        ...PLATFORM,
        symmetricKey: KEYS.olderSymmetricKey,
        olderSymmetricKey: KEYS.symmetricKey,
        platformKey: { sn: changing.sn, privateKey: changing.privateKey },
        deprecatedPlatformKey: PLATFORM.platformKey,
      },
    });
    await permit();
    expect(await send()).toMatchObject({ status: 'sent' });
    expect(logger.lines.join('\n')).toContain(`${changing.sn} now: fetch it from the console`);
  });

  it('shows its keys nowhere', async () => {
    simulator.updateAccount(appId, { apiSecurity: { ...PLATFORM, publicKey: null } });
    await permit();
    const error = await send().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(MessageFailedError);
    const config = host.app.get(WeixinSubscribeConfig, { strict: false });
    const seen = [
      error,
      error.stack,
      JSON.stringify(error),
      config,
      [...config.accounts.values()],
      ...logger.lines,
    ]
      .map((one) => inspect(one, { depth: 20, showHidden: true }))
      .concat(JSON.stringify([...config.accounts.values()]))
      .join('\n');
    expect(seen).toContain(appId);
    expect(seen).not.toContain(KEYS.symmetricKey.key);
    const [line] = KEYS.application.privateKey.split('\n').slice(3);
    expect(seen).not.toContain(line);
  });
}

describeEachDatabase('API security', (kind) => secured(kind, 'axios'));
describe('API security over undici alone', () => secured('sqlite', 'undici'));

describe('an account whose console asks for API security', () => {
  it('sends nothing without its keys, and says what to do', async () => {
    const simulator = await startSecured();
    const host = await createTestApp({ simulator, options: { accounts: channelAccounts() } });
    const openid = simulator.openid('xiaoming', appId);
    await host.grants.record({
      appId,
      templateId,
      openid,
      scene: 0,
      channel: 'mini-subscribe',
      source: 'test:1',
    });
    const error = await host.subscribe
      .send({ appId, templateId, openid, data: DATA })
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ outcome: 'failed', errcode: 40233 });
    expect(error.remedy).toContain('Set apiSecurity of the account');
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 1 });
    await host.close();
    await simulator.close();
  });

  const refusal = async (change: object): Promise<string> => {
    const options = {
      accounts: accountsWith({ ...SECURITY, ...change } as WeixinAccountOptions['apiSecurity']),
    };
    const error = await createTestApp({ options }).catch((thrown) => thrown);
    return String(error.message);
  };
  const { symmetricKey, application, platform } = KEYS;
  it.each<[string, object, RegExp]>([
    [
      'SM4',
      { symmetricKeys: [{ ...symmetricKey, algorithm: 'SM4_GCM' }] },
      /symmetricKeys\[0\]\.algorithm" "SM4_GCM" is not supported.*Choose AES256_GCM/,
    ],
    [
      'SM2',
      { applicationKey: { privateKey: 'x', algorithm: 'SM2withSM3' } },
      /applicationKey\.algorithm" "SM2withSM3" is not supported.*Choose RSAwithSHA256/,
    ],
    [
      'an elliptic key',
      { applicationKey: { privateKey: OTHER_KEYS.ec } },
      /privateKey" is a key of type "ec"/,
    ],
    [
      'the public key',
      { applicationKey: { privateKey: application.publicKey } },
      /privateKey" is a public key/,
    ],
    ['no PEM', { applicationKey: { privateKey: 'MIIEow' } }, /privateKey" must be an RSA private key in PEM/],
    ['a variable that is not set', { applicationKey: { privateKey: 'undefined' } }, /privateKey" is not set/],
    ['a short symmetric key', { symmetricKeys: [{ ...symmetricKey, key: 'MDEy' }] }, /key" must be 32 bytes/],
    ['no symmetric key', { symmetricKeys: [] }, /symmetricKeys" must list at least one/],
    [
      'a number listed twice',
      { symmetricKeys: [symmetricKey, symmetricKey] },
      /symmetricKeys\[1\]\.sn" "a1b2.*listed twice/,
    ],
    [
      'a certificate that is none',
      { platformCertificates: [{ sn: platform.sn, certificate: 'x' }] },
      /certificate" must be an X\.509/,
    ],
    [
      'a number that is none',
      { platformCertificates: [{ certificate: platform.certificate, sn: '12' }] },
      /sn" must be the 32 hexadecimal/,
    ],
  ])('is refused at start with %s, in words that show no key', async (_what, change, why) => {
    const message = await refusal(change);
    expect(message).toMatch(why);
    expect(message).not.toContain(symmetricKey.key);
    expect(message).not.toContain('MIIEow');
  });

  it('is refused at start for any other kind of account', async () => {
    const accounts = channelAccounts().map((account) => ({ ...account, apiSecurity: SECURITY }));
    await expect(createTestApp({ options: { accounts } })).rejects.toThrow(
      /is for accounts of kind "mini-program"/,
    );
  });
});
