import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeSimulators, fetchToken, messageTo, OFFICIAL, send, startSimulator } from './support.js';

const servers: Server[] = [];
afterEach(async () => {
  await closeSimulators();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A host that takes pushes and remembers them. */
async function startHost() {
  const received: { url: URL; body: string }[] = [];
  const answers: number[] = [];
  const read = async (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  };
  const server = createServer(async (request, response) => {
    received.push({ url: new URL(request.url ?? '', 'http://host'), body: await read(request) });
    response.statusCode = answers.shift() ?? 200;
    response.end('success');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { received, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push?a=1` };
}

async function sendOne(push: { url: string; token: string } | null, resultEvent: 'none' | 'emit') {
  const simulator = await startSimulator();
  simulator.updateAccount(OFFICIAL, { push, resultEvent });
  const openid = simulator.openid('xiaoming', OFFICIAL);
  simulator.confirm({ openid, scene: 1000 });
  const token = await fetchToken(simulator);
  expect((await send(simulator, token, messageTo(openid))).errcode).toBe(0);
  expect((await send(simulator, token, messageTo(openid))).errcode).toBe(43101);
  return { simulator, openid };
}

it('pushes nothing by default: no document knows a result event (row 37)', async () => {
  const { received, url } = await startHost();
  const { simulator } = await sendOne({ url, token: 'token' }, 'none');
  expect(received).toEqual([]);
  expect(simulator.counters().pushes).toEqual({});
});

it('pushes one signed event per accepted send on request', async () => {
  const { received, url } = await startHost();
  const { simulator, openid } = await sendOne({ url, token: 'token' }, 'emit');
  while (Object.keys(simulator.counters().pushes).length === 0) await new Promise(setImmediate);
  expect(simulator.counters().pushes).toEqual({ [`${OFFICIAL}:200`]: 1 });
  expect(received).toHaveLength(1);
  const [push] = received;
  const { signature, timestamp = '', nonce = '', a } = Object.fromEntries(push?.url.searchParams ?? []);
  expect(a).toBe('1');
  expect(signature).toBe(
    createHash('sha1').update(['token', timestamp, nonce].sort().join('')).digest('hex'),
  );
  expect(push?.body).toContain(`<FromUserName><![CDATA[${openid}]]></FromUserName>`);
  expect(push?.body).toContain('<Event><![CDATA[subscribe_msg_sent_event]]></Event>');
});

it('repeats what is not answered 200, signed anew, four times in all', async () => {
  const { received, url, answers } = await startHost();
  answers.push(500, 302, 403, 500);
  const { simulator } = await sendOne({ url, token: 'token' }, 'emit');
  while (received.length < 4) await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(simulator.counters().pushes).toEqual({
    [`${OFFICIAL}:500`]: 2,
    [`${OFFICIAL}:302`]: 1,
    [`${OFFICIAL}:403`]: 1,
  });
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(received.map(({ url: { searchParams } }) => searchParams.get('nonce'))).size).toBe(4);
});

it('minds neither a host that is away nor an account without an address', async () => {
  const { simulator } = await sendOne({ url: 'http://127.0.0.1:1/', token: 'token' }, 'emit');
  const lost = () => simulator.counters().pushes[`${OFFICIAL}:lost`] ?? 0;
  while (lost() < 4) await new Promise(setImmediate);
  expect(simulator.counters().pushes).toEqual({ [`${OFFICIAL}:lost`]: 4 });
  expect((await sendOne(null, 'emit')).simulator.counters().pushes).toEqual({});
});

it.each([
  ['push.url: must be an http or https address', { url: 'ftp://x', token: 'token' }],
  ['push.token: must be 3 to 32 letters or digits', { url: 'http://x', token: 'a b' }],
  [
    'push.encodingAesKey: must be 43 letters or digits',
    { url: 'http://x', token: 'token', encodingAesKey: 'short' },
  ],
])('refuses a wrong setting: %s', async (message, push) => {
  const simulator = await startSimulator();
  expect(() => simulator.updateAccount(OFFICIAL, { push })).toThrow(message);
});
