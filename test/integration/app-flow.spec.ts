import { UnauthorizedException } from '@nestjs/common';
import request from 'supertest';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, MOBILE_KEY, message, OFFICIAL_KEY, tap } from '../support/flows.js';
import { type Phone, signedIn, stranger, subjectFromHeaders } from '../support/people.js';
import { expectRefusal } from '../support/refusals.js';

type Sdk = ReturnType<TestApp['simulator']['confirm']>['sdk'];
type Resp = Sdk['ios'] | Sdk['android'];

/** What a host's app posts: the fields of the SDK's Resp, by our names. */
function report(resp: Resp) {
  const { reserved, action, scene, openId: openid, errCode } = resp;
  const templateId = 'templateID' in resp ? resp.templateID : resp.templateId;
  return { reserved, action, templateId, scene, openid, errCode };
}

const SUBJECT = { authorization: { subject: subjectFromHeaders } };
const service = { Authorization: `Bearer ${SERVICE_KEY}` };

describe.each(ADAPTERS)('the flow of a mobile app on %s', (adapter) => {
  describe.each([
    [
      'bound to the user of the host',
      SUBJECT,
      (host: TestApp) => signedIn(host, 'user-1'),
      (host: TestApp) => signedIn(host, 'user-2'),
    ],
    ['bound to a cookie', {}, stranger, stranger],
    ['bound to a cookie for want of a user', SUBJECT, stranger, (host: TestApp) => signedIn(host, 'user-2')],
  ])('%s', (_how, options, somebody, somebodyElse) => {
    let host: TestApp;
    let phone: Phone;
    beforeAll(async () => {
      host = await createTestApp({ adapter, options });
    });
    afterAll(() => host?.close());
    beforeEach(() => {
      host.simulator.reset();
      phone = somebody(host);
    });

    let scene = 0;
    async function ask(): Promise<{ reserved: string; scene: number }> {
      const { status, body } = await phone.post('/weixin/app/intents', { ...MOBILE_KEY, scene: ++scene });
      expect(status).toBe(201);
      return body;
    }
    const answer = (body: unknown, from = phone) => from.post('/weixin/app/results', body);
    const confirm = (question: { reserved: string; scene: number }, person = 'xiaoming') =>
      host.simulator.confirm({ appId: MOBILE.appId, person, ...pick(question) }).sdk;
    const pick = ({ reserved, scene }: { reserved: string; scene: number }) => ({ reserved, scene });
    const openid = () => host.simulator.openid('xiaoming', MOBILE.appId);
    const key = () => ({ ...MOBILE_KEY, openid: openid(), scene });
    const grants = () => host.grants.list({ appId: MOBILE.appId, templateId: MOBILE.templates[0], scene });

    it('answers exactly the fields that the SDK takes, for ten minutes', async () => {
      const { body, headers } = await phone.post('/weixin/app/intents', { ...MOBILE_KEY, scene: ++scene });
      expect(body).toEqual({
        ...MOBILE_KEY,
        scene,
        reserved: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
        expiresAt: new Date(host.clock.now() + 600_000).toISOString(),
      });
      expect(headers['cache-control']).toBe('no-store');
      const cookies = [headers['set-cookie'] ?? []].flat();
      if (somebody !== stranger) return expect(cookies).toEqual([]);
      expect(cookies).toHaveLength(1);
      expect(cookies[0]).toMatch(
        /^weixin_subscribe_[\w-]{10}=[0-9A-Za-z]{32}; Path=\/weixin; Max-Age=600; HttpOnly; SameSite=Lax$/,
      );
      expect(cookies[0]).not.toContain(body.reserved);
    });

    it.each(['ios', 'android'] as const)('turns what the SDK gives on %s into one grant', async (system) => {
      const question = await ask();
      const { status, body } = await answer(report(confirm(question)[system]));
      expect({ status, body }).toEqual({ status: 200, body: { status: 'confirmed', ...MOBILE_KEY, scene } });
      expect(await host.grants.countAvailable(key())).toBe(1);
    });

    it('gives the same reply to the same answer, and adds nothing', async () => {
      const body = report(confirm(await ask()).ios);
      const first = await answer(body);
      const again = await Promise.all([1, 2, 3].map(() => answer(body)));
      for (const reply of again) expect([reply.status, reply.body]).toEqual([200, first.body]);
      host.clock.advance(601_000);
      expect((await answer(body)).body).toEqual(first.body);
      expect(await grants()).toHaveLength(1);
    });

    it('refuses the same answer changed', async () => {
      const body = report(confirm(await ask()).ios);
      await answer(body);
      const used = { status: 409, code: 'WEIXIN_STATE_REUSED' };
      const other = host.simulator.openid('xiaohong', MOBILE.appId);
      await expectRefusal(host, () => answer({ ...body, openid: other }), used);
      await expectRefusal(host, () => answer({ ...body, action: 'cancel', openid: null }), used);
      await expectRefusal(host, () => answer({ ...body, errCode: -2 }), used);
      const mismatch = { status: 400, code: 'WEIXIN_ANSWER_MISMATCH' };
      await expectRefusal(host, () => answer({ ...body, scene: scene + 1 }), mismatch);
      await expectRefusal(host, () => answer({ ...body, templateId: OFFICIAL.templates[0] }), mismatch);
    });

    it.each([-2, 0] as const)(
      'takes a cancel with SDK code %i, and grants nothing',
      async (cancelErrCode) => {
        host.simulator.updateAccount(MOBILE.appId, { cancelErrCode });
        const question = await ask();
        const { sdk } = host.simulator.cancel({ appId: MOBILE.appId, person: 'xiaoming', ...pick(question) });
        expect(sdk.ios).toMatchObject({ errCode: cancelErrCode, openId: null });
        expect((await answer(report(sdk.ios))).body).toMatchObject({ status: 'cancelled', scene });
        expect((await answer(report(sdk.android))).body).toMatchObject({ status: 'cancelled', scene });
        expect(await grants()).toEqual([]);
      },
    );

    it.each([-1, -2, -3, -4, -5])('takes a confirm with SDK code %i for a cancel', async (errCode) => {
      const body = report(confirm(await ask()).ios);
      expect((await answer({ ...body, errCode })).body).toMatchObject({ status: 'cancelled' });
      expect(await grants()).toEqual([]);
      await expectRefusal(host, () => answer(body), { status: 409, code: 'WEIXIN_STATE_REUSED' });
    });

    it('takes a confirm without SDK code, as a web page would report it', async () => {
      const { errCode: _, ...body } = report(confirm(await ask()).ios);
      expect((await answer(body)).body).toMatchObject({ status: 'confirmed' });
    });

    it('refuses the answer of somebody else', async () => {
      const body = report(confirm(await ask()).ios);
      const foreign = { status: 403, code: 'WEIXIN_STATE_FOREIGN' };
      await expectRefusal(host, () => answer(body, somebodyElse(host)), foreign, [body.reserved ?? '']);
      await expectRefusal(host, () => answer(body, stranger(host)), foreign, [body.reserved ?? '']);
      expect((await answer(body)).body).toMatchObject({ status: 'confirmed' });
    });

    it('refuses an answer that comes too late', async () => {
      const body = report(confirm(await ask()).ios);
      host.clock.advance(600_000);
      await expectRefusal(host, () => answer(body), { status: 410, code: 'WEIXIN_STATE_EXPIRED' });
    });

    it('keeps several open intents apart, and renews the grant of one scene', async () => {
      const first = await ask();
      const { body: second } = await phone.post('/weixin/app/intents', { ...MOBILE_KEY, scene });
      expect(second.reserved).not.toBe(first.reserved);
      expect((await answer(report(confirm(second).ios))).body).toMatchObject({ status: 'confirmed' });
      expect((await answer(report(confirm(first).android))).body).toMatchObject({ status: 'confirmed' });
      expect(await host.grants.countAvailable(key())).toBe(1);
      expect((await grants()).map(({ status }) => status).sort()).toEqual(['available', 'renewed']);
    });

    it("grants for the app's own account, and sends with the app's own token", async () => {
      await answer(report(confirm(await ask()).ios));
      const send = (body: object) => request(host.url).post('/weixin/messages').set(service).send(body);
      const body = { ...message(openid(), scene), ...MOBILE_KEY };
      await expectRefusal(host, async () => send({ ...body, ...OFFICIAL_KEY }), {
        status: 409,
        code: 'WEIXIN_NO_GRANT',
        // The token of that account is fetched before a grant is looked for.
        calls: 1,
      });
      expect(
        await host.grants.list({ appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene }),
      ).toEqual([]);

      expect((await send(body)).body).toMatchObject({ status: 'sent', appId: MOBILE.appId });

      const call = host.simulator.calls().at(-1);
      expect(call).toMatchObject({
        path: '/cgi-bin/message/template/subscribe',
        appId: MOBILE.appId,
        errcode: 0,
      });
      expect(call?.query.access_token).toBe((await host.tokens.getToken(MOBILE.appId)).accessToken);
      expect(call?.query.access_token).not.toBe((await host.tokens.getToken(OFFICIAL.appId)).accessToken);
      expect(host.simulator.inbox(openid())).toHaveLength(1);
      await expectRefusal(host, async () => send(body), { status: 409, code: 'WEIXIN_NO_GRANT' });
    });
  });

  describe('with users that the host knows', () => {
    const logger = new CaptureLogger();
    let asked = 0;
    let host: TestApp;
    beforeAll(async () => {
      const subject = (incoming: unknown) => {
        asked++;
        const { 'x-user': user } = (incoming as { headers: Record<string, string> }).headers;
        if (user === 'nobody') throw new UnauthorizedException('sign in first');
        if (user === 'null') return null as unknown as undefined;
        return user === 'too-long' ? 'x'.repeat(129) : subjectFromHeaders(incoming);
      };
      host = await createTestApp({ adapter, logger, options: { authorization: { subject } } });
    });
    afterAll(() => host?.close());

    const confirm = (question: { reserved: string; scene: number }, person: string) =>
      report(
        host.simulator.confirm({
          appId: MOBILE.appId,
          person,
          reserved: question.reserved,
          scene: question.scene,
        }).sdk.ios,
      );

    it('refuses a confirm by another openid than the one known, and takes the known one', async () => {
      const known = host.simulator.openid('xiaoming', MOBILE.appId);
      const phone = signedIn(host, 'user-1', known);
      const { body: question } = await phone.post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 });
      await expectRefusal(host, () => phone.post('/weixin/app/results', confirm(question, 'xiaohong')), {
        status: 400,
        code: 'WEIXIN_ANSWER_MISMATCH',
      });
      const reply = await phone.post('/weixin/app/results', confirm(question, 'xiaoming'));
      expect(reply.body).toMatchObject({ status: 'confirmed' });
      expect(
        await host.grants.list({ appId: MOBILE.appId, templateId: MOBILE.templates[0], scene: 1 }),
      ).toMatchObject([{ openid: known, subject: 'user-1' }]);
    });

    it('refuses in the web flow, too, a redirect with another openid than the one known', async () => {
      const known = host.simulator.openid('xiaoming', OFFICIAL.appId);
      const browser = new Browser(host.url);
      const asked = await request(host.url)
        .get('/weixin/authorize')
        .query({ ...OFFICIAL_KEY, scene: 2, returnTo: '/' })
        .set({ 'x-user': 'user-1', 'x-openid': known });
      const cookie = String(asked.headers['set-cookie']).split(';', 1)[0];
      const confirmUrl = asked.headers.location;
      const back = (person: string) =>
        request(host.url)
          .get(tap(host, confirmUrl, 'confirm', person))
          .set('Cookie', cookie);
      await expectRefusal(host, async () => back('xiaohong'), {
        status: 400,
        code: 'WEIXIN_ANSWER_MISMATCH',
      });
      await expectRefusal(host, () => browser.get(tap(host, confirmUrl)), {
        status: 403,
        code: 'WEIXIN_STATE_FOREIGN',
      });
      expect((await back('xiaoming')).headers.location).toContain('subscribe=confirmed');
      expect(
        await host.grants.list({ appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 2 }),
      ).toMatchObject([{ openid: known, subject: 'user-1' }]);
    });

    it('asks the host once for each request', async () => {
      asked = 0;
      await signedIn(host, 'user-1').post('/weixin/app/intents', { ...MOBILE_KEY, scene: 3 });
      expect(asked).toBe(1);
      await askInBrowser(host);
      expect(asked).toBe(2);
    });

    it('refuses whom the host refuses, with its words', async () => {
      const { body } = await expectRefusal(
        host,
        () => signedIn(host, 'nobody').post('/weixin/app/intents', { ...MOBILE_KEY, scene: 3 }),
        { status: 401, code: 'HTTP_401' },
      );
      expect(body.detail).toBe('sign in first');
    });

    it('takes null for a stranger', async () => {
      const reply = await signedIn(host, 'null').post('/weixin/app/intents', { ...MOBILE_KEY, scene: 3 });
      expect(reply.status).toBe(201);
      expect(reply.headers['set-cookie']).toHaveLength(1);
    });

    it.each([
      ['an id of 129 characters', 'too-long', undefined, 'id of 1 to 128 characters'],
      ['an openid that is none', 'user-1', 'o o', 'must be 1 to 64 letters'],
    ])('writes nothing when the host answers %s, and logs why', async (_what, user, openid, says) => {
      await expectRefusal(
        host,
        () => signedIn(host, user, openid).post('/weixin/app/intents', { ...MOBILE_KEY, scene: 3 }),
        {
          status: 500,
          code: 'WEIXIN_INTERNAL',
        },
      );
      expect(logger.lines.join('\n')).toContain(says);
    });
  });
});
