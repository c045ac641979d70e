import type { WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import { AuthorizationService } from 'nestjs-weixin-subscribe';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { WeixinSimulator } from 'weixin-simulator';
import { MOBILE, OFFICIAL, simulatorAccounts } from '../support/accounts.js';
import { type AdapterKind, createTestApp, type TestApp } from '../support/create-test-app.js';
import { countBy, emptyLedger } from '../support/ledger.js';
import { atOnce } from '../support/library-parts.js';
import { type Phone, signedIn, stranger, subjectFromHeaders } from '../support/people.js';
import { endpointOf, popupXml, post, signed } from '../support/pushes.js';
import { expectRefusal } from '../support/refusals.js';
import { type DatabaseKind, describeEachDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const MINI = 'wx5d3b0e1f2a4c5968';
const MINI_PUSH = 'wx6e4c1f203b5d6a79';
const NOTICE = OFFICIAL.appId;
const FIVE = ['T1', 'T2', 'T3', 'T4', 'T5'];
const [ONE_TIME] = OFFICIAL.templates;

const mini: WeixinAccountOptions = {
  appId: MINI,
  appSecret: 'mini-secret-1c9e57a0b2d4',
  kind: 'mini-program',
  templates: [...FIVE, 'T6', { id: 'FORM', channel: 'mini-template' }],
};
const ACCOUNTS: WeixinAccountOptions[] = [
  mini,
  { ...mini, appId: MINI_PUSH, push: { token: 'pushtoken' } },
  {
    ...OFFICIAL,
    templates: [ONE_TIME, { id: 'N1', channel: 'service-notice' }, { id: 'N2', channel: 'service-notice' }],
  },
  { ...MOBILE, templates: [...MOBILE.templates] },
];
const OPENID = 'oABC-xiaoming_0123456789abcd';
const ADAPTER: Record<DatabaseKind, AdapterKind> = {
  sqlite: 'express',
  postgres: 'fastify',
  mysql: 'express',
};

/** The same accounts on the other side, with the templates that are asked for. */
const startSimulator = () =>
  WeixinSimulator.start({
    port: 0,
    accounts: [
      ...simulatorAccounts().map((account) =>
        account.appId === NOTICE ? { ...account, subscribeTemplates: ['N1', 'N2'].map(simulated) } : account,
      ),
      {
        appId: MINI,
        appSecret: String(mini.appSecret),
        kind: 'mini-program',
        subscribeTemplates: FIVE.map(simulated),
      },
    ],
    people: ['xiaoming'],
  });
const simulated = (priTmplId: string) => ({ priTmplId, title: '上课提醒', content: '课程:{{thing1.DATA}}' });

type Statuses = Record<string, string>;
const ofMiniProgram = (statuses: Statuses) => ({ errMsg: 'requestSubscribeMessage:ok', ...statuses });
const ofOpenTag = (statuses: Statuses) => ({
  errMsg: 'subscribe:ok',
  subscribeDetails: JSON.stringify(
    Object.fromEntries(Object.entries(statuses).map(([id, status]) => [id, JSON.stringify({ status })])),
  ),
});
const all = (status: string, ids = FIVE): Statuses => Object.fromEntries(ids.map((id) => [id, status]));

describeEachDatabase('what a front end asked and reports', (kind) => {
  let simulator: WeixinSimulator;
  let host: TestApp;
  let phone: Phone;
  let secret: string;

  beforeAll(async () => {
    simulator = await startSimulator();
    host = await createTestApp({
      simulator,
      database: kind,
      adapter: ADAPTER[kind],
      options: { accounts: ACCOUNTS, authorization: { subject: subjectFromHeaders } },
    });
    phone = signedIn(host, 'user-1', OPENID);
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });
  beforeEach(() => emptyLedger(host.dataSource));

  const asks = (body: object, from = phone) => from.post('/weixin/subscribe/intents', body);
  const reports = (body: object, from = phone) => from.post('/weixin/subscribe/results', body);
  async function ask(templateIds = FIVE, appId = MINI): Promise<string> {
    const { status, body } = await asks({ appId, templateIds });
    expect({ status, body }).toMatchObject({ status: 201 });
    secret = body.state;
    return secret;
  }
  const available = (templateId: string, appId = MINI) =>
    host.grants.countAvailable({ appId, openid: OPENID, templateId });
  const intents = () => countBy(host.dataSource, 'weixin_intent');
  const grants = () => countBy(host.dataSource, 'weixin_grant');
  const refuses = (body: object, refusal: Parameters<typeof expectRefusal>[2], from = phone) =>
    expectRefusal(host, () => reports(body, from), refusal, [secret]);

  it('turns five accepts at once into a grant of each template, for the openid that the host knows', async () => {
    const { body, headers } = await asks({ appId: MINI, templateIds: FIVE });
    expect(body).toEqual({
      appId: MINI,
      templateIds: FIVE,
      state: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
      expiresAt: new Date(host.clock.now() + 600_000).toISOString(),
    });
    expect([headers['cache-control'], headers['set-cookie']]).toEqual(['no-store', undefined]);
    const stored = await host.dataSource.query('SELECT * FROM weixin_intent');
    expect(stored).toHaveLength(5);
    expect(JSON.stringify(stored)).not.toContain(body.state);

    host.clock.advance(1000);
    const reported = await reports({ state: body.state, result: ofMiniProgram(all('accept')) });
    expect({ status: reported.status, body: reported.body }).toEqual({
      status: 200,
      body: { appId: MINI, results: all('confirmed') },
    });
    expect(reported.headers['cache-control']).toBe('no-store');
    const { SubscribeIntents, SubscribeOutcome } = weixinOpenApi(host.app).components.schemas;
    expect([body, reported.body].map((reply) => Object.keys(reply))).toEqual(
      [SubscribeIntents, SubscribeOutcome].map((schema) => Object(schema).required),
    );
    for (const templateId of FIVE) expect(await available(templateId)).toBe(1);
    const [grant] = await host.grants.list({ appId: MINI, templateId: 'T3' });
    expect(grant).toMatchObject({
      openid: OPENID,
      channel: 'mini-subscribe',
      scene: 0,
      status: 'available',
      source: expect.stringMatching(/^intent:/),
      subject: 'user-1',
      grantedAt: new Date(host.clock.now()),
    });
  });

  it('takes the event of <wx-open-subscribe> for notices of an official account', async () => {
    const state = await ask(['N1', 'N2'], NOTICE);
    const { body } = await reports({ state, result: ofOpenTag({ N1: 'accept', N2: 'reject' }) });
    expect(body).toEqual({
      appId: NOTICE,
      results: { N1: 'confirmed', N2: 'cancelled' },
    });
    expect(await host.grants.list({ appId: NOTICE, openid: OPENID })).toMatchObject([
      { templateId: 'N1', openid: OPENID, channel: 'service-notice', scene: 0 },
    ]);
  });

  it('grants what was accepted alone; reject, ban, filter and silence are cancels', async () => {
    const state = await ask();
    const result = ofMiniProgram({ T1: 'reject', T2: 'acceptWithAudio', T3: 'ban', T4: 'filter' });
    const { body } = await reports({ state, result });
    expect(body.results).toEqual({ ...all('cancelled'), T2: 'confirmed' });
    expect(await intents()).toEqual({ cancelled: 4, confirmed: 1 });
    expect(await grants()).toEqual({ available: 1 });
    expect(await available('T2')).toBe(1);
  });

  it('takes a failure for five cancels, after which the state is used', async () => {
    const state = await ask();
    const failed = { errMsg: 'requestSubscribeMessage:fail', errCode: 20004 };
    expect((await reports({ state, result: failed })).body.results).toEqual(all('cancelled'));
    expect(await intents()).toEqual({ cancelled: 5 });
    await refuses(
      { state, result: ofMiniProgram(all('accept')) },
      { status: 409, code: 'WEIXIN_STATE_REUSED' },
    );
  });

  it('adds accepts of one template up', async () => {
    for (const status of ['accept', 'acceptWithAlert']) {
      const state = await ask(['T1']);
      await reports({ state, result: ofMiniProgram({ T1: status }) });
    }
    expect(await available('T1')).toBe(2);
    expect(await grants()).toEqual({ available: 2 });
  });

  it.each([
    [MINI, 'T1', 'T2', 'requestSubscribeMessage'],
    [NOTICE, 'N1', 'N2', 'openSubscribe'],
  ] as const)(
    'lets %s send one message for each accept that the simulator gave',
    async (appId, one, other, call) => {
      const openid = simulator.openid('xiaoming', appId);
      const person = signedIn(host, 'user-7', openid);
      const come = async (more: object) => {
        const { state } = (await asks({ appId, templateIds: [one, other] }, person)).body;
        const answers = { [one]: 'accept', [other]: 'reject' } as const;
        const { result } = simulator[call]({ appId, person: 'xiaoming', answers, ...more });
        return (await reports({ state, result }, person)).body.results;
      };
      expect(await come({})).toEqual({ [one]: 'confirmed', [other]: 'cancelled' });
      expect(await come({ fail: 20004 })).toEqual({ [one]: 'cancelled', [other]: 'cancelled' });
      expect(await come({})).toMatchObject({ [one]: 'confirmed' });
      const send = (templateId: string) =>
        host.subscribe.send({ appId, openid, templateId, data: { thing1: { value: '高等数学' } } });
      for (const _ of [1, 2]) expect(await send(one)).toMatchObject({ status: 'sent' });
      for (const spent of [one, other])
        await expect(send(spent)).rejects.toMatchObject({ code: 'WEIXIN_NO_GRANT' });
      expect(simulator.inbox(openid)).toHaveLength(2);
      expect(simulator.grants(openid).filter(({ status }) => status === 'outstanding')).toEqual([]);
    },
  );

  it('gives the same reply to the same report, also later, and adds nothing', async () => {
    const state = await ask();
    const report = { state, result: ofMiniProgram({ ...all('accept'), T5: 'reject' }) };
    const first = await reports(report);
    host.clock.advance(601_000);
    for (const result of [report.result, ofMiniProgram({ ...all('acceptWithAudio'), T5: 'filter' })]) {
      const { status, body } = await reports({ state, result });
      expect({ status, body }).toEqual({ status: 200, body: first.body });
    }
    expect(await grants()).toEqual({ available: 4 });
  });

  it('is one when 20 copies arrive at once: one grant for each template', async () => {
    const state = await ask();
    const report = { state, result: ofMiniProgram({ ...all('accept'), T4: 'reject' }) };
    const replies = await atOnce(20, () => reports(report));
    const expected = { appId: MINI, results: { ...all('confirmed'), T4: 'cancelled' } };
    expect(replies.map(({ status, body }) => ({ status, body }))).toEqual(
      replies.map(() => ({ status: 200, body: expected })),
    );
    expect(await intents()).toEqual({ confirmed: 4, cancelled: 1 });
    expect(await grants()).toEqual({ available: 4 });
  });

  it('leaves one answer of each template when reports contradict each other', async () => {
    const state = await ask();
    const replies = await atOnce(12, (index) =>
      reports({ state, result: ofMiniProgram(all(index % 2 ? 'accept' : 'reject')) }),
    );
    for (const { status, body } of replies)
      expect(status === 200 || body.code === 'WEIXIN_STATE_REUSED').toBe(true);
    const { confirmed = 0, cancelled = 0 } = await intents();
    expect(confirmed + cancelled).toBe(5);
    expect((await grants()).available ?? 0).toBe(confirmed);
  });

  it('completes a report that was interrupted, when it comes again', async () => {
    const state = await ask();
    const report = { state, result: ofMiniProgram(all('accept')) };
    await reports(report);
    // As after a crash in the middle.
    await host.dataSource.query("DELETE FROM weixin_grant WHERE template_id IN ('T2', 'T5')");
    await host.dataSource.query("DELETE FROM weixin_live_grant WHERE template_id IN ('T2', 'T5')");
    await host.dataSource.query(
      "UPDATE weixin_intent SET status = 'pending', openid = NULL, answered_at = NULL WHERE template_id IN ('T2', 'T5')",
    );
    await refuses(
      { state, result: ofMiniProgram({ ...all('accept'), T1: 'reject' }) },
      { status: 409, code: 'WEIXIN_STATE_REUSED' },
    );
    expect((await reports(report)).status).toBe(200);
    expect(await intents()).toEqual({ confirmed: 5 });
    expect(await grants()).toEqual({ available: 5 });
  });

  it('refuses another answer, a template that was not asked for, and what nobody issued', async () => {
    const state = await ask(['T1', 'T2']);
    const accepted = ofMiniProgram({ T1: 'accept', T2: 'accept' });
    const mismatch = { status: 400, code: 'WEIXIN_ANSWER_MISMATCH' };
    await refuses({ state, result: { ...accepted, T3: 'accept' } }, mismatch);
    await refuses({ state, result: ofOpenTag({ T1: 'accept', T3: 'reject' }) }, mismatch);
    const wrong = { status: 400, code: 'WEIXIN_INVALID_INPUT' };
    await refuses({ state, result: {} }, { ...wrong, field: 'result', says: 'holds neither' });
    await refuses({ state, result: 'accept' }, { ...wrong, field: 'result', says: 'must be an object' });
    await refuses({ state, result: { T1: 1 } }, { ...wrong, field: 'result.T1', says: 'got 1' });
    await refuses({ state }, { ...wrong, field: 'result' });
    await refuses({ state: `${state}:0`, result: accepted }, { ...wrong, field: 'state' });
    await refuses({ state: `${state}0`, result: accepted }, { status: 403, code: 'WEIXIN_STATE_UNKNOWN' });
    expect((await reports({ state, result: accepted })).status).toBe(200);
    await refuses(
      { state, result: { ...accepted, T2: 'reject' } },
      { status: 409, code: 'WEIXIN_STATE_REUSED' },
    );
    expect(await grants()).toEqual({ available: 2 });
  });

  it('refuses the report of another user, of a stranger, and of the user under another openid', async () => {
    const state = await ask();
    const report = { state, result: ofMiniProgram(all('accept')) };
    const foreign = { status: 403, code: 'WEIXIN_STATE_FOREIGN' };
    await refuses(report, foreign, signedIn(host, 'user-2', OPENID));
    await refuses(report, foreign, signedIn(host, 'user-2'));
    await refuses(report, foreign, stranger(host));
    await refuses(
      report,
      { status: 400, code: 'WEIXIN_ANSWER_MISMATCH' },
      signedIn(host, 'user-1', 'oABC-another'),
    );
    expect((await reports(report, signedIn(host, 'user-1'))).body.results).toEqual(all('confirmed'));
  });

  it('refuses what comes too late, before and after the sweep', async () => {
    const state = await ask(['T1', 'T2']);
    const report = { state, result: ofMiniProgram({ T1: 'accept', T2: 'reject' }) };
    const expired = { status: 410, code: 'WEIXIN_STATE_EXPIRED' };
    host.clock.advance(600_000);
    await refuses(report, expired);
    await host.tasks.run('intent-expiry');
    await refuses(report, expired);
    expect(await intents()).toEqual({ expired: 2 });
  });

  describe('and what WeChat pushes', () => {
    const accepted = (templateId: string, createTime: number, status = 'accept') =>
      popupXml(OPENID, templateId, status, createTime);
    const now = () => Math.floor(host.clock.now() / 1000);
    async function pushes(body: string): Promise<void> {
      const { query } = signed(host, body, { appId: MINI_PUSH, token: 'pushtoken', encodingAesKey: null });
      expect((await post(endpointOf(host, MINI_PUSH), query, body)).text).toBe('success');
      await worked();
    }
    async function worked(): Promise<void> {
      await until(async () => {
        await host.tasks.run('push-events');
        return Object.keys(await countBy(host.dataSource, 'weixin_push_event')).join() === 'done';
      }, 'the events');
    }
    const listed = async () =>
      (await host.grants.list({ appId: MINI_PUSH, templateId: 'T1' })).map(
        ({ source, pairedSource, status }) =>
          [source, pairedSource].map((one) => one?.replace(/:.*/, '')).concat(status),
      );
    const accepts = ofMiniProgram({ T1: 'accept' });

    it('is one accept, the report first', async () => {
      const state = await ask(['T1'], MINI_PUSH);
      expect((await reports({ state, result: accepts })).body).toEqual({
        ...{ appId: MINI_PUSH, results: { T1: 'confirmed' } },
      });
      const event = accepted('T1', now());
      await pushes(event);
      await pushes(event);
      await reports({ state, result: accepts });
      expect(await listed()).toEqual([['intent', 'push', 'available']]);
    });

    it('is one accept, the push first, for whom the report names', async () => {
      const state = await ask(['T1'], MINI_PUSH);
      const event = accepted('T1', now());
      await pushes(event);
      host.clock.advance(30_000);
      expect((await reports({ state, result: accepts })).body.results).toEqual({ T1: 'confirmed' });
      await pushes(event);
      expect(await listed()).toEqual([['push', 'intent', 'available']]);
      expect(await intents()).toEqual({ confirmed: 1 });
      const [grant] = await host.grants.list({ appId: MINI_PUSH, openid: OPENID });
      expect(grant.subject).toBe('user-1');
    });

    it('is one accept, both at once', async () => {
      const state = await ask(FIVE, MINI_PUSH);
      const at = now();
      await Promise.all([
        reports({ state, result: ofMiniProgram(all('accept')) }),
        ...FIVE.map((id) => pushes(accepted(id, at))),
        reports({ state, result: ofMiniProgram(all('accept')) }),
      ]);
      await worked();
      for (const id of FIVE) expect(await available(id, MINI_PUSH)).toBe(1);
      expect(await grants()).toEqual({ available: 5 });
    });

    it('counts where only one of the two comes', async () => {
      await reports({ state: await ask(['T1'], MINI_PUSH), result: accepts });
      expect(await available('T1', MINI_PUSH)).toBe(1);
      await pushes(accepted('T2', now()));
      expect(await available('T2', MINI_PUSH)).toBe(1);
    });

    it('is two accepts where both sides saw two, and where an hour lies between', async () => {
      const states = [await ask(['T1'], MINI_PUSH), await ask(['T1'], MINI_PUSH)];
      const at = now();
      await pushes(accepted('T1', at + 2));
      for (const state of states) await reports({ state, result: accepts });
      await pushes(accepted('T1', at));
      expect(await available('T1', MINI_PUSH)).toBe(2);
      host.clock.advance(3_600_000);
      await reports({ state: await ask(['T1'], MINI_PUSH), result: accepts });
      host.clock.advance(3_600_000);
      await pushes(accepted('T1', now()));
      expect(await available('T1', MINI_PUSH)).toBe(4);
    });

    it('is closed by a rejection, and its other report does not bring it back; an accept after it does', async () => {
      const state = await ask(['T1'], MINI_PUSH);
      const at = now();
      await reports({ state, result: accepts });
      host.clock.advance(20_000);
      await pushes(accepted('T1', at + 10, 'reject'));
      await pushes(accepted('T1', at));
      expect(await listed()).toEqual([['intent', 'push', 'void']]);
      await pushes(accepted('T1', at + 15));
      expect(await available('T1', MINI_PUSH)).toBe(1);
    });

    it('leaves what was accepted after a rejection that is pushed late', async () => {
      const rejectedAt = now();
      host.clock.advance(20_000);
      await reports({ state: await ask(['T1'], MINI_PUSH), result: accepts });
      await pushes(accepted('T1', rejectedAt, 'reject'));
      expect(await listed()).toEqual([['intent', undefined, 'available']]);
    });
  });

  it('asks nobody whose openid is not known, and says how to make it known', async () => {
    for (const from of [stranger(host), signedIn(host, 'user-1')]) {
      const { body } = await expectRefusal(host, () => asks({ appId: MINI, templateIds: ['T1'] }, from), {
        status: 403,
        code: 'WEIXIN_OPENID_UNKNOWN',
      });
      expect(body.remedy).toMatch(/authorization\.subject.*openid.*wx\.login/);
    }
  });

  it.each([
    ['six templates', { templateIds: [...FIVE, 'T6'] }, 'templateIds', '1 to 5 different ids.*got 6 of them'],
    ['none', { templateIds: [] }, 'templateIds', 'got 0 of them'],
    ['one twice', { templateIds: ['T1', 'T2', 'T1'] }, 'templateIds', 'got "T1" twice'],
    ['an id with a space', { templateIds: ['T1', 'T 2'] }, 'templateIds', 'got "T 2"'],
    ['no list', { templateIds: 'T1' }, 'templateIds', 'got "T1"'],
    ['a list in a list', { templateIds: [['T1']] }, 'templateIds', 'got a list'],
    ['a scene', { scene: 1 }, 'scene', 'not a known field'],
    [
      'a template of another channel',
      { templateIds: ['T1', 'FORM'] },
      'templateIds[1]',
      'channel mini-template',
    ],
    [
      'a one-time template',
      { appId: NOTICE, templateIds: ['N1', 'N2', ONE_TIME] },
      'templateIds[2]',
      'one-time; this endpoint asks for service-notice',
    ],
  ])('asks for no %s', async (_what, changes, field, says) => {
    await expectRefusal(host, () => asks({ appId: MINI, templateIds: FIVE, ...changes }), {
      status: 400,
      code: 'WEIXIN_INVALID_INPUT',
      field,
      says: new RegExp(says),
    });
  });

  it('asks for no account or template that it does not know, nor in a mobile app', async () => {
    const refusesToAsk = (body: object, status: number, code: string) =>
      expectRefusal(host, () => asks(body), { status, code });
    await refusesToAsk({ appId: 'wx0', templateIds: ['T1'] }, 404, 'WEIXIN_UNKNOWN_ACCOUNT');
    await refusesToAsk({ appId: MINI, templateIds: ['T1', 'T7'] }, 404, 'WEIXIN_UNKNOWN_TEMPLATE');
    const templateIds = [...MOBILE.templates];
    await refusesToAsk({ appId: MOBILE.appId, templateIds }, 400, 'WEIXIN_ACCOUNT_KIND');
  });

  it('serves endpoints of the host as well', async () => {
    const authorization = host.app.get(AuthorizationService);
    const subject = { id: 'user-1', openid: OPENID };
    const { state } = await authorization.askToSubscribe({ appId: MINI, templateIds: ['T1'], subject });
    const report = { state, result: ofMiniProgram({ T1: 'accept' }) };
    await expect(authorization.report(report, { id: 'user-2' })).rejects.toMatchObject({
      code: 'WEIXIN_STATE_FOREIGN',
    });
    expect(await authorization.report(report, subject)).toEqual({
      appId: MINI,
      results: { T1: 'confirmed' },
    });
    await expect(authorization.askToSubscribe({ appId: MINI, templateIds: ['T1'] })).rejects.toMatchObject({
      code: 'WEIXIN_OPENID_UNKNOWN',
    });
  });

  it('takes none of its states at the endpoint of mobile apps', async () => {
    const state = await ask(['T1']);
    const answer = { reserved: state, action: 'confirm', templateId: 'T1', scene: 0, openid: OPENID };
    await expectRefusal(host, () => phone.post('/weixin/app/results', answer), {
      status: 403,
      code: 'WEIXIN_STATE_UNKNOWN',
    });
  });
});
