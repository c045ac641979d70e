import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  Module,
} from '@nestjs/common';
import { APP_GUARD, RouterModule } from '@nestjs/core';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { MOBILE, OFFICIAL, SECRETS, SERVICE_KEY } from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { ADAPTERS, createTestApp, type TestApp, type TestAppOptions } from '../support/create-test-app.js';
import { MOBILE_KEY, message, OFFICIAL_KEY, subscribe, tap } from '../support/flows.js';
import { signedIn, subjectFromHeaders } from '../support/people.js';
import { expectRefusal } from '../support/refusals.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const bearer = (key = SERVICE_KEY) => ({ Authorization: `Bearer ${key}` });

/** Callers from many addresses, as a host behind a proxy sees them. */
@Module({
  providers: [
    {
      provide: APP_GUARD,
      useValue: {
        canActivate(context: ExecutionContext): boolean {
          const incoming = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
          Object.defineProperty(incoming, 'ip', { value: incoming.headers['x-address'] });
          return true;
        },
      },
    },
  ],
})
class AddressFromHeader {}

describe.each(ADAPTERS)('the endpoints on %s', (adapter) => {
  let host: TestApp;
  const start = async (given: TestAppOptions = {}) => {
    await host?.close();
    host = await createTestApp({ adapter, ...given });
  };
  afterAll(() => host?.close());

  const get = (path: string, query: object = {}, headers: object = bearer()) =>
    request(host.url)
      .get(path)
      .query(query)
      .set(headers as Record<string, string>);
  const post = (path: string, body: object, headers: object = bearer()) =>
    request(host.url)
      .post(path)
      .set(headers as Record<string, string>)
      .send(body);

  describe('token', () => {
    beforeAll(() => start());
    const mints = () => host.simulator.counters().mints[`${OFFICIAL.appId}:token`] ?? 0;

    it('gives the token with what remains of its life, from memory after the first time', async () => {
      const first = await get(`/weixin/token/${OFFICIAL.appId}`);
      expect(first.status).toBe(200);
      expect(first.headers['cache-control']).toBe('no-store');
      expect(first.body).toEqual({
        accessToken: host.simulator.calls().at(-1)?.answer && expect.any(String),
        expiresIn: 7200,
        expiresAt: new Date(host.clock.now() + 7_200_000).toISOString(),
      });
      host.clock.advance(1500);
      expect((await get(`/weixin/token/${OFFICIAL.appId}`)).body).toEqual({ ...first.body, expiresIn: 7198 });
      expect(mints()).toBe(1);
    });

    it('gives each account its own', async () => {
      const [official, mobile] = await Promise.all(
        [OFFICIAL, MOBILE].map(({ appId }) => get(`/weixin/token/${appId}`)),
      );
      expect(official.body.accessToken).not.toBe(mobile.body.accessToken);
    });

    it('takes the report of a dead token, and a hundred reports of it cost one mint', async () => {
      const { accessToken } = (await get(`/weixin/token/${OFFICIAL.appId}`)).body;
      const before = mints();
      const report = () => post(`/weixin/token/${OFFICIAL.appId}/refresh`, { accessToken });
      const replies = await Promise.all(Array.from({ length: 100 }, report));
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
      const given = new Set(replies.map(({ body }) => body.accessToken));
      expect([given.size, given.has(accessToken)]).toEqual([1, false]);
      expect((await report()).body.accessToken).toBe([...given][0]);
      expect(mints() - before).toBe(1);
    });

    it('mints nothing for a report of a token that is not the current one', async () => {
      const { accessToken } = (await get(`/weixin/token/${OFFICIAL.appId}`)).body;
      const before = mints();
      const reply = await post(`/weixin/token/${OFFICIAL.appId}/refresh`, { accessToken: 'long-gone' });
      expect([reply.status, reply.body.accessToken]).toEqual([200, accessToken]);
      expect(mints()).toBe(before);
    });
  });

  describe('messages and grants', () => {
    beforeAll(() => start());

    it('sends, and tells of it by id', async () => {
      const { openid } = await subscribe(host, 1);
      const body = { ...message(openid, 1), miniprogram: undefined, idempotencyKey: 'order-1' };
      const sent = await post('/weixin/messages', body);
      expect(sent.status).toBe(201);
      const now = new Date(host.clock.now()).toISOString();
      expect(sent.body).toEqual({
        ...message(openid, 1),
        id: expect.stringMatching(UUID_V7),
        channel: 'one-time',
        status: 'sent',
        errcode: 0,
        idempotencyKey: 'order-1',
        requestedBy: 'courses',
        acceptedAt: now,
        settledAt: now,
      });
      const read = await get(`/weixin/messages/${sent.body.id}`);
      expect([read.status, read.body]).toEqual([200, sent.body]);
      for (const secret of SECRETS) expect(sent.text + read.text).not.toContain(secret);
    });

    it('gives the same message for the same key and content, and refuses the key for anything else', async () => {
      const { openid } = await subscribe(host, 2);
      await subscribe(host, 3);
      const body = { ...message(openid, 2), idempotencyKey: 'order-2' };
      const first = await post('/weixin/messages', body);
      const again = await post('/weixin/messages', body);
      expect([again.status, again.body]).toEqual([201, first.body]);
      const reused = { status: 409, code: 'WEIXIN_IDEMPOTENCY_KEY_REUSED' };
      for (const changes of [
        { scene: 3 },
        { title: 'x' },
        { content: { value: 'x' } },
        { url: 'https://example.com' },
      ]) {
        const refused = await expectRefusal(
          host,
          async () => post('/weixin/messages', { ...body, ...changes }),
          reused,
        );
        expect(refused.body).toMatchObject({ messageId: first.body.id });
      }
      expect(host.simulator.inbox(openid).filter(({ scene }) => Number(scene) === 2)).toHaveLength(1);
      expect(await host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene: 3 })).toBe(1);
    });

    it('tells WeChat’s refusal of a message, now and when asked again', async () => {
      const { openid } = await subscribe(host, 4);
      host.simulator.fault({ kind: 'errcode', errcode: 43101, path: '/cgi-bin/message/template/subscribe' });
      const body = { ...message(openid, 4), idempotencyKey: 'order-4' };
      const refused = await post('/weixin/messages', body);
      expect(refused.status).toBe(422);
      expect(refused.type).toBe('application/problem+json');
      expect(refused.body).toMatchObject({
        code: 'WEIXIN_MESSAGE_REFUSED',
        errcode: 43101,
        outcome: 'refused',
      });
      expect((await get(`/weixin/messages/${refused.body.messageId}`)).body).toMatchObject({
        status: 'refused',
        errcode: 43101,
      });
      expect((await post('/weixin/messages', body)).body).toMatchObject({
        code: 'WEIXIN_MESSAGE_REFUSED',
        messageId: refused.body.messageId,
      });
    });

    it('tells what may still be sent, and what became of the rest', async () => {
      const { openid } = await subscribe(host, 5);
      const granted = new Date(host.clock.now()).toISOString();
      const query = { ...OFFICIAL_KEY, openid, scene: 5 };
      const before = await get('/weixin/grants', query);
      expect([before.status, before.body]).toEqual([
        200,
        {
          available: 1,
          grants: [
            {
              ...{ id: expect.stringMatching(UUID_V7), scene: 5, status: 'available' },
              ...{ proof: 'unproven', grantedAt: granted },
            },
          ],
        },
      ]);
      const { id } = (await post('/weixin/messages', message(openid, 5))).body;
      expect((await get('/weixin/grants', query)).body).toEqual({
        available: 0,
        grants: [{ ...before.body.grants[0], status: 'spent', closedAt: granted, messageId: id }],
      });
      expect((await get('/weixin/grants', { ...query, scene: 6 })).body).toEqual({
        available: 0,
        grants: [],
      });
    });

    it('tells of every scene where none is named, and says of each grant which one', async () => {
      const openids: string[] = [];
      for (const scene of [5, 0, 77]) {
        host.clock.advance(1000);
        openids.push((await subscribe(host, scene, 'xiaogang')).openid);
      }
      const query = { ...OFFICIAL_KEY, openid: openids[0] };
      await host.grants.record({
        ...query,
        templateId: OFFICIAL_KEY.templateId,
        scene: 5,
        openid: 'other',
        source: 's',
      });
      const all = await get('/weixin/grants', query);
      expect(all.status).toBe(200);
      expect(all.body.available).toBe(3);
      expect(all.body.grants).toMatchObject([
        { scene: 77, status: 'available' },
        { scene: 0, status: 'available' },
        { scene: 5, status: 'available' },
      ]);
      await post('/weixin/messages', message(openids[0], 0));
      const after = (await get('/weixin/grants', query)).body;
      expect(after.available).toBe(2);
      expect(after.grants).toMatchObject([{ scene: 77 }, { scene: 0, status: 'spent' }, { scene: 5 }]);
      expect((await get('/weixin/grants', { ...query, scene: 0 })).body).toMatchObject({
        available: 0,
        grants: [{ scene: 0, status: 'spent' }],
      });
    });
  });

  describe('service keys', () => {
    const [OLD, NEW] = ['the-old-key-of-courses', 'the-new-key-of-courses'];
    beforeAll(() => start({ options: { serviceKeys: { courses: [OLD, NEW], billing: SERVICE_KEY } } }));

    it.each([
      [OLD, 'courses'],
      [NEW, 'courses'],
      [SERVICE_KEY, 'billing'],
    ])('%s opens the endpoints in the name of %s', async (key, name) => {
      const { openid } = await subscribe(host, 1);
      const sent = await post('/weixin/messages', message(openid, 1), bearer(key));
      expect([sent.status, sent.body.requestedBy]).toEqual([201, name]);
    });

    it.each(['bearer', 'BEARER'])(
      'are taken after %s as well, since schemes have no case',
      async (scheme) => {
        expect(
          (await get(`/weixin/token/${OFFICIAL.appId}`, {}, { Authorization: `${scheme} ${NEW}` })).status,
        ).toBe(200);
      },
    );

    it('close the endpoints when there are none', async () => {
      await start({ options: { serviceKeys: {} } });
      const { body, headers } = await expectRefusal(
        host,
        async () => get(`/weixin/token/${OFFICIAL.appId}`),
        {
          status: 401,
          code: 'WEIXIN_SERVICE_KEY',
        },
      );
      expect(headers['www-authenticate']).toBe('Bearer');
      expect(body.remedy).toContain('serviceKeys');
    });
  });

  describe('rate limits', () => {
    const limited = { status: 429, code: 'WEIXIN_RATE_LIMITED' };
    const cancel = { reserved: 'Abc', action: 'cancel', templateId: 'T', scene: 1 };

    it('count the calls of one address at all public endpoints together, and say when to come back', async () => {
      await start({ options: { rateLimit: { perMinute: 3 } } });
      const browser = new Browser(host.url);
      expect(
        (await browser.get('/weixin/authorize', { ...OFFICIAL_KEY, scene: 1, returnTo: '/' })).status,
      ).toBe(302);
      expect((await browser.get('/weixin/callback', {})).status).toBe(400);
      expect((await browser.post('/weixin/app/results', cancel)).status).toBe(403);
      for (const call of [
        () => browser.get('/weixin/authorize', { ...OFFICIAL_KEY, scene: 1, returnTo: '/' }),
        () => browser.get('/weixin/callback', { reserved: 'Abc' }),
        () => browser.post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 }),
        () => new Browser(host.url).post('/weixin/app/results', cancel),
        () => browser.post('/weixin/subscribe/intents', {}),
        () => browser.post('/weixin/subscribe/results', {}),
      ]) {
        const { headers, body } = await expectRefusal(host, call, limited);
        expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
        expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
        expect(body.retryAfterSeconds).toBe(Number(headers['retry-after']));
      }
    });

    it('do not hold for the endpoints of services', async () => {
      for (let call = 0; call < 5; call++)
        expect((await get(`/weixin/token/${OFFICIAL.appId}`)).status).toBe(200);
    });

    it('count the calls of one subject wherever they come from, and not those of another', async () => {
      await start({
        imports: [AddressFromHeader],
        options: { rateLimit: { perMinute: 6 }, authorization: { subject: subjectFromHeaders } },
      });
      const call = (user: string, address: string) =>
        request(host.url)
          .post('/weixin/app/intents')
          .set({ 'x-user': user, 'x-address': address })
          .send({ ...MOBILE_KEY, scene: 1 });
      for (let number = 1; number <= 6; number++)
        expect((await call('user-1', `192.0.2.${number}`)).status).toBe(201);
      await expectRefusal(host, async () => call('user-1', '192.0.2.7'), limited);
      expect((await call('user-2', '192.0.2.7')).status).toBe(201);
    });

    it('are off with 0', async () => {
      await start({ options: { rateLimit: { perMinute: 0 } } });
      const calls = await Promise.all(Array.from({ length: 70 }, () => get('/weixin/callback', {}, {})));
      expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([400]));
    });

    it('keep their counts where the host says, without addresses and users in clear', async () => {
      const limits = new Map<string, [ttl: number, limit: number]>();
      const storage = {
        async increment(key: string, ttl: number, limit: number) {
          limits.set(key, [ttl, limit]);
          return { totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 };
        },
      };
      await start({
        options: { rateLimit: { perMinute: 5, storage }, authorization: { subject: subjectFromHeaders } },
      });
      const asked = await signedIn(host, 'user-1').post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 });
      expect(asked.status).toBe(201);
      // Per address and per subject, and per address what is asked without knowing an openid.
      const perHour = [3_600_000, 600];
      expect([...limits.values()]).toEqual([[60_000, 5], [60_000, 5], perHour]);
      expect([...limits.keys()].join()).not.toMatch(/127\.0\.0\.1|user-1/);
    });
  });

  describe('mounting', () => {
    const endpoints: Record<
      'authorization' | 'token' | 'messages' | 'broadcasts',
      [method: 'get' | 'post' | 'delete', path: string][]
    > = {
      authorization: [
        ['get', '/weixin/authorize'],
        ['get', '/weixin/callback'],
        ['post', '/weixin/app/intents'],
        ['post', '/weixin/app/results'],
        ['post', '/weixin/subscribe/intents'],
        ['post', '/weixin/subscribe/results'],
      ],
      token: [
        ['get', `/weixin/token/${OFFICIAL.appId}`],
        ['post', `/weixin/token/${OFFICIAL.appId}/refresh`],
      ],
      messages: [
        ['post', '/weixin/messages'],
        ['get', '/weixin/messages'],
        ['get', '/weixin/messages/1'],
        ['get', '/weixin/grants'],
        ['get', '/weixin/history'],
        ['get', '/weixin/counts'],
        ['get', '/weixin/drift'],
      ],
      broadcasts: [
        ['post', '/weixin/broadcasts'],
        ['post', '/weixin/broadcasts/preview'],
        ['get', '/weixin/broadcasts'],
        ['get', '/weixin/broadcasts/1'],
        ['get', '/weixin/broadcasts/1/events'],
        ['get', '/weixin/broadcasts/1/history'],
        ['get', '/weixin/broadcasts/1/export'],
        ['post', '/weixin/broadcasts/1/recipients'],
        ['post', '/weixin/broadcasts/1/start'],
        ['post', '/weixin/broadcasts/1/pause'],
        ['post', '/weixin/broadcasts/1/resume'],
        ['post', '/weixin/broadcasts/1/cancel'],
        ['post', '/weixin/broadcasts/recurring'],
        ['get', '/weixin/broadcasts/recurring'],
        ['get', '/weixin/broadcasts/recurring/1'],
        ['get', '/weixin/broadcasts/recurring/1/runs'],
        ['post', '/weixin/broadcasts/recurring/1/pause'],
        ['post', '/weixin/broadcasts/recurring/1/resume'],
        ['delete', '/weixin/broadcasts/recurring/1'],
      ],
    };

    it.each(Object.keys(endpoints) as (keyof typeof endpoints)[])(
      'leaves out %s, and nothing else',
      async (off) => {
        await start({ extras: { controllers: { [off]: false } } });
        for (const [name, paths] of Object.entries(endpoints)) {
          for (const [method, path] of paths) {
            const { status, body } = await request(host.url)
              [method](path)
              .send(method === 'post' ? {} : undefined);
            expect({ path, open: status !== 404, code: body.code }).toMatchObject({
              path,
              open: name !== off,
              code: name === off ? 'HTTP_404' : expect.stringMatching(/^WEIXIN_/),
            });
          }
        }
      },
    );

    it('leaves out all of them', async () => {
      await start({
        extras: { controllers: { authorization: false, token: false, messages: false, broadcasts: false } },
      });
      for (const [method, path] of Object.values(endpoints).flat()) {
        expect((await request(host.url)[method](path)).status).toBe(404);
      }
      expect((await host.tokens.getToken(OFFICIAL.appId)).accessToken).toEqual(expect.any(String));
    });

    it('moves with RouterModule, and so does the way back', async () => {
      await start({
        imports: [RouterModule.register([{ path: 'remind', module: WeixinSubscribeModule }])],
      });
      const browser = new Browser(host.url);
      const asked = await browser.get('/remind/weixin/authorize', {
        ...OFFICIAL_KEY,
        scene: 1,
        returnTo: '/',
      });
      const callback = tap(host, String(asked.headers.location));
      expect(callback).toMatch(/^\/remind\/weixin\/callback\?openid=/);
      expect((await browser.get(callback)).headers.location).toBe(
        'http://127.0.0.1:3000/?subscribe=confirmed',
      );
      expect((await get(`/remind/weixin/token/${OFFICIAL.appId}`)).status).toBe(200);
      expect((await get(`/weixin/token/${OFFICIAL.appId}`)).status).toBe(404);
    });

    it('binds the browser with a Secure cookie where the host has HTTPS', async () => {
      await start({ options: { publicBaseUrl: 'https://remind.example.com' } });
      const { headers } = await get('/weixin/authorize', { ...OFFICIAL_KEY, scene: 1, returnTo: '/' }, {});
      const [cookie] = headers['set-cookie'] as unknown as string[];
      expect(cookie.split('; ').slice(1).sort()).toEqual([
        'HttpOnly',
        'Max-Age=600',
        'Path=/weixin',
        'SameSite=Lax',
        'Secure',
      ]);
      expect([headers['cache-control'], headers.location]).toEqual([
        'no-store',
        expect.stringContaining(
          'redirect_url=https%3A%2F%2Fremind.example.com%2Fweixin%2Fcallback&reserved=',
        ),
      ]);
    });
  });

  describe('guards of the host', () => {
    const order: string[] = [];

    @Injectable()
    class MembersOnly implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        order.push('guard');
        const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
        if (headers['x-user'] === 'banned') throw new ForbiddenException('members only');
        return true;
      }
    }

    const guarded: TestAppOptions = {
      extras: { controllers: { authorization: { guards: [MembersOnly] } } },
      options: {
        authorization: {
          subject: (incoming) => {
            order.push('subject');
            return subjectFromHeaders(incoming);
          },
        },
      },
    };
    beforeAll(() => start(guarded));
    beforeEach(() => {
      order.length = 0;
    });

    it('stand before the authorization endpoints, and before the subject is asked for', async () => {
      expect(
        (await signedIn(host, 'user-1').post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 })).status,
      ).toBe(201);
      expect(order).toEqual(['guard', 'subject']);
    });

    it('refuse before anything is written', async () => {
      const { body } = await expectRefusal(
        host,
        () => signedIn(host, 'banned').post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 }),
        { status: 403, code: 'HTTP_403' },
      );
      expect(body.detail).toBe('members only');
      await expectRefusal(host, async () => get('/weixin/authorize', {}, { 'x-user': 'banned' }), {
        status: 403,
        code: 'HTTP_403',
      });
      expect(order).toEqual(['guard', 'guard']);
    });

    it('do not stand before the endpoints of services, nor before another host in this process', async () => {
      expect(
        (await get(`/weixin/token/${OFFICIAL.appId}`, {}, { ...bearer(), 'x-user': 'banned' })).status,
      ).toBe(200);
      await start();
      expect(
        (await get('/weixin/authorize', { ...OFFICIAL_KEY, scene: 1, returnTo: '/' }, { 'x-user': 'banned' }))
          .status,
      ).toBe(302);
      expect(order).toEqual([]);
    });
  });
});
