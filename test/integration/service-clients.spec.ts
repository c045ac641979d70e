import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { SERVICE_SCOPES, type ServiceScope } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { ServiceKeyGuard } from '../../libs/weixin-subscribe/src/http/service-key.guard.js';
import { RequireScope } from '../../libs/weixin-subscribe/src/http/service-route.js';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { toScene } from '../support/broadcasts.js';
import { fieldsFor } from '../support/cards.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { MOBILE_KEY, message, OFFICIAL_KEY, subscribe } from '../support/flows.js';
import { expectRefusal } from '../support/refusals.js';
import { official, SEALING } from '../support/sourced-hosts.js';

const DOES: Partial<Record<ServiceScope, number>> = {
  'messages:send': 409,
  // Its message was sent.
  'messages:resolve': 409,
  'broadcasts:send': 201,
  // An official account has no form ids.
  'grants:write': 400,
  'templates:write': 201,
  // It stands in the options.
  // An official account has no cards.
  'cards:send': 400,
  'cards:read': 404,
  'accounts:read': 404,
  'accounts:write': 409,
};
const card = (openid: string) => ({
  ...{ appId: OFFICIAL.appId, openid, notifyType: 1005, notifyCode: 'code', state: 2 },
  fields: fieldsFor(1005, 2),
});
const NEW_TEMPLATE = { appId: OFFICIAL.appId, tid: 99, kidList: [1, 2] };
const FORBIDDEN = { status: 403, code: 'WEIXIN_SERVICE_FORBIDDEN' };
const keyOf = (client: string) => `the-service-key-of-${client.replace(':', '-')}`;
const only = (scope: ServiceScope) => ({ keys: keyOf(scope), scopes: [scope] });
const KEYS = [...SERVICE_SCOPES.map(keyOf), keyOf('stranger'), keyOf('official')];

