import { type DoctorFinding, type DoctorReport, DoctorService } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  NOTICES,
  OFFICIAL,
  SECRETS,
  SERVICE_KEY,
  simulatorAccounts,
} from '../support/accounts.js';
import { API_SECURITY as KEYS } from '../support/api-security-keys.js';
import { Cli } from '../support/cli.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { endpointOf, PLAIN } from '../support/pushes.js';

const MINI = MINI_PROGRAM.appId;
const NOTICE = NOTICES.appId;
const DAY_MS = 86_400_000;
const API_SECURITY = {
  symmetricKeys: [KEYS.symmetricKey],
  applicationKey: { privateKey: KEYS.application.privateKey },
  platformCertificates: [{ sn: KEYS.platform.sn, certificate: KEYS.platform.certificate }],
};
const PLATFORM = {
  symmetricKey: KEYS.symmetricKey,
  publicKey: KEYS.application.publicKey,
  platformKey: { sn: KEYS.platform.sn, privateKey: KEYS.platform.privateKey },
};

describe('the going-live checklist', () => {
  let simulator: WeixinSimulator;
  let host: TestApp;
  const start = async (apiSecurity?: typeof API_SECURITY) => {
    const accounts = [...libraryAccounts(), ...channelAccounts()].map((account) => ({
      ...account,
      ...(account.appId === NOTICE && { push: PLAIN }),
      ...(account.appId === MINI && { apiSecurity }),
    }));
    host = await createTestApp({ simulator, options: { accounts } });
    simulator.setClock(host.clock.now());
    const url = endpointOf(host).replace(/[^/]+$/, NOTICE);
    simulator.updateAccount(NOTICE, { push: { ...PLAIN, format: 'xml', url } });
  };
  beforeEach(async () => {
    simulator = await WeixinSimulator.start({
      accounts: [...simulatorAccounts(), ...channelSimulatorAccounts()],
      clock: { frozen: true },
    });
  });
  afterEach(async () => {
    await host?.close();
    await simulator?.close();
  });

  const examine = (appId: string): Promise<DoctorReport> => host.app.get(DoctorService).examine(appId);
  const one = async (appId: string, check: DoctorFinding['check']) => {
    const found = (await examine(appId)).findings.filter((finding) => finding.check === check);
    expect(found).toHaveLength(1);
    return found[0];
  };
  const expectTold = ({ message, remedy }: DoctorFinding) => {
    for (const text of [message, remedy]) {
      expect(text?.en).toMatch(/\w.*\.$/);
      expect(text?.zh).toMatch(/\p{Script=Han}.*[。）]$/u);
    }
  };

  it('finds nothing wrong with accounts that are in order', async () => {
    await start();
    const statuses = async (appId: string) => {
      const { findings, healthy } = await examine(appId);
      return { healthy, ...Object.fromEntries(findings.map(({ check, status }) => [check, status])) };
    };
    const good = { 'ip-whitelist': 'ok', 'third-parties': 'ok', kind: 'ok', quota: 'ok', clock: 'ok' };
    expect(await statuses(NOTICE)).toEqual({
      ...{ healthy: true, credential: 'ok', ...good, templates: 'ok', push: 'ok' },
      ...{ callback: 'ok', 'js-sdk': 'ok', domains: 'not-checked' },
    });
    expect(await statuses(OFFICIAL.appId)).toEqual({
      ...{ healthy: true, credential: 'ok', ...good, templates: 'not-checked', push: 'ok' },
      ...{ callback: 'not-checked', domains: 'not-checked' },
    });
    expect(await statuses(MINI)).toMatchObject({
      ...{ healthy: true, 'api-security': 'ok', templates: 'ok', push: 'warning' },
    });
  });

  it.each<[string, DoctorFinding['check'], string, () => void, Partial<DoctorFinding>]>([
    [
      'a wrong secret',
      'credential',
      NOTICE,
      () => simulator.updateAccount(NOTICE, { appSecret: 'another' }),
      { errcode: 40125 },
    ],
    [
      'a frozen secret',
      'credential',
      NOTICE,
      () => simulator.updateAccount(NOTICE, { secretFrozen: true }),
      { errcode: 40243 },
    ],
    [
      'an address that is not listed',
      'ip-whitelist',
      NOTICE,
      () => simulator.updateAccount(NOTICE, { ipWhitelist: ['10.0.0.1'] }),
      { errcode: 40164 },
    ],
    [
      'a platform that answers nothing',
      'credential',
      NOTICE,
      () => void simulator.fault({ kind: 'html', times: 'forever' }),
      {},
    ],
    [
      'an empty quota',
      'quota',
      NOTICE,
      () => simulator.fillQuota(NOTICE, '/cgi-bin/message/subscribe/bizsend'),
      {},
    ],
    [
      'a template that was deleted',
      'templates',
      NOTICE,
      () => simulator.updateAccount(NOTICE, { subscribeTemplates: [] }),
      {},
    ],
    ['no server address', 'callback', NOTICE, () => simulator.updateAccount(NOTICE, { push: null }), {}],
    [
      'a server that can not be reached',
      'callback',
      NOTICE,
      () => simulator.updateAccount(NOTICE, { callbackUnreachable: true }),
      {},
    ],
    [
      'no right to the JS-SDK',
      'js-sdk',
      NOTICE,
      () => simulator.updateAccount(NOTICE, { ticketDailyQuota: 0 }),
      { errcode: 45009 },
    ],
    ['a clock that is wrong', 'clock', NOTICE, () => simulator.advance(90_000), {}],
    [
      'API security that is on',
      'api-security',
      MINI,
      () => simulator.updateAccount(MINI, { apiSecurity: PLATFORM }),
      { errcode: 40233 },
    ],
  ])('finds %s', async (_what, check, appId, provoke, more) => {
    await start();
    provoke();
    const finding = await one(appId, check);
    expect(finding).toMatchObject({ status: 'problem', ...more });
    expectTold(finding);
    expect((await examine(appId)).healthy).toBe(false);
  });

  it('finds an account of another kind', async () => {
    await start();
    simulator.fault({
      ...{ kind: 'errcode', errcode: 76022, path: '/cgi-bin/openapi/quota/get', times: 'forever' },
    });
    const finding = await one(NOTICE, 'kind');
    expect(finding).toMatchObject({ status: 'problem', errcode: 76022 });
    expectTold(finding);
  });

  it('finds another program that fetches tokens', async () => {
    await start();
    for (let death = 0; death < 2; death++) {
      await host.tokens.getToken(NOTICE);
      host.clock.advance(60_000);
      simulator.setClock(host.clock.now());
      simulator.killToken(NOTICE);
      await examine(NOTICE);
    }
    const finding = await one(NOTICE, 'third-parties');
    expect(finding.status).toBe('problem');
    expectTold(finding);
  });

  it('finds API security that does not fit, and certificates that end', async () => {
    await start(API_SECURITY);
    simulator.updateAccount(MINI, { apiSecurity: PLATFORM });
    expect(await one(MINI, 'api-security')).toMatchObject({ status: 'ok' });
    simulator.updateAccount(MINI, { apiSecurity: { ...PLATFORM, symmetricKey: KEYS.olderSymmetricKey } });
    expect(await one(MINI, 'api-security')).toMatchObject({ status: 'problem', errcode: 40235 });
    const { sn, privateKey } = KEYS.next;
    simulator.updateAccount(MINI, { apiSecurity: { ...PLATFORM, platformKey: { sn, privateKey } } });
    const unknown = await one(MINI, 'api-security');
    expect(unknown.message.en).toContain('not in apiSecurity.platformCertificates');
    expectTold(unknown);
    simulator.updateAccount(MINI, { apiSecurity: PLATFORM });
    const ends = Date.UTC(2126, 10, 5);
    for (const [before, status] of [
      [20 * DAY_MS, 'warning'],
      [-60 * DAY_MS, 'problem'],
    ] as const) {
      host.clock.advance(ends - before - host.clock.now());
      simulator.setClock(host.clock.now());
      const finding = await one(MINI, 'api-security');
      expect([finding.status, finding.message.en]).toEqual([status, expect.stringContaining('2126-11-05')]);
    }
  });

  it('is a route for services with the right scope, and a command; neither shows a secret', async () => {
    await start();
    const ask = (path: string, key = SERVICE_KEY) =>
      request(host.url).get(path).set('Authorization', `Bearer ${key}`);
    const { status, body, headers } = await ask(`/weixin/accounts/${NOTICE}/doctor`);
    expect([status, body.appId, body.healthy]).toEqual([200, NOTICE, true]);
    expect(headers['cache-control']).toBe('no-store');
    expect((await ask('/weixin/accounts/wx1/doctor')).body.code).toBe('WEIXIN_UNKNOWN_ACCOUNT');
    expect((await ask(`/weixin/accounts/${NOTICE}/doctor`, 'x'.repeat(20))).status).toBe(401);

    const env = { WEIXIN_SUBSCRIBE_URL: `${host.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: SERVICE_KEY };
    const run = async (...args: string[]) => {
      const process = new Cli(['doctor', NOTICE, ...args], { env });
      return { code: await process.exit(), stdout: process.stdout };
    };
    const fine = await run();
    expect(fine).toEqual({ code: 0, stdout: expect.stringContaining('ok      credential') });
    simulator.updateAccount(NOTICE, { push: null });
    const ill = await run('--lang', 'zh');
    expect(ill).toEqual({
      code: 2,
      stdout: expect.stringContaining('PROBLEM callback       微信后台'),
    });
    const { accessToken } = await host.tokens.getToken(NOTICE);
    const seen = [JSON.stringify(body), fine.stdout, ill.stdout].join();
    for (const secret of [...SECRETS, NOTICES.appSecret, accessToken]) expect(seen).not.toContain(secret);
  });

  it('is asked once however many want it at the same time', async () => {
    await start();
    const before = simulator.counters().calls['/cgi-bin/callback/check'] ?? 0;
    await Promise.all([examine(NOTICE), examine(NOTICE), examine(NOTICE)]);
    expect(simulator.counters().calls['/cgi-bin/callback/check']).toBe(before + 1);
  });
});
