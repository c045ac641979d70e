import 'reflect-metadata';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import request from 'supertest';
import { Audited } from '../../libs/weixin-subscribe/src/http/service-actions.js';
import { weixinRouteOfClass } from '../../libs/weixin-subscribe/src/http/weixin-route.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { createTestApp, SHORT_TIMEOUT, type TestApp } from '../support/create-test-app.js';
import { fresh, give, HOUR, SEND } from '../support/deferred.js';
import { message } from '../support/flows.js';
import { countRows } from '../support/ledger.js';
import { push, pushAccounts, Received, ReceivedModule, sentXml } from '../support/pushes.js';
import { describeEachDatabase } from '../support/test-databases.js';

const KEYS = {
  ops: 'operations-service-key-01',
  reader: 'reading-service-key-0002',
  mobile: 'mobile-service-key-00003',
};

const QUOTA = '/cgi-bin/openapi/quota/get';

type Body = Record<string, unknown>;

describeEachDatabase('the routes for those who operate the service', (database) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({
      database,
      imports: [ReceivedModule],
      options: {
        accounts: pushAccounts(),
        http: SHORT_TIMEOUT,
        serviceKeys: {
          ops: KEYS.ops,
          reader: { keys: KEYS.reader, scopes: ['history:read', 'audit:read', 'pushes:read'] },
          mobile: { keys: KEYS.mobile, accounts: [MOBILE.appId] },
        },
      },
    });
  });
  afterAll(() => host?.close());
  beforeEach(() => fresh(host));

  const call = (method: 'get' | 'post' | 'delete', path: string, key = KEYS.ops, body?: Body) =>
    request(host.url)
      [method](`/weixin/${path}`)
      .set({ Authorization: `Bearer ${key}` })
      .send(body);
  /** Without a wait: an entry is there before its caller has an answer. */
  const audit = async (query = '', key = KEYS.ops): Promise<Body[]> => {
    return (await call('get', `audit${query}`, key).expect(200)).body.entries;
  };
  /** A message of which nobody knows what became. */
  const unknown = async (scene: number) => {
    const openid = await give(host, scene);
    host.simulator.fault({ path: SEND, kind: 'reset-after' });
    const response = await call('post', 'messages', KEYS.ops, message(openid, scene));
    expect(response.body.code).toBe('WEIXIN_MESSAGE_UNKNOWN');
    return { openid, id: String(response.body.messageId) };
  };

  describe('GET overview', () => {
    const overview = async (query = '', key = KEYS.ops) =>
      (await call('get', `overview${query}`, key).expect(200)).body;

    it('names nothing where all is well', async () => {
      const { problems, accounts, activity, messages } = await overview();
      expect(problems).toEqual([]);
      expect(accounts.map(({ appId }: Body) => appId)).toEqual([OFFICIAL.appId, MOBILE.appId]);
      expect(accounts[0]).toMatchObject({
        kind: OFFICIAL.kind,
        enabled: true,
        credential: 'secret',
        source: 'options',
      });
      expect(messages).toEqual({ unknown: [], waiting: [], overdue: [] });
      expect(activity).toMatchObject({ complete: true, hours: [] });
    });

    it('tells what is wrong with its remedy, the old unknown message as a problem', async () => {
      const { openid } = await unknown(1);
      const ok = await give(host, 2);
      await call('post', 'messages', KEYS.ops, message(ok, 2)).expect(201);
      await host.subscribe.send({
        ...message(await give(host, 3), 3),
        notBefore: new Date(host.clock.now() + HOUR),
      });
      const { problems, activity, messages } = await overview();
      expect(problems).toMatchObject([
        { code: 'messages-unknown', severity: 'warning', appId: OFFICIAL.appId, count: 1 },
      ]);
      expect(problems[0].remedy.zh).toContain('询问本人');
      expect(messages.waiting).toMatchObject([{ appId: OFFICIAL.appId, count: 1 }]);
      const counted = Object.fromEntries(activity.hours.map(({ status, count }: Body) => [status, count]));
      expect(counted).toEqual({ sent: 1, unknown: 1, waiting: 1 });
      expect(JSON.stringify({ problems, activity, messages })).not.toContain(openid);

      host.clock.advance(25 * HOUR);
      const later = await overview('?hours=48');
      expect(later.problems.map(({ code, severity }: Body) => [code, severity])).toEqual([
        ['messages-overdue', 'problem'],
        ['messages-unknown', 'problem'],
      ]);
      expect(later.activity.hours).toHaveLength(3);
      expect((await overview('?hours=1')).activity.hours).toEqual([]);
    });

    it('shows a client what is of its accounts, and refuses others', async () => {
      await unknown(1);
      const { problems, accounts, activity, pushes, tokens } = await overview('', KEYS.mobile);
      expect({ problems, hours: activity.hours, due: pushes.due }).toEqual({ problems: [], hours: [] });
      for (const { appId } of [...accounts, ...tokens]) expect(appId).toBe(MOBILE.appId);
      expect((await call('get', `overview?appId=${OFFICIAL.appId}`, KEYS.mobile)).status).toBe(403);
      expect((await overview(`?appId=${OFFICIAL.appId}`)).problems).toHaveLength(1);
      expect((await call('get', 'overview?appId=wx0000000000000000')).status).toBe(404);
      expect((await call('get', 'overview?hours=169')).body.errors[0].field).toBe('hours');
    });
  });

  describe('GET overview/quotas', () => {
    it("has today's quota as WeChat reports it, asked once a minute, and none where it reports none", async () => {
      const quotas = async (appId: string) =>
        (await call('get', `overview/quotas?appId=${appId}`).expect(200)).body;
      const asked = () => host.simulator.calls().filter(({ path }) => path === QUOTA).length;
      await call('post', 'messages', KEYS.ops, message(await give(host, 1), 1)).expect(201);
      const first = await quotas(OFFICIAL.appId);
      expect(first).toEqual({
        appId: OFFICIAL.appId,
        quotas: [
          {
            channel: 'one-time',
            dailyLimit: expect.any(Number),
            used: 1,
            remaining: expect.any(Number),
            asOf: new Date(host.clock.now()).toISOString(),
          },
        ],
      });
      expect(first.quotas[0].remaining).toBe(first.quotas[0].dailyLimit - 1);
      expect(await quotas(OFFICIAL.appId)).toEqual(first);
      expect(asked()).toBe(1);
      host.clock.advance(60_000);
      host.simulator.fault({ path: QUOTA, kind: 'errcode', errcode: 45009 });
      expect(await quotas(OFFICIAL.appId)).toEqual({ appId: OFFICIAL.appId, quotas: [] });
      expect((await call('get', `overview/quotas?appId=${OFFICIAL.appId}`, KEYS.mobile)).status).toBe(403);
      expect((await call('get', 'overview/quotas?appId=wx0000000000000000')).status).toBe(404);
      expect((await call('get', 'overview/quotas')).body.errors[0].field).toBe('appId');
    });
  });

  describe('the audit log', () => {
    it('has who changed what, also what was refused, and nothing of what was only read or sent', async () => {
      const { id, openid } = await unknown(1);
      const resolve = (key: string, outcome: string) =>
        call('post', `messages/${id}/resolve`, key, { outcome }).set('X-Request-Id', 'req-1');
      await resolve(KEYS.reader, 'sent').expect(403);
      await resolve(KEYS.ops, 'perhaps').expect(400);
      await resolve(KEYS.ops, 'sent').expect(200);
      await resolve('nobody-knows-this-key', 'sent').expect(401);
      const entries = (await audit()).sort((one, other) => Number(one.status) - Number(other.status));
      const same = { source: 'rest', action: 'messages.resolve', subject: id, requestId: 'req-1' };
      expect(entries).toEqual(
        [
          { client: 'ops', appId: OFFICIAL.appId, status: 200 },
          { client: 'ops', status: 400 },
          { client: 'reader', status: 403 },
        ].map((entry) => ({ id: expect.any(String), at: expect.any(String), ...same, ...entry })),
      );
      expect(JSON.stringify(entries)).not.toContain(openid);
    });

    it('is listed by page and filter, and by account for whom it is limited to', async () => {
      for (let n = 0; n < 5; n++) {
        host.clock.advance(1000);
        await call('post', 'templates/drift', KEYS.mobile, { appId: MOBILE.appId });
        await call('post', 'messages/00000000-0000-7000-8000-000000000000/cancel').expect(404);
      }
      expect(await audit()).toHaveLength(10);
      const first = await call('get', 'audit?limit=3&action=templates.compare&actor=mobile').expect(200);
      expect(first.body.entries).toHaveLength(3);
      const rest = await call('get', `audit?action=templates.compare&cursor=${first.body.next}`).expect(200);
      expect(rest.body.entries).toHaveLength(2);
      expect(rest.body.next).toBeUndefined();
      expect(await audit(`?from=${new Date(host.clock.now()).toISOString()}`)).toHaveLength(2);
      expect(await audit(`?to=${new Date(host.clock.now()).toISOString()}`)).toHaveLength(8);
      expect(await audit(`?appId=${MOBILE.appId}`, KEYS.mobile)).toHaveLength(5);
      expect((await call('get', 'audit', KEYS.mobile)).body.errors[0].field).toBe('appId');
      expect((await call('get', `audit?appId=${OFFICIAL.appId}`, KEYS.mobile)).status).toBe(403);
      expect((await call('get', 'audit?cursor=x')).status).toBe(400);
    });

    it('names the account of what was changed, whatever else the caller writes', async () => {
      host.app.get(Received).throws = 5;
      await push(host, sentXml());
      for (const pause of [0, 5, 30, 120, 600]) {
        host.clock.advance(pause * 1000);
        await host.tasks.run('push-events');
      }
      const [{ id }] = (await call('get', 'pushes?status=failed')).body.events;
      const replay = (key: string) =>
        call('post', `pushes/${id}/replay?appId=${MOBILE.appId}`, key, { appId: MOBILE.appId });
      await replay(KEYS.reader).expect(403);
      await replay(KEYS.mobile).expect(404);
      await replay(KEYS.ops).expect(200);
      await replay(KEYS.ops).expect(409);
      const entries = await audit();
      expect(entries.map(({ appId, status }) => `${status} ${appId}`).sort()).toEqual([
        `200 ${OFFICIAL.appId}`,
        '403 undefined',
        `404 ${OFFICIAL.appId}`,
        `409 ${OFFICIAL.appId}`,
      ]);
    });

    it('names the account of what was deleted by its id alone', async () => {
      const recurring = await call('post', 'broadcasts/recurring', KEYS.ops, {
        ...{ name: 'n', appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1 },
        ...{ title: 't', content: { value: 'v' }, cron: '0 9 * * *', timeZone: 'Asia/Shanghai' },
      }).expect(201);
      await call('delete', `broadcasts/recurring/${recurring.body.id}`).expect(204);
      const entries = await audit(`?appId=${OFFICIAL.appId}&action=recurring-broadcasts.delete`);
      expect(entries).toMatchObject([{ status: 204, subject: recurring.body.id }]);
    });

    it('keeps what a caller writes from breaking its rows, and ends with its retention', async () => {
      const id = `x\u0000y${'长'.repeat(300)}`;
      await call('delete', `templates/${OFFICIAL.appId}/${encodeURIComponent(id)}`).set(
        'X-Request-Id',
        'r'.repeat(400),
      );
      const [entry] = await audit();
      expect([...String(entry.requestId)]).toHaveLength(64);
      expect(String(entry.subject)).not.toContain('\u0000');
      host.clock.advance(365 * 24 * HOUR);
      await host.tasks.run('audit-retention');
      expect(await countRows(host.dataSource, 'weixin_audit')).toBe(1);
      host.clock.advance(1);
      await host.tasks.run('audit-retention');
      expect(await countRows(host.dataSource, 'weixin_audit')).toBe(0);
    });
  });

  describe('pushes', () => {
    it('are listed, and a failed one is replayed once, by whom may', async () => {
      const received = host.app.get(Received);
      received.throws = 5;
      await push(host, sentXml());
      for (const pause of [0, 5, 30, 120, 600]) {
        host.clock.advance(pause * 1000);
        await host.tasks.run('push-events');
      }
      const { events } = (await call('get', 'pushes?status=failed').expect(200)).body;
      expect(events).toMatchObject([
        { appId: OFFICIAL.appId, event: 'subscribe_msg_sent_event', status: 'failed', attempts: 5 },
      ]);
      const [{ id }] = events;
      expect((await call('get', 'overview')).body.problems).toMatchObject([
        { code: 'pushes-failed', count: 1 },
      ]);
      expect((await call('get', `pushes?appId=${OFFICIAL.appId}&event=other`)).body.events).toEqual([]);
      expect((await call('get', 'pushes', KEYS.mobile)).body.errors[0].field).toBe('appId');
      await call('post', `pushes/${id}/replay`, KEYS.reader).expect(403);
      expect((await call('post', `pushes/${id}/replay`, KEYS.mobile)).body.code).toBe(
        'WEIXIN_PUSH_EVENT_NOT_FOUND',
      );
      const replayed = await call('post', `pushes/${id}/replay`).expect(200);
      expect(replayed.body).toMatchObject({ id, status: 'pending', attempts: 0 });
      await host.tasks.run('push-events');
      expect((await call('get', 'pushes?status=done')).body.events).toMatchObject([{ id, attempts: 1 }]);
      const again = await call('post', `pushes/${id}/replay`);
      expect([again.status, again.body.code]).toEqual([409, 'WEIXIN_PUSH_EVENT_NOT_FAILED']);
      const entries = await audit('?action=pushes.replay');
      expect(entries.map(({ client, status }) => `${client} ${status}`).sort()).toEqual([
        'mobile 404',
        'ops 200',
        'ops 409',
        'reader 403',
      ]);
    });

    it('come page by page', async () => {
      for (let n = 0; n < 3; n++) await push(host, sentXml({ msgId: String(n) }));
      const first = (await call('get', 'pushes?limit=2').expect(200)).body;
      const second = (await call('get', `pushes?limit=2&cursor=${first.next}`).expect(200)).body;
      const ids = [...first.events, ...second.events].map(({ id }: Body) => id);
      expect(new Set(ids).size).toBe(3);
      expect(second.next).toBeUndefined();
    });
  });

  it('DELETE people erases one person, and the log has a hash of who it was', async () => {
    const openid = await give(host, 1);
    const person = { appId: OFFICIAL.appId, openid };
    await call('delete', 'people', KEYS.reader, person).expect(403);
    await call('delete', 'people', KEYS.mobile, person).expect(403);
    expect((await call('delete', 'people', KEYS.ops, { appId: OFFICIAL.appId })).body.errors[0].field).toBe(
      'openid',
    );
    expect(await countRows(host.dataSource, 'weixin_live_grant')).toBe(1);
    const report = await call('delete', 'people', KEYS.ops, person).expect(200);
    expect(report.body).toMatchObject({ grants: 1, inFlight: 0 });
    expect(await countRows(host.dataSource, 'weixin_live_grant')).toBe(0);
    const entries = await audit('?action=people.erase');
    expect(entries.map(({ status }) => status).sort()).toEqual([200, 400, 403, 403]);
    for (const { status, subject } of entries)
      if (status !== 400) expect(subject).toMatch(/^sha256:[\w-]{43}$/);
    expect(JSON.stringify(entries)).not.toContain(openid);
  });
});

