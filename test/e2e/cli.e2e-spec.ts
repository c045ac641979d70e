import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountService, MessageUnknownError } from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import {
  channelSimulatorAccounts,
  NOTICES,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../support/accounts.js';
import { SEND_PATH } from '../support/broadcasts.js';
import { Cli } from '../support/cli.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, subscribe } from '../support/flows.js';
import { SEALING } from '../support/sourced-hosts.js';

let simulator: WeixinSimulator;
let host: TestApp;
beforeAll(async () => {
  simulator = await WeixinSimulator.start({
    accounts: [...simulatorAccounts(), ...channelSimulatorAccounts()],
    people: ['xiaoming'],
  });
  host = await createTestApp({
    simulator,
    options: { token: { encryption: SEALING } },
    extras: { accountSource: 'database' },
  });
  simulator.setClock(host.clock.now());
});
afterAll(async () => {
  await host?.close();
  await simulator?.close();
});

/** A command in a process of its own, with something on its standard input. */
async function cli(args: string[], input = '') {
  const env = { WEIXIN_SUBSCRIBE_URL: `${host.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: SERVICE_KEY };
  const command = new Cli(args, { env });
  command.say(input);
  command.close();
  const code = await command.exit();
  for (const secret of [SERVICE_KEY, ...SECRETS_GIVEN])
    expect(command.stdout + command.stderr).not.toContain(secret);
  return { code, out: command.stdout.trim(), err: command.stderr.trim() };
}
const ROTATED = 'rotated-secret-81be0c52';
const SECRETS_GIVEN = [NOTICES.appSecret, ROTATED];

describe('weixin-subscribe message', () => {
  const run = (...args: string[]) => cli(['message', ...args]);
  const unclear = async (scene: number) => {
    const { openid } = await subscribe(host, scene);
    host.simulator.fault({ kind: 'reset-after', path: SEND_PATH });
    const error = await host.subscribe.send(message(openid, scene)).catch((thrown: unknown) => thrown);
    if (!(error instanceof MessageUnknownError)) throw error;
    host.clock.advance(1000);
    return error.messageId;
  };

  it('lists what is unknown page by page, and ends it with what a person found', async () => {
    const list = (...more: string[]) => run('list', '--app-id', OFFICIAL.appId, ...more);
    expect(await list()).toEqual({ code: 0, out: 'no message is unknown', err: '' });
    const ids = [await unclear(1), await unclear(2)];
    const [first, more] = (await list('--limit', '1')).out.split('\n');
    expect(first).toMatch(new RegExp(`^${ids[0]} 2026-.* 1 .*no usable response`));
    const second = await list('--limit', '1', '--cursor', more.replace('more: --cursor ', ''));
    expect(second.out).toMatch(new RegExp(`^${ids[1]} [^\\n]*$`));
    expect((await run('resolve', ids[0], 'sent')).out).toContain(`message ${ids[0]} is sent`);
    const { messages } = JSON.parse((await list('--json')).out);
    expect(messages.map(({ id }: { id: string }) => id)).toEqual([ids[1]]);
  });

  it('tells what is wrong with its input', async () => {
    expect(await run('list', '--app-id', 'wx0')).toMatchObject({ code: 1, out: '' });
    expect((await run('list', '--app-id', OFFICIAL.appId, '--cursor', 'x')).err).toContain('cursor');
  });
});

describe('weixin-subscribe account', () => {
  const { appId, appSecret, kind } = NOTICES;
  const templates = [{ id: NOTICES.template }];
  const account = (args: string[], input?: string) => cli(['account', ...args], input);
  const added = () => account(['add', '-'], JSON.stringify({ appId, appSecret, kind, templates }));

  it('adds an account, rotates its secret, and switches it off: no secret is shown', async () => {
    expect(await added()).toEqual({
      code: 0,
      out: expect.stringMatching(`^${appId} ${kind} on, 1 templates, has appSecret, changed 2026-`),
      err: '',
    });
    await host.tokens.getToken(appId);
    expect(await added()).toMatchObject({ code: 1, out: '', err: expect.stringContaining('already') });

    simulator.updateAccount(appId, { appSecret: ROTATED });
    simulator.killToken(appId);
    host.clock.advance(7_200_000);
    simulator.advance(7_200_000);
    expect(await cli(['doctor', appId])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^PROBLEM credential .*40125/m),
    });
    const file = join(tmpdir(), `rotated-${process.pid}.txt`);
    await writeFile(file, `${ROTATED}\n`);
    expect((await account(['rotate-secret', appId, file])).code).toBe(0);
    expect((await cli(['doctor', appId])).out).toMatch(/^ok +credential/m);

    expect((await account(['disable', appId])).out).toContain(`${kind} off,`);
    await expect(host.tokens.getToken(appId)).rejects.toMatchObject({ code: 'WEIXIN_ACCOUNT_DISABLED' });
    expect((await account(['enable', appId])).out).toContain(`${kind} on,`);
    await host.tokens.getToken(appId);
    const { out } = await account(['changes', appId]);
    expect(out.split('\n').map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'changed by courses: enabled',
      'changed by courses: enabled',
      'changed by courses: appSecret',
      'added by courses: appSecret, templates, kind',
    ]);
    expect((await account(['remove', appId])).out).toBe(`account ${appId} is removed`);
    expect(await account(['show', appId])).toMatchObject({ code: 1, out: '' });
  });

  it('lists all of them, also behind the first page', async () => {
    const accounts = host.app.get(AccountService);
    const ids = Array.from({ length: 101 }, (_, n) => `wx${String(n).padStart(16, '0')}`);
    for (const id of ids) await accounts.add({ appId: id, appSecret, kind, templates }, 'test');
    const { code, out } = await account(['list', '--json']);
    expect([code, out.split('\n').map((line) => JSON.parse(line).appId)]).toEqual([0, ids]);
  });

  it('shows nothing of a file that is no JSON, and asks for no account of another name', async () => {
    const { err } = await account(['add', '-'], `{"appSecret": "${appSecret}"`);
    expect(err).toContain('- does not hold a JSON object');
    expect((await account(['show', '../x'])).err).toContain('is not an appId');
  });
});
