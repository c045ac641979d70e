import { createDecipheriv, createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PushFormat, type PushMode, SAMPLES, SimulatorClient } from 'weixin-simulator';
import {
  closeSimulators,
  fetchToken,
  MINI,
  messageTo,
  NOON,
  OFFICIAL,
  send,
  startSimulator,
} from './support.js';

const servers: Server[] = [];
afterEach(async () => {
  await closeSimulators();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A host that takes pushes and remembers them. */
async function startHost() {
  const received: { url: URL; body: string; type: string | undefined }[] = [];
  const answers: number[] = [];
  const bodies: string[] = [];
  const read = async (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://host');
    received.push({ url, body: await read(request), type: request.headers['content-type'] });
    response.statusCode = answers.shift() ?? 200;
    response.end(bodies.shift() ?? 'success');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return {
    received,
    answers,
    bodies,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push?a=1`,
  };
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
  expect(await simulator.settledPushes(OFFICIAL)).toMatchObject([{ results: ['500', '302', '403', '500'] }]);
  expect(received).toHaveLength(4);
  expect(simulator.counters().pushes).toEqual({
    [`${OFFICIAL}:500`]: 2,
    [`${OFFICIAL}:302`]: 1,
    [`${OFFICIAL}:403`]: 1,
  });
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(received.map(({ url: { searchParams } }) => searchParams.get('nonce'))).size).toBe(4);
});

it.each<[string, PushMode, body: string, result: string]>([
  ['nothing', 'safe', '', '200'],
  ['a reply', 'plain', '<xml><Content>hello</Content></xml>', '200'],
  ['an encrypted reply', 'safe', '<xml><Encrypt>x</Encrypt></xml>', '200'],
  ['a reply in clear in safe mode', 'safe', '<xml><Content>hello</Content></xml>', '200 other'],
  ['another word', 'plain', 'ok', '200 other'],
])('takes of a 200 %s (%s) for what it is', async (_what, mode, body, result) => {
  const { simulator, openid, bodies } = await pushingTo('xml', mode);
  bodies.push(body);
  await simulator.pushEvent({ appId: MINI, person: 'xiaoming', event: 'x' });
  const results = result === '200' ? ['200'] : [result, '200'];
  expect(await simulator.settledPushes(MINI)).toMatchObject([{ openid, results, settled: true }]);
});

it('names each account by a name of its own', async () => {
  const names = new Set<string | undefined>();
  for (const appId of [MINI, OFFICIAL]) {
    const { simulator, received } = await pushingTo('xml', 'plain', appId);
    await simulator.pushEvent({ appId, person: 'xiaoming', event: 'x' });
    names.add(/<ToUserName><!\[CDATA\[(gh_[0-9a-f]{12})\]/.exec(received[0]?.body ?? '')?.[1]);
  }
  expect(names.size).toBe(2);
  expect(names).not.toContain(undefined);
});

it('pushes JSON to no official account', async () => {
  await expect(pushingTo('json', 'plain', OFFICIAL)).rejects.toThrow(
    'official accounts are pushed nothing else',
  );
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
  [
    'push.encodingAesKey: is required for the mode safe',
    { url: 'http://x', token: 'token', mode: 'safe' as const },
  ],
  ['push.format: must be one of "xml", "json"', { url: 'http://x', token: 'token', format: 'yaml' as never }],
  ['push.mode: must be one of', { url: 'http://x', token: 'token', mode: 'secret' as never }],
])('refuses a wrong setting: %s', async (message, push) => {
  const simulator = await startSimulator();
  expect(() => simulator.updateAccount(OFFICIAL, { push })).toThrow(message);
});

const { subscribeTemplateId: LESSON, orderTemplateId: ORDER } = SAMPLES.miniProgram;
const NOTICE = SAMPLES.officialAccount.noticeTemplateId;
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const SECONDS = NOON / 1000;
/** Of the sample mini-program, and of the sample official account. */
const USER_NAME = 'gh_f1f0a6c8a63e';
const OFFICIAL_NAME = 'gh_f73c4906c805';

async function pushingTo(format: PushFormat, mode: PushMode = 'plain', appId: string = MINI) {
  const host = await startHost();
  const simulator = await startSimulator();
  const push = {
    url: host.url,
    token: 'token',
    format,
    mode,
    ...(mode !== 'plain' && { encodingAesKey: KEY }),
  };
  simulator.updateAccount(appId, { push });
  return { ...host, simulator, openid: simulator.openid('xiaoming', appId) };
}

/** What the platform put into `Encrypt`, and for whom. */
function decrypt(encrypted: string): { text: string; appId: string } {
  const key = Buffer.from(`${KEY}=`, 'base64');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(encrypted, 'base64'), decipher.final()]);
  const plain = padded.subarray(16, padded.length - padded[padded.length - 1]);
  const length = plain.readUInt32BE();
  return { text: plain.subarray(4, 4 + length).toString(), appId: plain.subarray(4 + length).toString() };
}

const sha1 = (...parts: string[]) => createHash('sha1').update(parts.sort().join('')).digest('hex');
const cdata = (name: string, text: string) => `<${name}><![CDATA[${text}]]></${name}>`;
const xmlOf = (openid: string, event: string, inner: string, userName = USER_NAME) =>
  `<xml>${cdata('ToUserName', userName)}${cdata('FromUserName', openid)}<CreateTime>${SECONDS}</CreateTime>${cdata('MsgType', 'event')}${cdata('Event', event)}${inner}</xml>`;

describe('events of subscriptions (§6.3)', () => {
  it('popup: accepted and rejected templates, each a List in XML', async () => {
    const { simulator, openid, received } = await pushingTo('xml');
    const answers = { [LESSON]: 'acceptWithAlert', [ORDER]: 'reject' } as const;
    const { pushId } = simulator.requestSubscribeMessage({ openid, answers, popupScene: 2 });
    expect(await simulator.settledPushes()).toEqual([
      {
        ...{ id: pushId, appId: MINI, openid, event: 'subscribe_msg_popup_event', at: NOON },
        ...{ results: ['200'], settled: true },
      },
    ]);
    const item = (id: string, status: string) =>
      `<List>${cdata('TemplateId', id)}${cdata('SubscribeStatusString', status)}<PopupScene>2</PopupScene></List>`;
    const list = `<SubscribeMsgPopupEvent>${item(LESSON, 'accept')}${item(ORDER, 'reject')}</SubscribeMsgPopupEvent>`;
    expect(received).toMatchObject([
      { type: 'text/xml', body: xmlOf(openid, 'subscribe_msg_popup_event', list) },
    ]);
  });

  it('popup: none where the person always keeps the choice, and later ones only where the account gets them', async () => {
    const { simulator, openid, received } = await pushingTo('xml');
    const ask = (more: object = {}) =>
      simulator.requestSubscribeMessage({ openid, answers: { [LESSON]: 'accept' }, ...more });
    expect(ask({ alwaysKeep: true })).toEqual({
      result: { errMsg: 'requestSubscribeMessage:ok', [LESSON]: 'accept' },
      grantIds: { [LESSON]: 'g1' },
    });
    simulator.updateAccount(MINI, { popupEvents: 'first' });
    expect([ask(), ask(), ask()].map(({ pushId }) => pushId)).toEqual(['p1', undefined, undefined]);
    simulator.updateAccount(MINI, { popupEvents: 'all' });
    expect(ask().pushId).toBe('p2');
    await simulator.settledPushes();
    expect(received).toHaveLength(2);
    expect(simulator.grants(openid)).toHaveLength(5);
    simulator.reset();
    simulator.updateAccount(MINI, {
      popupEvents: 'first',
      push: { url: 'http://127.0.0.1:1/', token: 'token' },
    });
    expect(ask().pushId).toBe('p1');
  });

  it('in JSON: no wrapper, an object for one item, an array for several, numbers as texts', async () => {
    const { simulator, openid, received } = await pushingTo('json');
    simulator.requestSubscribeMessage({ openid, answers: { [LESSON]: 'accept' } });
    await simulator.settledPushes();
    simulator.requestSubscribeMessage({ openid, answers: { [LESSON]: 'accept', [ORDER]: 'reject' } });
    await simulator.settledPushes();
    const item = { TemplateId: LESSON, SubscribeStatusString: 'accept', PopupScene: '0' };
    const one = {
      ...{ ToUserName: USER_NAME, FromUserName: openid, CreateTime: String(SECONDS) },
      ...{ MsgType: 'event', Event: 'subscribe_msg_popup_event', List: item },
    };
    const rejected = { ...item, TemplateId: ORDER, SubscribeStatusString: 'reject' };
    expect(received.map(({ body }) => JSON.parse(body))).toEqual([one, { ...one, List: [item, rejected] }]);
    expect(received[0]?.type).toBe('application/json');
  });

  it('no popup where nobody was asked or nothing was chosen', async () => {
    const { simulator, openid } = await pushingTo('json');
    simulator.requestSubscribeMessage({ openid, answers: { [LESSON]: 'filter', [ORDER]: 'ban' } });
    simulator.requestSubscribeMessage({ openid, answers: { [LESSON]: 'accept' }, fail: 10003 });
    expect(simulator.pushes()).toEqual([]);
  });

  it.each(['SubscribeMsgChangeEvent', 'SubscribeMsgPopupEvent'] as const)(
    'change, within %s',
    async (wrapper) => {
      const { simulator, openid, received } = await pushingTo('xml', 'plain', OFFICIAL);
      simulator.updateAccount(OFFICIAL, { changeEventWrapper: wrapper });
      simulator.openSubscribe({ openid, answers: { [NOTICE]: 'cancel' } });
      expect(simulator.switchTemplate({ openid, on: true })).toEqual({ revokedGrantIds: [] });
      expect(simulator.switchTemplate({ openid, templateId: NOTICE, on: false }).pushId).toBe('p1');
      await simulator.settledPushes();
      const item = `<List>${cdata('TemplateId', NOTICE)}${cdata('SubscribeStatusString', 'reject')}</List>`;
      const list = `<${wrapper}>${item}</${wrapper}>`;
      expect(received.map(({ body }) => body)).toEqual([
        xmlOf(openid, 'subscribe_msg_change_event', list, OFFICIAL_NAME),
      ]);
    },
  );

  it('sent: with the msgid of the answer, or the failure that was asked for', async () => {
    const { simulator, openid, received } = await pushingTo('json');
    const token = await fetchToken(simulator, MINI);
    const data = { thing1: { value: 'a' }, time2: { value: '15:01' } };
    const url = `${simulator.url}/cgi-bin/message/subscribe/send?access_token=${token}`;
    const body = JSON.stringify({ touser: openid, template_id: LESSON, data });
    const sendOne = async () => {
      const text = await (await fetch(url, { method: 'POST', body })).text();
      await simulator.settledPushes();
      return /"msgid":(\d+)/.exec(text)?.[1];
    };
    simulator.requestSubscribeMessage({ openid, answers: { [LESSON]: 'accept' } });
    simulator.requestSubscribeMessage({ openid, answers: { [LESSON]: 'accept' } });
    const first = await sendOne();
    simulator.updateAccount(MINI, { sentFailure: { errorCode: 20001, errorStatus: 'failed: system' } });
    const second = await sendOne();
    expect(await sendOne()).toBeUndefined();
    const items = received
      .map(({ body: each }) => JSON.parse(each))
      .filter(({ Event }) => Event.includes('sent'));
    expect(items.map(({ List }) => List)).toEqual([
      { TemplateId: LESSON, MsgID: first, ErrorCode: '0', ErrorStatus: 'success' },
      { TemplateId: LESSON, MsgID: second, ErrorCode: '20001', ErrorStatus: 'failed: system' },
    ]);
    expect(simulator.inbox().map(({ msgId }) => msgId)).toEqual([first]);
    expect(simulator.counters().sends).toEqual({ [MINI]: 2 });
  });

  it('sent, in XML: the id and the code stand bare', async () => {
    const { simulator, openid, received } = await pushingTo('xml', 'plain', OFFICIAL);
    simulator.openSubscribe({ openid, answers: { [NOTICE]: 'accept' } });
    const data = { thing1: { value: 'a' }, time2: { value: '15:01' }, character_string3: { value: 'A' } };
    const url = `${simulator.url}/cgi-bin/message/subscribe/bizsend?access_token=${await fetchToken(simulator)}`;
    await fetch(url, { method: 'POST', body: JSON.stringify({ touser: openid, template_id: NOTICE, data }) });
    await simulator.settledPushes();
    const item = `${cdata('TemplateId', NOTICE)}<MsgID>${simulator.inbox()[0]?.msgId}</MsgID><ErrorCode>0</ErrorCode>`;
    const list = `<List>${item}${cdata('ErrorStatus', 'success')}</List>`;
    expect(received.at(-1)?.body).toBe(
      xmlOf(
        openid,
        'subscribe_msg_sent_event',
        `<SubscribeMsgSentEvent>${list}</SubscribeMsgSentEvent>`,
        OFFICIAL_NAME,
      ),
    );
  });

  it('none to an account without an address', async () => {
    const simulator = await startSimulator();
    const answers = { [LESSON]: 'accept' } as const;
    expect(simulator.requestSubscribeMessage({ appId: MINI, person: 'laowang', answers })).not.toHaveProperty(
      'pushId',
    );
    expect(await simulator.settledPushes()).toEqual([]);
  });
});

describe.each<PushFormat>(['xml', 'json'])('modes of %s (§7.2)', (format) => {
  const read = (body: string, name: string): string | undefined =>
    format === 'json'
      ? JSON.parse(body)[name]
      : new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]></${name}>`).exec(body)?.[1];

  it.each<PushMode>(['plain', 'compatible', 'safe'])('%s', async (mode) => {
    const { simulator, openid, received } = await pushingTo(format, mode);
    const event = { openid, event: 'debug_demo', fields: { debug_str: '你好]]>' } };
    expect(await simulator.pushEvent(event)).toMatchObject({ results: ['200'], settled: true });
    const [push] = received;
    const { body = '', url } = push ?? {};
    const query = Object.fromEntries(url?.searchParams ?? []);
    const { timestamp = '', nonce = '' } = query;
    expect(query.signature).toBe(sha1('token', timestamp, nonce));
    expect(read(body, 'ToUserName')).toBe(USER_NAME);
    const encrypted = read(body, 'Encrypt');
    const inClear = mode === 'safe' ? undefined : 'debug_demo';
    expect([read(body, 'Event'), encrypted === undefined]).toEqual([inClear, mode === 'plain']);
    if (encrypted === undefined) {
      expect(query).not.toHaveProperty('msg_signature');
      return;
    }
    expect(query).toMatchObject({
      ...{ encrypt_type: 'aes', openid, msg_signature: sha1('token', timestamp, nonce, encrypted) },
    });
    const { text, appId } = decrypt(encrypted);
    expect([read(text, 'Event'), appId]).toEqual(['debug_demo', MINI]);
    expect(text).toContain('debug_str');
  });
});

describe('any event', () => {
  it('carries fields of its own, which win over the common ones, and lists', async () => {
    const { simulator, openid, received } = await pushingTo('xml');
    const client = new SimulatorClient(simulator.url);
    const event = {
      ...{ openid, event: 'subscribe_msg_sent_event' },
      fields: { CreateTime: 5, Nested: { Each: ['a', 1] } },
      list: { wrapper: 'Odd', items: [{ MsgID: '9' }, { MsgID: '10' }] },
    };
    expect(await client.pushEvent(event)).toMatchObject({ id: 'p1', results: ['200'] });
    expect(received[0]?.body).toBe(
      xmlOf(
        openid,
        'subscribe_msg_sent_event',
        `<Nested>${cdata('Each', 'a')}<Each>1</Each></Nested><Odd><List>${cdata('MsgID', '9')}</List><List>${cdata('MsgID', '10')}</List></Odd>`,
      ).replace(String(SECONDS), '5'),
    );
  });

  it('stays as it is in JSON, and is repeated until it is answered 200', async () => {
    const { simulator, openid, received, answers } = await pushingTo('json');
    answers.push(500, 403);
    const { results } = await simulator.pushEvent({
      openid,
      event: 'x',
      fields: { CreateTime: 5, Content: 'a' },
    });
    expect(results).toEqual(['500', '403', '200']);
    expect(JSON.parse(received[2]?.body ?? '')).toMatchObject({ CreateTime: 5, Content: 'a', Event: 'x' });
    expect(await new SimulatorClient(simulator.url).pushes(MINI)).toMatchObject([{ results }]);
    expect(simulator.pushes(OFFICIAL)).toEqual([]);
  });

  it.each<[string, object]>([
    ['event.event: is required', {}],
    ['event.fields.1x: must be the name of an XML element', { event: 'x', fields: { '1x': 'a' } }],
    ['event.fields.a: must be a text, a number', { event: 'x', fields: { a: true } }],
    ['event.list.items: is required', { event: 'x', list: { wrapper: 'A' } }],
    ['event.appId: ', { event: 'x', openid: undefined, appId: OFFICIAL, person: 'laowang' }],
  ])('is refused when wrong: %s', async (message, fields) => {
    const { simulator, openid } = await pushingTo('xml');
    const wrong = { openid, ...fields } as never;
    await expect(simulator.pushEvent(wrong)).rejects.toThrow(message);
    await expect(new SimulatorClient(simulator.url).pushEvent(wrong)).rejects.toThrow(message);
    expect(simulator.pushes()).toEqual([]);
  });

  it('is given up when the simulator closes, and forgotten by a reset', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    servers.push(silent);
    const simulator = await startSimulator();
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    simulator.updateAccount(MINI, { push: { url, token: 'token' } });
    const pushed = simulator.pushEvent({ appId: MINI, person: 'laowang', event: 'x' });
    await new Promise((resolve) => silent.once('request', resolve));
    expect(simulator.pushes()).toMatchObject([{ results: [], settled: false }]);
    await simulator.close();
    expect(await pushed).toMatchObject({ results: ['lost'], settled: true });
    simulator.reset();
    expect(simulator.pushes()).toEqual([]);
  });
});