/** What changes something and is not in the audit log, with the ledger that has it. */
const ELSEWHERE = [
  'BroadcastController.preview', // changes nothing
  'CardController.start', // weixin_card
  'CardController.update', // weixin_card_update
  'FormIdController.record', // weixin_grant
  'MessageController.send', // weixin_message
  'TemplateController.review', // changes nothing
  'TokenController.refresh', // weixin_token_audit
];

it('every route for services that changes something is in the audit log, or in a ledger of its own', async () => {
  const host = await createTestApp({
    imports: [DiscoveryModule],
    options: { token: { encryption: { keys: [{ id: 'k', key: Buffer.alloc(32).toString('base64') }] } } },
    extras: { accountSource: 'database', controllers: { component: false } },
  });
  const unrecorded: string[] = [];
  const actions: string[] = [];
  for (const { metatype } of host.app.get(DiscoveryService).getControllers()) {
    const { prototype, name } = metatype as { prototype: Record<string, object>; name: string };
    if (weixinRouteOfClass(metatype as object) !== 'service') continue;
    for (const method of new MetadataScanner().getAllMethodNames(prototype)) {
      if (!Reflect.getMetadata('method', prototype[method])) continue;
      const action = Reflect.getMetadata(Audited.KEY, prototype[method]);
      if (action === undefined) unrecorded.push(`${name}.${method}`);
      else actions.push(action);
    }
  }
  await host.close();
  expect(unrecorded.sort()).toEqual(ELSEWHERE);
  // The column takes 32.
  for (const action of actions) expect(action).toMatch(/^(?=.{3,32}$)[a-z-]+\.[a-z-]+$/);
  expect(new Set(actions).size).toBe(actions.length);
});