describe.each(ADAPTERS)('clients at the endpoints of services on %s', (adapter) => {
  let host: TestApp;
  let openid: string;
  let messageId: string;
  beforeAll(async () => {
    host = await createTestApp({
      adapter,
      extras: { accountSource: 'database' },
      options: {
        token: { encryption: SEALING },
        serviceKeys: {
          everything: SERVICE_KEY,
          ...Object.fromEntries(SERVICE_SCOPES.map((scope) => [scope, only(scope)])),
          official: { keys: keyOf('official'), accounts: [OFFICIAL.appId] },
          stranger: { keys: keyOf('stranger'), accounts: [MOBILE.appId] },
        },
      },
    });
    ({ openid } = await subscribe(host));
    messageId = (await host.subscribe.send(message(openid))).id;
    await host.tokens.getToken(OFFICIAL.appId);
  });
  afterAll(() => host?.close());

  const call = (method: 'get' | 'post', path: string, client: string, body?: object) =>
    request(host.url)
      [method](path)
      .set('Authorization', `Bearer ${client === 'everything' ? SERVICE_KEY : keyOf(client)}`)
      .send(body);
  const grantsOf = (key: object) =>
    `/weixin/grants?${new URLSearchParams({ openid, scene: '1', ...key } as Record<string, string>)}`;

  const ROUTES: [scope: ServiceScope, call: (client: string) => request.Test][] = [
    ['token:read', (client) => call('get', `/weixin/token/${OFFICIAL.appId}/jsapi-ticket`, client)],
    ['accounts:read', (client) => call('get', `/weixin/accounts/${OFFICIAL.appId}/doctor`, client)],
    ['token:read', (client) => call('get', `/weixin/token/${OFFICIAL.appId}`, client)],
    [
      'token:report',
      (client) => call('post', `/weixin/token/${OFFICIAL.appId}/refresh`, client, { accessToken: 'old' }),
    ],
    ['token:report', (client) => call('post', `/weixin/token/${OFFICIAL.appId}/retry`, client)],
    ['messages:send', (client) => call('post', '/weixin/messages', client, message(openid))],
    ['messages:read', (client) => call('get', `/weixin/messages/${messageId}`, client)],
    [
      'messages:read',
      (client) => call('get', `/weixin/messages?appId=${OFFICIAL.appId}&status=unknown`, client),
    ],
    [
      'messages:resolve',
      (client) => call('post', `/weixin/messages/${messageId}/resolve`, client, { outcome: 'sent' }),
    ],
    ['grants:read', (client) => call('get', grantsOf(OFFICIAL_KEY), client)],
    [
      'grants:write',
      (client) => call('post', '/weixin/form-ids', client, { appId: OFFICIAL.appId, openid, formId: 'f1' }),
    ],
    [
      'history:read',
      (client) => call('get', `/weixin/history?appId=${OFFICIAL.appId}&openid=${openid}`, client),
    ],
    ['broadcasts:send', (client) => call('post', '/weixin/broadcasts', client, toScene(9))],
    ['templates:read', (client) => call('get', `/weixin/templates?appId=${OFFICIAL.appId}`, client)],
    ['templates:write', (client) => call('post', '/weixin/templates', client, NEW_TEMPLATE)],
    ['accounts:read', (client) => call('get', `/weixin/accounts/${OFFICIAL.appId}`, client)],
    ['accounts:write', (client) => call('post', '/weixin/accounts', client, official())],
    ['cards:send', (client) => call('post', '/weixin/cards', client, card(openid))],
    ['cards:read', (client) => call('get', `/weixin/cards/${messageId}`, client)],
    ['broadcasts:read', (client) => call('get', `/weixin/broadcasts?appId=${OFFICIAL.appId}`, client)],
  ];

  it.each(ROUTES)('need %s, and say so to whoever lacks it', async (scope, route) => {
    for (const other of SERVICE_SCOPES.filter((one) => one !== scope)) {
      const { body } = await expectRefusal(host, async () => route(other), FORBIDDEN, KEYS);
      expect(body.detail).toBe(`client "${other}" lacks the scope "${scope}"`);
      expect(body.remedy).toContain(`Add "${scope}" to "scopes"`);
    }
    const { status } = await route(scope);
    // No permission is left to send with: the endpoint let it in.
    expect([DOES[scope] ?? 200, 200]).toContain(status);
  });

  it.each(ROUTES.filter(([scope]) => !['messages:read', 'messages:resolve', 'cards:read'].includes(scope)))(
    'open %s for the accounts of a client only',
    async (_scope, route) => {
      const { body } = await expectRefusal(host, async () => route('stranger'), FORBIDDEN, KEYS);
      expect(body.detail).toBe(`client "stranger" may not use account "${OFFICIAL.appId}"`);
      expect(body.remedy).toContain(`Add "${OFFICIAL.appId}" to "accounts"`);
      expect((await route('official')).status).toBe((await route('everything')).status);
    },
  );

  const of = new URLSearchParams({ appId: OFFICIAL.appId }).toString();
  const change = (method: 'patch' | 'delete', path: string, client: string, body?: object) =>
    request(host.url)
      [method](path)
      .set('Authorization', `Bearer ${client === 'everything' ? SERVICE_KEY : keyOf(client)}`)
      .send(body);
  const AT_ACCOUNT = `/weixin/accounts/${OFFICIAL.appId}`;
  /** Those that {@link ROUTES} has no example of. */
  const OTHERS: [route: string, call: (client: string) => request.Test][] = [
    ['GET accounts/:appId/changes', (client) => call('get', `${AT_ACCOUNT}/changes`, client)],
    ['PATCH accounts/:appId', (client) => change('patch', AT_ACCOUNT, client, { enabled: true })],
    ['DELETE accounts/:appId', (client) => change('delete', AT_ACCOUNT, client)],
    ['GET drift', (client) => call('get', `/weixin/drift?${of}&since=2026-11-19T00:00:00Z`, client)],
    ['GET counts', (client) => call('get', `/weixin/counts?${of}&from=2026-11-19&to=2026-11-20`, client)],
    ['GET pushes', (client) => call('get', `/weixin/pushes?${of}`, client)],
    ['GET templates/drift', (client) => call('get', `/weixin/templates/drift?${of}`, client)],
    [
      'POST templates/drift',
      (client) => call('post', '/weixin/templates/drift', client, { appId: OFFICIAL.appId }),
    ],
    ['GET templates/categories', (client) => call('get', `/weixin/templates/categories?${of}`, client)],
    ['GET templates/titles', (client) => call('get', `/weixin/templates/titles?${of}&ids=1`, client)],
    ['GET templates/keywords', (client) => call('get', `/weixin/templates/keywords?${of}&tid=1`, client)],
    [
      'DELETE templates/:appId/:templateId',
      (client) => change('delete', `/weixin/templates/${OFFICIAL.appId}/T-of-nobody`, client),
    ],
    ['POST broadcasts/preview', (client) => call('post', '/weixin/broadcasts/preview', client, toScene(9))],
    [
      'DELETE people',
      (client) => change('delete', '/weixin/people', client, { appId: OFFICIAL.appId, openid: 'oNobody' }),
    ],
  ];

  it.each(OTHERS)('open %s for the accounts of a client only', async (_route, route) => {
    const { body } = await expectRefusal(host, async () => route('stranger'), FORBIDDEN, KEYS);
    expect(body.detail).toBe(`client "stranger" may not use account "${OFFICIAL.appId}"`);
    const { status, body: other } = await route('official');
    expect([status, other.code]).not.toEqual([403, FORBIDDEN.code]);
    // The input was right, so that the account was what it was refused for.
    expect(other.code).not.toBe('WEIXIN_INVALID_INPUT');
  });

  it('do not tell a client with accounts which others there are', async () => {
    for (const appId of [OFFICIAL.appId, 'wx-of-nobody']) {
      const refused = () => call('get', `/weixin/token/${appId}`, 'stranger');
      const { body } = await expectRefusal(host, async () => refused(), FORBIDDEN);
      expect(body.detail).toBe(`client "stranger" may not use account "${appId}"`);
    }
    expect((await call('get', '/weixin/token/wx-of-nobody', 'everything')).status).toBe(404);
  });

  it('answer a message of a foreign account as one that does not exist', async () => {
    const unknownId = messageId.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const [foreign, unknown] = await Promise.all(
      [messageId, unknownId].map(async (id) => {
        const { status, headers, text } = await call('get', `/weixin/messages/${id}`, 'stranger');
        const { date: _date, etag: _etag, ...rest } = headers;
        return { status, headers: rest, text: text.replaceAll(id, 'ID') };
      }),
    );
    expect(foreign).toEqual(unknown);
    expect(foreign.status).toBe(404);
    expect((await call('get', `/weixin/messages/${messageId}`, 'official')).status).toBe(200);
  });

  it('say what is wrong with the input before which account it means', async () => {
    const wrong = { ...message(openid), appId: 'not an appId' };
    expect((await call('post', '/weixin/messages', 'stranger', wrong)).body.code).toBe(
      'WEIXIN_INVALID_INPUT',
    );
    expect((await call('get', grantsOf({ ...MOBILE_KEY, scene: 'x' }), 'grants:read')).status).toBe(400);
  });

  it('are told that a key is missing or wrong before anything else', async () => {
    for (const key of ['', 'Bearer ', `Bearer ${SERVICE_KEY}x`, `Basic ${SERVICE_KEY}`]) {
      const refused = () =>
        request(host.url).get(`/weixin/token/${OFFICIAL.appId}`).set({ Authorization: key });
      await expectRefusal(host, async () => refused(), { status: 401, code: 'WEIXIN_SERVICE_KEY' });
    }
  });
});

