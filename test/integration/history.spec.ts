import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { HistoryService, MessageUnknownError } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY, subscribe } from '../support/flows.js';

const SEND = '/cgi-bin/message/template/subscribe';

describe.each(ADAPTERS)('history and counts on %s', (adapter) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ adapter });
  });
  afterAll(() => host?.close());

  const get = async (path: string, query: object) => {
    const { status, body, type } = await request(host.url)
      .get(path)
      .query(query)
      .set('Authorization', `Bearer ${SERVICE_KEY}`);
    return { status, body, type };
  };

  const send = async (scene: number) => {
    const { openid } = await subscribe(host, scene);
    return host.subscribe.send(message(openid, scene));
  };

  it('tell the company’s services what happened, page by page, and how often', async () => {
    const { openid } = await subscribe(host, 1);
    host.clock.advance(1000);
    const { id } = await host.subscribe.send(message(openid, 1), 'courses');
    const person = { appId: OFFICIAL.appId, openid };
    const { status, body } = await get('/weixin/history', person);
    expect([status, body.cursor]).toEqual([200, undefined]);
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual(
      ['asked', 'confirmed', 'granted', 'accepted', 'sent'].reverse(),
    );
    expect(body.events[0]).toEqual({
      ...OFFICIAL_KEY,
      openid,
      scene: 1,
      channel: 'one-time',
      type: 'sent',
      at: new Date(host.clock.now()).toISOString(),
      grantId: expect.any(String),
      messageId: id,
      errcode: 0,
      errclass: 'ok',
      meaning: { en: expect.any(String), zh: expect.any(String) },
    });
    const first = await get('/weixin/history', { ...person, limit: 2 });
    const second = await get('/weixin/history', { ...person, limit: 3, cursor: first.body.cursor });
    expect([...first.body.events, ...second.body.events]).toEqual(body.events);

    const day = '2026-11-20';
    const counted = await get('/weixin/counts', { appId: OFFICIAL.appId, scene: 1, from: day, to: day });
    expect(counted.status).toBe(200);
    expect(counted.body).toEqual({
      counts: [
        {
          day,
          templateId: OFFICIAL.templates[0],
          scene: 1,
          grants: { available: 0, claimed: 0, spent: 1, void: 0, unknown: 0, renewed: 0, expired: 0 },
          messages: { waiting: 0, sending: 0, sent: 1, refused: 0, failed: 0, unknown: 0 },
        },
      ],
    });
  });

  it('list what is unknown, with what a person needs to resolve it', async () => {
    const { openid } = await subscribe(host, 7);
    host.simulator.fault({ kind: 'reset-after', path: SEND });
    await expect(host.subscribe.send(message(openid, 7), 'courses')).rejects.toThrow(MessageUnknownError);
    const list = () => get('/weixin/messages', { appId: OFFICIAL.appId, status: 'unknown' });
    const { status, body } = await list();
    expect([status, body]).toEqual([
      200,
      {
        messages: [
          {
            id: expect.any(String),
            ...OFFICIAL_KEY,
            openid,
            scene: 7,
            channel: 'one-time',
            status: 'unknown',
            reason: expect.stringContaining('no usable response'),
            requestedBy: 'courses',
            grantId: expect.any(String),
            acceptedAt: new Date(host.clock.now()).toISOString(),
            settledAt: new Date(host.clock.now()).toISOString(),
          },
        ],
      },
    ]);
    await host.subscribe.resolve(body.messages[0].id, 'sent');
    expect((await list()).body).toEqual({ messages: [] });
  });

  it('tell where WeChat contradicted the ledger, and what to do', async () => {
    host.clock.advance(1);
    const since = new Date(host.clock.now()).toISOString();
    for (let n = 0; n < 19; n++) await send(300 + n);
    host.simulator.fault({ kind: 'errcode', errcode: 43101, path: SEND });
    await expect(send(400)).rejects.toThrow('43101');
    const { status, body } = await get('/weixin/drift', { appId: OFFICIAL.appId, since });
    expect([status, body.since, body.findings]).toEqual([
      200,
      since,
      [
        {
          kind: 'refused',
          templateId: OFFICIAL.templates[0],
          count: 1,
          unproven: 1,
          rate: 0.05,
          says: { en: expect.stringContaining('1 of 20 messages (5.0 %)'), zh: expect.any(String) },
          remedy: { en: expect.any(String), zh: expect.any(String) },
        },
      ],
    ]);
  });

  it.each<[string, object, number, string]>([
    ['history', { openid: 'o' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['history', { appId: 'wx0', openid: 'o' }, 404, 'WEIXIN_UNKNOWN_ACCOUNT'],
    ['history', { appId: OFFICIAL.appId, openid: 'o', limit: '501' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['history', { appId: OFFICIAL.appId, openid: 'o', cursor: 'x' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['history', { appId: OFFICIAL.appId, openid: ['a', 'b'] }, 400, 'WEIXIN_INVALID_INPUT'],
    ['messages', {}, 400, 'WEIXIN_INVALID_INPUT'],
    ['messages', { appId: OFFICIAL.appId, status: 'lost' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['messages', { appId: OFFICIAL.appId, status: 'unknown', cursor: 'x' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['messages', { appId: 'wx0', status: 'unknown' }, 404, 'WEIXIN_UNKNOWN_ACCOUNT'],
    ['drift', { appId: OFFICIAL.appId }, 400, 'WEIXIN_INVALID_INPUT'],
    ['drift', { appId: OFFICIAL.appId, since: '2026-11-20' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['drift', { appId: OFFICIAL.appId, since: '2026-11-31T00:00:00Z' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['drift', { appId: OFFICIAL.appId, since: '2025-11-01T00:00:00Z' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['drift', { appId: 'wx0', since: '2026-11-20T00:00:00Z' }, 404, 'WEIXIN_UNKNOWN_ACCOUNT'],
    ['counts', { appId: OFFICIAL.appId }, 400, 'WEIXIN_INVALID_INPUT'],
    ['counts', { appId: OFFICIAL.appId, from: '2026-11-20', to: '2026-11-19' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['counts', { appId: OFFICIAL.appId, from: '2025-01-01', to: '2026-11-19' }, 400, 'WEIXIN_INVALID_INPUT'],
    ['counts', { appId: 'wx0', from: '2026-11-20', to: '2026-11-20' }, 404, 'WEIXIN_UNKNOWN_ACCOUNT'],
    [
      'counts',
      { appId: OFFICIAL.appId, from: '2026-11-20', to: '2026-11-20', by: 'day' },
      400,
      'WEIXIN_INVALID_INPUT',
    ],
  ])('refuse GET %s with %p', async (endpoint, query, status, code) => {
    const refused = await get(`/weixin/${endpoint}`, query);
    expect(refused).toMatchObject({ status, type: 'application/problem+json', body: { code } });
  });

  it('tell of a message that a person has resolved, and export it', async () => {
    const history = host.app.get(HistoryService);
    const { openid } = await subscribe(host, 2);
    host.simulator.fault({ path: SEND, kind: 'reset-before' });
    const error = await host.subscribe.send(message(openid, 2)).catch((caught) => caught);
    expect(error).toBeInstanceOf(MessageUnknownError);
    await host.subscribe.resolve(error.messageId, 'sent');
    const { events } = await history.ofMessage(error.messageId);
    expect(events[0]).toMatchObject({
      type: 'resolved',
      outcome: 'sent',
      reason: 'resolved by hand as "sent"',
    });
    const days = { appId: OFFICIAL.appId, from: '2026-11-20', to: '2026-11-20' };
    const csv = await text(Readable.from(history.exportMessages(days)));
    expect(csv).toContain(`${error.messageId},${OFFICIAL.appId},${openid}`);
  });
});
