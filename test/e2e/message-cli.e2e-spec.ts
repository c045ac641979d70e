import { MessageUnknownError } from 'nestjs-weixin-subscribe';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { SEND_PATH } from '../support/broadcasts.js';
import { Cli } from '../support/cli.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, subscribe } from '../support/flows.js';

jest.setTimeout(60_000);

describe('weixin-subscribe message', () => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp();
  });
  afterAll(() => host?.close());

  const run = async (...args: string[]) => {
    const env = { WEIXIN_SUBSCRIBE_URL: `${host.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: SERVICE_KEY };
    const cli = new Cli(['message', ...args], { env });
    cli.close();
    const code = await cli.exit();
    expect(cli.stdout + cli.stderr).not.toContain(SERVICE_KEY);
    return { code, out: cli.stdout.trim(), err: cli.stderr.trim() };
  };
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
