import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PushEventService, WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { signPush } from 'nestjs-weixin-subscribe/testing';
import request from 'supertest';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { countRows, emptyLedger } from '../support/ledger.js';
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

const { appId } = OFFICIAL;
const TABLE = 'weixin_push_event';
type Query = Record<string, string>;

describe.each(ADAPTERS)('the push endpoint on %s', (adapter) => {
  const hosts: TestApp[] = [];
  const start = async (push = SAFE, more: object = {}) => {
    const host = await createTestApp({
      adapter,
      imports: [ReceivedModule],
      options: { accounts: pushAccounts(push) },
      ...more,
    });
    hosts.push(host);
    return host;
  };
  let host: TestApp;
  let received: Received;
  let logger: CaptureLogger;
  beforeAll(async () => {
    logger = new CaptureLogger();
    host = await start(SAFE, { logger, imports: [ReceivedModule, EventEmitterModule.forRoot()] });
    received = host.app.get(Received);
  });
  beforeEach(async () => {
    await emptyLedger(host.dataSource);
    received.events.length = 0;
    received.sent.length = 0;
    // The log says each refusal once a minute.
    host.clock.advance(60_000);
  });
  afterAll(async () => {
    for (const one of hosts) await one.close();
  });
  const rows = () => countRows(host.dataSource, TABLE);
  const worked = (of = host) => of.tasks.run('push-events');

  describe('the check of the URL', () => {
    const check = (query: Query, of: string = appId) =>
      request(host.url).get(`/weixin/push/${of}`).query(query);
    const good = (): Query => ({
      ...signed(host, '', { encodingAesKey: null }).query,
      echostr: '4375120948345356249',
    });

    it('is answered with echostr, as text', async () => {
      const answer = await check(good());
      expect([answer.status, answer.text]).toEqual([200, '4375120948345356249']);
      expect(answer.headers['content-type']).toMatch(/^text\/plain/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    });

    it.each<[string, (query: Query) => Query]>([
      ['a wrong signature', (query) => ({ ...query, signature: query.signature.replace(/^./, 'x') })],
      ['no signature', ({ signature: _, ...query }) => query],
      ['another nonce', (query) => ({ ...query, nonce: '2' })],
      ['no nonce', ({ nonce: _, ...query }) => query],
      ['another timestamp', (query) => ({ ...query, timestamp: String(Number(query.timestamp) + 1) })],
      [
        'a timestamp of six minutes ago',
        () => ({ ...signed(host, '', { encodingAesKey: null, skew: -301 }).query, echostr: '1' }),
      ],
      ['no echostr', ({ echostr: _, ...query }) => query],
      ['HTML in echostr', (query) => ({ ...query, echostr: '<script>' })],
    ])('refuses %s', async (_what, bend) => {
      const answer = await check(bend(good()));
      expect([answer.status, answer.body.code]).toEqual([403, 'WEIXIN_PUSH_REFUSED']);
    });

    it('refuses parameters that are there twice', async () => {
      const { signature, timestamp, nonce } = good();
      const query = `signature=${signature}&signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=1`;
      expect((await request(host.url).get(`/weixin/push/${appId}?${query}`)).status).toBe(403);
    });

    it.each([
      [MOBILE.appId, 'WEIXIN_PUSH_NOT_CONFIGURED'],
      ['wx-of-nobody', 'WEIXIN_UNKNOWN_ACCOUNT'],
    ])('of %s: 404 %s, as for a push', async (of, code) => {
      const answer = await check(good(), of);
      expect([answer.status, answer.body.code]).toEqual([404, code]);
      const pushed = await push(host, sentXml(), { appId: of });
      expect([pushed.status, JSON.parse(pushed.text).code]).toEqual([404, code]);
    });
  });

  it.each([
    'text/xml',
    'application/json',
    '',
    'application/x-www-form-urlencoded',
    'text/plain',
    'nonsense',
  ])('takes an encrypted push of type %p, answers, and then tells the listeners', async (type) => {
    const answer = await push(host, sentXml(), { type });
    expect([answer.status, answer.text]).toEqual([200, 'success']);
    await worked();
    expect(received.events).toHaveLength(1);
    expect(received.sent).toEqual([
      {
        id: expect.any(String),
        appId,
        name: 'subscribe_msg_sent_event',
        openid: 'oXiaoming',
        createdAt: new Date(1_763_611_200_000),
        receivedAt: new Date(host.clock.now()),
        items: [{ templateId: 'T1', msgId: '1864323726461255680', errorCode: 0, errorStatus: 'success' }],
        fields: expect.objectContaining({ ToUserName: 'gh_1', CreateTime: '1763611200' }),
      },
    ]);
    expect(await host.app.get(PushEventService).list()).toEqual([
      expect.objectContaining({ id: received.sent[0].id, status: 'done', attempts: 1 }),
    ]);
  });

  it('takes the push of the official page', async () => {
    const official = await createTestApp({
      adapter,
      imports: [ReceivedModule],
      options: {
        accounts: [
          {
            ...pushAccounts()[0],
            appId: 'wxba5fad812f8e6fb9',
            push: { token: 'AAAAA', encodingAesKey: 'A'.repeat(43) },
          },
        ],
      },
    });
    hosts.push(official);
    official.clock.advance(1_714_112_446_000 - official.clock.now());
    const { query, body } = signPush({
      appId: 'wxba5fad812f8e6fb9',
      token: 'AAAAA',
      encodingAesKey: 'A'.repeat(43),
      body: '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}',
      timestamp: 1_714_112_445,
      nonce: '415670741',
      random: 'a8eedb185eb2fecf',
    });
    expect(query.msg_signature).toBe('046e02f8204d34f8ba5fa3b1db94908f3df2e9b3');
    const answer = await post(endpointOf(official, 'wxba5fad812f8e6fb9'), query, body, 'application/json');
    expect([answer.status, answer.text]).toEqual([200, 'success']);
    await worked(official);
    expect(official.app.get(Received).events).toEqual([
      expect.objectContaining({
        name: 'debug_demo',
        openid: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
        items: [],
        fields: expect.objectContaining({ debug_str: 'hello world' }),
      }),
    ]);
  });

  const wrapped = (name: string, wrapper: string, lists: string) =>
    `<xml><FromUserName>o1</FromUserName><CreateTime>1763611200</CreateTime><MsgType>event</MsgType><Event>${name}</Event><${wrapper}>${lists}</${wrapper}></xml>`;
  const popup = (id: string, status: string) =>
    `<List><TemplateId>${id}</TemplateId><SubscribeStatusString>${status}</SubscribeStatusString><PopupScene>2</PopupScene></List>`;
  it.each<[string, string, unknown[]]>([
    [
      'two Lists',
      wrapped(
        'subscribe_msg_popup_event',
        'SubscribeMsgPopupEvent',
        popup('T1', 'accept') + popup('T2', 'reject'),
      ),
      [
        { templateId: 'T1', status: 'accept', popupScene: 2 },
        { templateId: 'T2', status: 'reject', popupScene: 2 },
      ],
    ],
    [
      'a wrapper for each List',
      wrapped(
        'subscribe_msg_popup_event',
        'SubscribeMsgPopupEvent',
        `${popup('T1', 'accept')}</SubscribeMsgPopupEvent><SubscribeMsgPopupEvent>${popup('T2', 'reject')}`,
      ),
      [
        { templateId: 'T1', status: 'accept', popupScene: 2 },
        { templateId: 'T2', status: 'reject', popupScene: 2 },
      ],
    ],
    [
      'a failure without a code, and one that says it is none',
      '{"FromUserName":"o1","CreateTime":1763611200,"MsgType":"event","Event":"subscribe_msg_sent_event","List":[{"TemplateId":"T1","MsgID":"1","ErrorStatus":"failed:user block"},{"TemplateId":"T2","MsgID":"2","ErrorCode":"0","ErrorStatus":"failed:system failed"}]}',
      [
        { templateId: 'T1', msgId: '1', errorCode: -1, errorStatus: 'failed:user block' },
        { templateId: 'T2', msgId: '2', errorCode: -1, errorStatus: 'failed:system failed' },
      ],
    ],
    [
      'one List under another wrapper',
      wrapped('subscribe_msg_change_event', 'SubscribeMsgPopupEvent', popup('T1', 'reject')),
      [{ templateId: 'T1', status: 'reject' }],
    ],
    [
      'one List under a wrapper nobody knows',
      wrapped('subscribe_msg_popup_event', 'Anything', popup('T1', 'accept')),
      [{ templateId: 'T1', status: 'accept', popupScene: 2 }],
    ],
    [
      'JSON, an object',
      '{"FromUserName":"o1","CreateTime":"1763611200","MsgType":"event","Event":"subscribe_msg_sent_event","List":{"TemplateId":"T1","MsgID":"1864323726461255680","ErrorCode":"0","ErrorStatus":"success"}}',
      [{ templateId: 'T1', msgId: '1864323726461255680', errorCode: 0, errorStatus: 'success' }],
    ],
    [
      'JSON, a list, and numbers',
      '{"FromUserName":"o1","CreateTime":1763611200,"MsgType":"event","Event":"subscribe_msg_sent_event","List":[{"TemplateId":"T1","MsgID":1864323726461255681,"ErrorCode":0,"ErrorStatus":"success"},{"TemplateId":"T2","MsgID":2,"ErrorCode":43101,"ErrorStatus":"x"}]}',
      [
        { templateId: 'T1', msgId: '1864323726461255681', errorCode: 0, errorStatus: 'success' },
        { templateId: 'T2', msgId: '2', errorCode: 43101, errorStatus: 'x' },
      ],
    ],
    ['none', wrapped('subscribe_msg_popup_event', 'A', ''), []],
    ['none of that name', wrapped('CLICK', 'SubscribeMsgPopupEvent', popup('T1', 'accept')), []],
  ])('gives listeners a list, from %s', async (_what, body, items) => {
    expect((await push(host, body)).text).toBe('success');
    await worked();
    expect(received.events.map((event) => event.items)).toEqual([items]);
  });

  it('takes what people write as well, under its type', async () => {
    const body = (id: string) =>
      `<xml><FromUserName>o1</FromUserName><CreateTime>1763611200</CreateTime><MsgType>text</MsgType><Content><![CDATA[<b>&amp; hi]]></Content><MsgId>${id}</MsgId></xml>`;
    for (const id of ['23812345678901234', '23812345678901235', '23812345678901234'])
      await push(host, body(id));
    await worked();
    expect(received.events.map(({ name, fields }) => [name, fields.Content, fields.MsgId])).toEqual([
      ['text', '<b>&amp; hi', '23812345678901234'],
      ['text', '<b>&amp; hi', '23812345678901235'],
    ]);
  });

  it.each([
    [
      'XML',
      sentXml(),
      (body: string) => body.replace(/(\[CDATA\[)([\w+/=]+)(\]\]><\/Encrypt>)/, '$1\n  $2\t\r\n$3'),
    ],
    [
      'JSON',
      '{"MsgType":"event","Event":"CLICK"}',
      (body: string) => body.replace(/"([\w+/=]{99,})"/, '" $1\\n"'),
    ],
  ])('takes an encrypted part with white space around it, in %s', async (_format, said, spaced) => {
    const { query, body } = signed(host, said);
    expect(spaced(body)).not.toBe(body);
    const answer = await post(endpointOf(host), query, spaced(body));
    expect([answer.status, answer.text]).toEqual([200, 'success']);
    expect(await rows()).toBe(1);
  });

  it('tells the emitter of the host once', async () => {
    const told: unknown[] = [];
    const emitter = host.app.get(EventEmitter2, { strict: false });
    const tell = (event: unknown) => told.push(event);
    emitter.on('weixin.push.received', tell);
    await push(host, sentXml());
    await push(host, sentXml());
    await worked();
    emitter.off('weixin.push.received', tell);
    expect(told).toEqual([expect.objectContaining({ appId, openid: 'oXiaoming', id: received.sent[0].id })]);
  });

  /** The query and the body of each are those of a good push, bent in one place. */
  const FORGERIES: [what: string, forge: () => { query: Query; body: string | Buffer }][] = [
    ['no signature at all', () => ({ query: {}, body: sentXml() })],
    ['clear text, unsigned', () => ({ query: { timestamp: now(), nonce: '1' }, body: sentXml() })],
    ['clear text, signed as in plain mode', () => signed(host, sentXml(), { encodingAesKey: null })],
    [
      'clear text that says it is encrypted',
      () => {
        const { query, body } = signed(host, sentXml(), { encodingAesKey: null });
        return { query: { ...query, encrypt_type: 'raw', msg_signature: query.signature }, body };
      },
    ],
    [
      'signature in the place of msg_signature',
      () => {
        const { query, body } = signed(host, sentXml());
        return { query: { ...query, msg_signature: query.signature }, body };
      },
    ],
    [
      'signature instead of msg_signature',
      () => {
        const { query, body } = signed(host, sentXml());
        const { msg_signature: _, ...rest } = query;
        return { query: rest, body };
      },
    ],
    [
      'msg_signature under the name signature',
      () => {
        const { query, body } = signed(host, sentXml());
        const { msg_signature: signature, ...rest } = query;
        return { query: { ...rest, signature }, body };
      },
    ],
    [
      'a body of another push',
      () => ({ query: signed(host, sentXml()).query, body: signed(host, sentXml({ msgId: '2' })).body }),
    ],
    [
      'another timestamp',
      () => {
        const { query, body } = signed(host, sentXml());
        return { query: { ...query, timestamp: String(Number(query.timestamp) + 1) }, body };
      },
    ],
    ['another nonce', () => bent('nonce', '0')],
    ['another token', () => signed(host, sentXml(), { token: 'pushtoken5f1c0d7a9b3f' })],
    ['a push of six minutes ago', () => signed(host, sentXml(), { skew: -301 })],
    ['a push of the future', () => signed(host, sentXml(), { skew: 302 })],
    ['a timestamp that is none', () => bent('timestamp', 'now')],
    ['another key', () => signed(host, sentXml(), { encodingAesKey: PUSH_KEY.replace('a', 'b') })],
    ['another account inside', () => signed(host, sentXml(), { appId: 'wx0000000000000000' })],
    ['an account whose id begins with ours', () => signed(host, sentXml(), { appId: `${appId}0` })],
    ['a cut text', () => resigned((sealed) => sealed.subarray(0, sealed.length - 7))],
    ['a text that is cut after a block', () => resigned((sealed) => sealed.subarray(0, sealed.length - 32))],
    ['a text of one block', () => resigned((sealed) => sealed.subarray(0, 32))],
    [
      'bad padding',
      () => resigned((sealed) => Buffer.concat([sealed.subarray(0, -32), Buffer.alloc(32, 7)])),
    ],
    [
      'a wrong length inside',
      () => resigned((sealed) => Buffer.concat([Buffer.from([255]), sealed.subarray(1)]).fill(1, 2, 4)),
    ],
    ['two encrypted parts', () => twice()],
    ['a body that is empty', () => ({ ...signed(host, sentXml()), body: '' })],
    ['a body that is neither XML nor JSON', () => ({ ...signed(host, sentXml()), body: 'hello' })],
    ['bytes', () => ({ ...signed(host, sentXml()), body: Buffer.alloc(1000, 255) })],
    ['a document type inside', () => signed(host, `<!DOCTYPE xml>${sentXml()}`)],
    [
      'an entity bomb inside',
      () =>
        signed(
          host,
          `<!DOCTYPE x [<!ENTITY a "${'b'.repeat(1000)}"><!ENTITY c "&a;&a;&a;">]>${sentXml({ openid: '&c;' })}`,
        ),
    ],
    [
      'an external entity inside',
      () =>
        signed(
          host,
          `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><MsgType>&a;</MsgType></xml>`,
        ),
    ],
    ['no MsgType inside', () => signed(host, '<xml><FromUserName>o1</FromUserName></xml>')],
    ['an event without a name', () => signed(host, '<xml><MsgType>event</MsgType></xml>')],
    ['an openid that is too long', () => signed(host, sentXml({ openid: 'o'.repeat(65) }))],
    ['no fields inside', () => signed(host, '[]')],
  ];
  const now = () => String(Math.floor(host.clock.now() / 1000));
  const bent = (name: string, value: string) => {
    const { query, body } = signed(host, sentXml());
    return { query: { ...query, [name]: value }, body };
  };
  /** Somebody who knows the token, but not the key. */
  const resigned = (bend: (sealed: Buffer) => Buffer) => {
    const { body } = signed(host, sentXml());
    const sealed = bend(Buffer.from(String(/CDATA\[([\w+/=]+)\]\]><\/Encrypt>/.exec(body)?.[1]), 'base64'));
    return signedOver(sealed.toString('base64'));
  };
  const signedOver = (sealed: string) => {
    const { pushSignature } = jest.requireActual<
      typeof import('../../libs/weixin-subscribe/src/push/push-signature.js')
    >('../../libs/weixin-subscribe/src/push/push-signature.js');
    const query = {
      timestamp: now(),
      nonce: '7',
      msg_signature: pushSignature(PUSH_TOKEN, now(), '7', sealed),
    };
    return { query, body: `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>` };
  };
  const twice = () => {
    const { query, body } = signed(host, sentXml());
    return { query, body: body.replace(/(<Encrypt>.*<\/Encrypt>)/, '$1$1') };
  };

  it.each(FORGERIES)('refuses %s, and writes nothing', async (_what, forge) => {
    const { query, body } = forge();
    const answer = await post(endpointOf(host), query, body);
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    // The same words whatever is wrong.
    expect(JSON.parse(answer.text)).toEqual({
      type: 'urn:weixin-subscribe:problem:push-refused',
      title: 'This is no push of WeChat',
      status: 403,
      detail: 'this is no push of WeChat for this account',
      code: 'WEIXIN_PUSH_REFUSED',
      remedy: expect.any(String),
    });
    expect(await rows()).toBe(0);
    await worked();
    expect(received.events).toEqual([]);
  });

  it('says in the log why, once a minute, and no secret with it', async () => {
    // Nest has one logger for the process, and another host of this file may have replaced it.
    host.app.useLogger(logger);
    logger.lines.length = 0;
    for (let time = 0; time < 5; time++) await push(host, sentXml(), { token: 'pushtoken5f1c0d7a9b3f' });
    host.clock.advance(60_000);
    await push(host, sentXml(), { token: 'pushtoken5f1c0d7a9b3f' });
    const told = logger.lines.filter((line) => line.includes('was refused'));
    expect(told).toEqual(
      Array(2).fill(expect.stringContaining(`a push for ${appId} was refused: msg_signature is wrong`)),
    );
    expect(logger.lines.join()).not.toContain(PUSH_TOKEN);
  });

  it('says in the log that a push was too large: it is lost', async () => {
    host.app.useLogger(logger);
    logger.lines.length = 0;
    await post(endpointOf(host), signed(host, sentXml()).query, Buffer.alloc(131_073, 60));
    expect(logger.lines.join()).toContain(
      `a push for ${appId} was refused: the body is longer than 131072 bytes`,
    );
  });

  it.each([
    ['10 MB', 10_000_000, 131_072],
    ['one byte too much', 131_073, 131_072],
  ])('refuses a body of %s as too large, and writes nothing', async (_what, bytes, limit) => {
    const answer = await post(endpointOf(host), signed(host, sentXml()).query, Buffer.alloc(bytes, 60));
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([413, 'WEIXIN_PUSH_TOO_LARGE']);
    expect(JSON.parse(answer.text).detail).toBe(`the body is longer than ${limit} bytes`);
    expect(await rows()).toBe(0);
  });

  it('refuses what does not fit its column once it is decrypted', async () => {
    const said = (length: number) =>
      `<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId><Content>${'中'.repeat(length)}</Content></xml>`;
    expect((await push(host, said(22_000))).status).toBe(413);
    expect(await rows()).toBe(0);
    expect((await push(host, said(21_000))).status).toBe(200);
  });

  it('answers only what WeChat pushes: other bodies of the host stay as they are', async () => {
    const answer = await request(host.url).post('/weixin/app/intents').send({ appId: 'nope' });
    expect(answer.body.code).toBe('WEIXIN_INVALID_INPUT');
  });

  describe('in plain mode', () => {
    let plain: TestApp;
    beforeAll(async () => {
      plain = await start(PLAIN);
    });
    beforeEach(() => emptyLedger(plain.dataSource));
    const count = () => countRows(plain.dataSource, TABLE);
    const clear = { encodingAesKey: null };

    it('takes clear pushes, XML and JSON', async () => {
      expect((await push(plain, sentXml(), { ...clear, type: 'text/xml' })).text).toBe('success');
      const json =
        '{"FromUserName":"o2","CreateTime":1763611200,"MsgType":"event","Event":"CLICK","EventKey":"a"}';
      expect((await push(plain, json, { ...clear, type: 'application/json' })).text).toBe('success');
      expect(await count()).toBe(2);
    });

    it('refuses a second body under one signature, and takes the same body again', async () => {
      const { query, body } = signed(plain, sentXml(), clear);
      expect((await post(endpointOf(plain), query, body)).text).toBe('success');
      expect((await post(endpointOf(plain), query, sentXml({ openid: 'oForged' }))).status).toBe(403);
      expect((await post(endpointOf(plain), query, body)).text).toBe('success');
      expect(await count()).toBe(1);
    });

    it('refuses a second body under one signature also when both come at once', async () => {
      const { query } = signed(plain, sentXml(), clear);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => post(endpointOf(plain), query, sentXml({ openid: `o${n}` }))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(403)]);
      expect(await count()).toBe(1);
    });

    it('takes the clear fields of a compatible push, and its repetition, encrypted anew, for one', async () => {
      await worked(plain);
      const { sent } = plain.app.get(Received);
      sent.length = 0;
      for (let time = 0; time < 2; time++) {
        const { query, body } = signed(plain, sentXml());
        const both = sentXml().replace('</xml>', body.replace(/^.*(<Encrypt>.*)$/, '$1'));
        expect((await post(endpointOf(plain), query, both)).text).toBe('success');
      }
      expect(await count()).toBe(1);
      await worked(plain);
      expect(sent.map(({ fields }) => Object.keys(fields))).toEqual([
        expect.not.arrayContaining(['Encrypt']),
      ]);
    });

    it.each<[string, (good: { query: Query; body: string }) => { query: Query; body: string }]>([
      ['a wrong signature', ({ query, body }) => ({ query: { ...query, signature: 'x' }, body })],
      [
        'msg_signature instead',
        ({ query: { signature, ...query }, body }) => ({
          query: { ...query, msg_signature: signature },
          body,
        }),
      ],
      ['an encrypted push, of which nothing can be read', () => signed(plain, sentXml())],
      ['a document type', ({ query }) => ({ query, body: `<!DOCTYPE xml>${sentXml()}` })],
    ])('refuses %s', async (_what, bend) => {
      const { query, body } = bend(signed(plain, sentXml(), clear));
      expect((await post(endpointOf(plain), query, body)).status).toBe(403);
      expect(await count()).toBe(0);
    });
  });

  describe('in compatible mode', () => {
    let both: TestApp;
    beforeAll(async () => {
      both = await start({ ...SAFE, mode: 'compatible' });
    });
    beforeEach(() => emptyLedger(both.dataSource));
    const compatible = (clear = sentXml()) => {
      const { query, body } = signed(both, sentXml());
      return { query, body: clear.replace('</xml>', body.replace(/^.*(<Encrypt>.*)$/, '$1')) };
    };
    const wrote = (content: string) =>
      `<xml><FromUserName>o1</FromUserName><CreateTime>1763611200</CreateTime><MsgType>text</MsgType><Content>${content}</Content><MsgId>1</MsgId></xml>`;
    const openids = async () => (await both.app.get(PushEventService).list()).map(({ openid }) => openid);

    it('reads the encrypted part alone', async () => {
      const { query, body } = compatible(sentXml({ openid: 'oForged' }));
      expect(body).toContain('oForged');
      expect((await post(endpointOf(both), query, body)).text).toBe('success');
      expect(await openids()).toEqual(['oXiaoming']);
    });

    it.each([
      '<![CDATA[<Encrypt>abc</Encrypt>]]>',
      '<![CDATA[<Encrypt><![CDATA[abc]]]]><![CDATA[></Encrypt>]]>',
      '&lt;Encrypt&gt;abc&lt;/Encrypt&gt;',
    ])('takes what a person wrote for nothing else: %s', async (content) => {
      await worked(both);
      const { events } = both.app.get(Received);
      events.length = 0;
      const { query, body } = signed(both, wrote(content));
      const sent = wrote(content).replace('</xml>', body.replace(/^.*(<Encrypt>.*)$/, '$1'));
      const answer = await post(endpointOf(both), query, sent);
      expect([answer.status, answer.text]).toEqual([200, 'success']);
      await worked(both);
      expect(events.map(({ fields }) => fields.Content)).toEqual([
        expect.stringMatching(/^<Encrypt>.*abc.*<\/Encrypt>$/),
      ]);
    });

    it.each<[string, (good: { query: Query; body: string }) => { query: Query; body: string }]>([
      ['no msg_signature', ({ query: { msg_signature: _, ...query }, body }) => ({ query, body })],
      ['no signature', ({ query: { signature: _, ...query }, body }) => ({ query, body })],
      ['a wrong signature', ({ query, body }) => ({ query: { ...query, signature: 'x' }, body })],
      ['clear text alone', ({ query }) => ({ query, body: sentXml() })],
    ])('refuses %s', async (_what, bend) => {
      const { query, body } = bend(compatible());
      expect((await post(endpointOf(both), query, body)).status).toBe(403);
      expect(await openids()).toEqual([]);
    });
  });

  it('takes one format alone when it is told to', async () => {
    const json = await start({ ...SAFE, format: 'json' });
    expect((await push(json, sentXml())).status).toBe(403);
    expect((await push(json, '{"MsgType":"event","Event":"CLICK"}')).text).toBe('success');
  });

  it('is not there when the host does not want it', async () => {
    const without = await start(SAFE, { extras: { controllers: { push: false } } });
    expect((await push(without, sentXml())).status).toBe(404);
    expect(await countRows(without.dataSource, TABLE)).toBe(0);
  });

  it('is there in an app that Nest itself made, under a prefix', async () => {
    @Module({
      imports: [
        WeixinSubscribeModule.forRoot({
          ...testOptions('http://127.0.0.1:1'),
          accounts: pushAccounts(),
          dataSource: 'own',
          database: { type: 'better-sqlite3', database: ':memory:' },
        }),
      ],
    })
    class Host {}
    const http = adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
    const app = await NestFactory.create(Host, http, { logger: false, rawBody: true });
    app.setGlobalPrefix('api');
    await app.listen(0, '127.0.0.1');
    const clock = { now: () => Date.now() } as TestApp['clock'];
    for (const [n, type] of ['text/xml', 'application/json', ''].entries()) {
      const { query, body } = signed({ clock }, sentXml({ msgId: String(n) }));
      const answer = await post(`${await app.getUrl()}/api/weixin/push/${appId}`, query, body, type);
      expect([answer.status, answer.text]).toEqual([200, 'success']);
    }
    expect(await app.get(PushEventService).list()).toHaveLength(3);
    await app.close();
  });
});