describe('the routes of this library behind the guard', () => {
  it('declare a scope, every one of them', async () => {
    const host = await createTestApp({
      imports: [DiscoveryModule],
      options: { token: { encryption: SEALING } },
      extras: { accountSource: 'database', controllers: { dropIn: true } },
    });
    const controllers = host.app.get(DiscoveryService).getControllers();
    const behind = controllers.filter(({ metatype }) =>
      Reflect.getMetadata('__guards__', metatype as object)?.includes(ServiceKeyGuard),
    );
    const undeclared = behind.flatMap(({ metatype, instance }) => {
      const prototype = Object.getPrototypeOf(instance);
      return new MetadataScanner()
        .getAllMethodNames(prototype)
        .filter((name) => Reflect.hasMetadata('path', prototype[name]))
        .filter((name) => Reflect.getMetadata(RequireScope.KEY, prototype[name]) === undefined)
        .map((name) => `${(metatype as { name: string }).name}.${name}`);
    });
    expect(behind.map(({ name }) => name).sort()).toEqual([
      'AccountController',
      'AuditController',
      'BroadcastController',
      'CardController',
      'DoctorController',
      'ExplainController',
      'FormIdController',
      'HistoryController',
      'MessageController',
      'OverviewController',
      'PersonController',
      'PushEventController',
      'RecurringBroadcastController',
      'TemplateController',
      'TokenController',
    ]);
    expect(undeclared).toEqual([]);
    await host.close();
  });
});
