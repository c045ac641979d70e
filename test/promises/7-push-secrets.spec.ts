import { inspect } from 'node:util';
import { PushEventService, WeixinSubscribeConfig } from 'nestjs-weixin-subscribe';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import {
  endpointOf,
  PLAIN,
  PUSH_KEY,
  PUSH_TOKEN,
  post,
  push,
  pushAccounts,
  Received,
  ReceivedModule,
  SAFE,
  sentXml,
  signed,
} from '../support/pushes.js';

/** The key as it is used, in the ways in which bytes are printed. */
const BYTES = Buffer.from(`${PUSH_KEY}=`, 'base64');
const SECRETS = [
  PUSH_TOKEN,
  PUSH_KEY,
  BYTES.toString('hex'),
  BYTES.toString('base64'),
  inspect(BYTES).slice(8, 60),
];

describe.each(ADAPTERS)('promise 7: the secrets of the push endpoint stay inside, on %s', (adapter) => {
  const logger = new CaptureLogger();
  const seen: string[] = [];
  const hosts: TestApp[] = [];
  const see = (what: unknown) =>
    seen.push(typeof what === 'string' ? what : inspect(what, { depth: 12, showHidden: true }));
  const leaks = (texts: string[], secrets = SECRETS) =>
    texts.filter((text) => secrets.some((secret) => text.includes(secret)));

  beforeAll(() => {
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
      jest.spyOn(console, level).mockImplementation((...parts) => see(parts));
  });
  afterAll(async () => {
    for (const host of hosts) await host.close();
    jest.restoreAllMocks();
  });

  const start = async (mode: typeof SAFE) => {
    const host = await createTestApp({
      adapter,
      logger,
      imports: [ReceivedModule],
      options: { accounts: pushAccounts(mode) },
    });
    host.dataSource.setOptions({ logging: 'all' });
    hosts.push(host);
    return host;
  };

  it.each([
    ['safe', SAFE],
    ['plain', PLAIN],
  ])('through good and bad pushes in %s mode, and with a database that fails', async (_name, mode) => {
    const host = await start(mode);
    const key = mode.encodingAesKey ?? null;
    const good = signed(host, sentXml(), { encodingAesKey: key });
    const endpoint = endpointOf(host);
    host.app.get(Received).throws = 2;
    const kinds = [
      () => good,
      () => signed(host, sentXml({ msgId: '2' }), { encodingAesKey: key, token: 'another1' }),
      () => signed(host, sentXml({ msgId: '3' }), { encodingAesKey: PUSH_KEY.replace('a', 'b') }),
      () => signed(host, sentXml({ msgId: '4' }), { encodingAesKey: key, appId: 'wx0' }),
      () => signed(host, sentXml({ msgId: '5' }), { encodingAesKey: key, skew: -1000 }),
      () => ({ query: good.query, body: '<xml>' }),
      () => ({ query: {}, body: '' }),
    ];
    const signatures: string[] = [];
    for (const make of kinds) {
      const { query, body } = make();
      signatures.push(
        ...Object.entries(query).flatMap(([name, value]) => (/signature/.test(name) ? [String(value)] : [])),
      );
      for (const url of [
        endpoint,
        `${endpoint}/more`,
        endpoint.replace('push', 'pushed'),
        endpoint.replace('wx', 'xw'),
      ])
        see(await post(url, query, body, 'application/json'));
      await host.tasks.run('push-events');
      host.clock.advance(6000);
    }
    see(
      await fetch(`${endpoint}?${new URLSearchParams({ ...good.query, echostr: '1' })}`).then((answer) =>
        answer.text(),
      ),
    );
    see(await host.app.get(PushEventService).list());
    see(host.app.get(WeixinSubscribeConfig));
    see(inspect(host.app.get(PushEventService), { depth: 3, showHidden: true }));
    await host.dataSource.query('ALTER TABLE weixin_push_event RENAME COLUMN identity TO gone');
    const failed = await push(host, sentXml({ msgId: '9' }), { encodingAesKey: key });
    expect(failed.status).toBe(500);
    see(failed);
    expect(host.app.get(Received).throws).toBe(0);
    // What a listener says of its own is not ours: it is redacted by name, as every text from outside.
    expect(leaks([...seen, ...logger.lines])).toEqual([]);
    // In plain mode a signature opens the endpoint for five minutes to whoever reads it.
    expect(leaks([...seen, ...logger.lines], signatures)).toEqual([]);
    expect(seen.length).toBeGreaterThan(30);
    for (const said of ['signature is wrong', 'timestamp is missing', 'listener of'])
      expect(logger.lines.join()).toContain(said);
    expect(signatures.length).toBeGreaterThan(4);
  });

  it('would notice: the search finds a secret that is there', () => {
    expect(leaks([`token=${PUSH_TOKEN}`])).toHaveLength(1);
    expect(leaks([inspect(BYTES)])).toHaveLength(1);
  });
});
