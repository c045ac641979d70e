import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { GrantRepository, SubscribeService, WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { SAMPLES, type SimulatorOptions, WeixinSimulator } from 'weixin-simulator';
import { runCommand } from '../../libs/weixin-simulator/src/cli.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { closeSimulators, fetchToken, OFFICIAL, startSimulator } from './support.js';

afterEach(closeSimulators);

const account = { appId: 'wx1', appSecret: 's', kind: 'official-account' as const };

it('starts side by side on free ports, each with its own state', async () => {
  const simulators = await Promise.all([1, 2, 3].map(() => startSimulator()));
  expect(new Set(simulators.map((simulator) => simulator.url)).size).toBe(3);
  await fetchToken(simulators[0] as WeixinSimulator);
  expect(simulators.map((simulator) => simulator.counters().mints)).toEqual([
    { [`${OFFICIAL}:token`]: 1 },
    {},
    {},
  ]);
});

it('follows the machine unless frozen, and can be moved either way', async () => {
  const simulator = await startSimulator({ clock: {} });
  expect(Math.abs(simulator.now() - Date.now())).toBeLessThan(1000);
  simulator.advance(7_200_000);
  expect(Math.abs(simulator.now() - Date.now() - 7_200_000)).toBeLessThan(1000);
});

it('is the same again for the same seed', async () => {
  const [one, other] = await Promise.all([startSimulator({ seed: 'a' }), startSimulator({ seed: 'a' })]);
  expect(await fetchToken(one)).toBe(await fetchToken(other));
});

describe('a wrong configuration names its field', () => {
  it.each<[string, object]>([
    ['port: must be a number from 0 to 65535', { port: 70_000 }],
    ['prot: is not a known field', { prot: 1 }],
    ['accounts: must name at least one account', { accounts: [] }],
    ['accounts: must be a list', { accounts: {} }],
    ['accounts[0]: must be an object', { accounts: ['wx1'] }],
    ['accounts[0].appId: is required', { accounts: [{ ...account, appId: undefined }] }],
    ['accounts[0].appSecret: is required', { accounts: [{ ...account, appSecret: null }] }],
    [
      'accounts[0].kind: must be one of "official-account", "service-account", "subscription-account", "mobile-app", "mini-program"',
      { accounts: [{ ...account, kind: 'service' }] },
    ],
    [
      'accounts[0].templates[1]: must be a non-empty string',
      { accounts: [{ ...account, templates: ['a', 5] }] },
    ],
    [
      'accounts[0].businessDomains[0]: must be a host name',
      { accounts: [{ ...account, businessDomains: ['https://a.cn'] }] },
    ],
    [
      'accounts[0].ipWhitelist[0]: must be an IP address or a CIDR range',
      { accounts: [{ ...account, ipWhitelist: ['10.0.0.1:80'] }] },
    ],
    [
      'accounts[0].ipWhitelist[1]: must be an IP address or a CIDR range',
      { accounts: [{ ...account, ipWhitelist: ['::1', '10.0.0.0/33'] }] },
    ],
    [
      'accounts[0].grantRule: must be one of "set", "count"',
      { accounts: [{ ...account, grantRule: 'sum' }] },
    ],
    ['accounts[1].appId: "wx1" appears twice', { accounts: [account, account] }],
    ['dailyQuota: must be a number from 0', { dailyQuota: -1 }],
    ['lifetimeSeconds: must be a whole number', { lifetimeSeconds: 1.5 }],
    ['strict: must be true or false', { strict: 'yes' }],
    ['people[0].name: must be a name', { people: [' '] }],
    ['people[1].name: "a" appears twice', { people: ['a', 'a'] }],
    [
      'people[0].openids.wx1: must be an openid',
      { accounts: [account], people: [{ name: 'a', openids: { wx1: 'x' } }] },
    ],
    [
      'people[0]: names an account that is not configured: wx2',
      { accounts: [account], people: [{ name: 'a', follows: ['wx2'] }] },
    ],
    ['clock.startAt: must be a number', { clock: { startAt: 'now' } }],
  ])('%s', async (message, options) => {
    const error: Error = await WeixinSimulator.start(options as SimulatorOptions).then(
      (simulator) => simulator.close().then(() => new Error('it started')),
      (reason) => reason,
    );
    expect(error.name).toBe('ConfigError');
    expect(error.message.startsWith(message)).toBe(true);
  });
});

describe('the command', () => {
  const run = (...argv: string[]) => {
    const lines: string[] = [];
    return runCommand(argv, (line) => lines.push(line), '0.0.0').then((simulator) => ({
      simulator,
      text: lines.join('\n'),
    }));
  };
  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'weixin-simulator-')), 'config.json');
    writeFileSync(path, text);
    return path;
  };

  it('starts with useful defaults and says where to look', async () => {
    const { simulator, text } = await run('--port', '0');
    const { port } = new URL(simulator.url);
    const last = text.split('\n').slice(-4);
    expect(last[0]).toBe(`WeChat simulator at http://localhost:${port} (API and confirm page)`);
    for (const line of last) expect(line).toContain(`http://localhost:${port}`);
    expect(text).not.toContain('127.0.0.1');
    expect((await fetch(`http://localhost:${port}/_simulator/`)).status).toBe(200);
    expect(text).toContain(OFFICIAL);
    await simulator.close();
  });

  it('prints a configuration of the module, which compiles, starts and sends', async () => {
    const { simulator, text } = await run('--port', '0');
    const [snippet] = /^WeixinSubscribeModule\.forRoot\(\{[\s\S]*^\}\),$/m.exec(text) ?? [''];
    const folder = mkdtempSync('test/simulator/.pasted-');
    const source = join(folder, 'app.module.ts');
    try {
      writeFileSync(
        source,
        [
          "import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';",
          `export const imports = [\n${snippet}\n];`,
        ].join('\n'),
      );
      const config = {
        extends: '../../../tsconfig.json',
        compilerOptions: { types: ['node'] },
        include: ['*.ts'],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const check = ['test/support/check-types.mjs', folder];
      const { status, stdout, stderr } = spawnSync(process.execPath, check, { encoding: 'utf8' });
      expect([status, stdout, stderr]).toEqual([0, '', '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const { officialAccount, mobileApp, miniProgram } = SAMPLES;
    for (const { appSecret } of [officialAccount, mobileApp, miniProgram])
      expect(snippet).toContain(appSecret);
    // It is JavaScript as well. Only the file of its database is another one.
    const imports = new Function(
      'WeixinSubscribeModule',
      `return [${snippet.replace("'weixin.db'", "':memory:'")}]`,
    )(WeixinSubscribeModule);
    const module = await Test.createTestingModule({ imports: [ScheduleModule.forRoot(), ...imports] })
      .setLogger(new CaptureLogger())
      .compile();
    const app = await module.createNestApplication().init();
    const { appId, templateId } = officialAccount;
    const openid = simulator.openid('xiaoming', appId);
    const key = { appId, openid, templateId, scene: 7 };
    simulator.confirm({ openid, scene: 7 });
    await app.get(GrantRepository, { strict: false }).record({ ...key, source: 'pasted' });
    const send = app.get(SubscribeService, { strict: false });
    await send.send({ ...key, title: '上课提醒', content: { value: '8:50' }, url: 'http://localhost:3000/' });
    expect(simulator.inbox(openid)).toHaveLength(1);
    await app.close();
    await simulator.close();
  }, 180_000);

  it('shows no secret of a config file', async () => {
    const push = { url: 'http://localhost:3000/push', token: 'theToken', encodingAesKey: 'k'.repeat(43) };
    const secret = { ...account, appSecret: 'a-secret-of-the-file', templates: ["it's"], push };
    const { simulator, text } = await run('--port=0', '-c', file(JSON.stringify({ accounts: [secret] })));
    await simulator.close();
    expect(text).toContain("appId: 'wx1',");
    expect(text).toContain("'it\\'s',");
    expect(text).not.toMatch(/a-secret-of-the-file|theToken|kkkk/);
  });

  it('takes accounts from a file and the port from the flag', async () => {
    const { simulator } = await run(
      '--port=0',
      '--config',
      file(JSON.stringify({ port: 1, accounts: [account], people: ['a'] })),
    );
    expect(simulator.state().accounts.map(({ appId }) => appId)).toEqual(['wx1']);
    await simulator.close();
  });

  it.each([
    ['cannot be read (ENOENT)', () => '/nowhere.json'],
    ['is not JSON', () => file('{')],
    [
      'accounts[0].appSecret: is required',
      () => file(JSON.stringify({ accounts: [{ appId: 'wx1', kind: 'mobile-app' }] })),
    ],
  ])('says what is wrong: %s', async (message, path) => {
    await expect(run('--port', '0', '--config', path())).rejects.toThrow(message);
  });

  it('says when the port is taken', async () => {
    const port = new URL((await startSimulator()).url).port;
    await expect(run('--port', port)).rejects.toThrow(`port ${port} is in use; choose another with --port`);
  });
});
