import {
  CardService,
  type ExplainQuery,
  type Explanation,
  PersonalDataService,
  type SendInput,
  TemplateDriftService,
  type WeixinAccountOptions,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { SAMPLES, WeixinSimulator } from 'weixin-simulator';
import { CardRepository } from '../../libs/weixin-subscribe/src/card/card.repository.js';
import { CAUSES, type CauseCode } from '../../libs/weixin-subscribe/src/explain/causes.js';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  MOBILE,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../support/accounts.js';
import { EXT, fieldsFor, newCard, SET } from '../support/cards.js';
import { Cli } from '../support/cli.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { defer, dispatch, fresh, from, give, HOUR, MINUTE, record, SEND } from '../support/deferred.js';
import { MOBILE_KEY, message, OFFICIAL_KEY } from '../support/flows.js';
import { subjectFromHeaders } from '../support/people.js';
import { endpointOf, PLAIN } from '../support/pushes.js';
import { secretsOf } from '../support/refusals.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const MINI = MINI_PROGRAM.appId;
const [LESSON] = MINI_PROGRAM.templates;
const BIZ = '/cgi-bin/message/subscribe/send';
const LONG = SAMPLES.miniProgram.longTermTemplateId;
const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
const QUIET = 'wx0quiet0quiet0qu';
const OFF = 'wx0off0off0off0of';
const KEYS = {
  courses: SERVICE_KEY,
  reader: { keys: ['reader-key-0123456789'], scopes: ['messages:read' as const] },
  stranger: { keys: ['stranger-key-01234567'], accounts: [MOBILE.appId] },
};
const other = (appId: string, more: Partial<WeixinAccountOptions>): WeixinAccountOptions => ({
  ...libraryAccounts()[0],
  appId,
  ...more,
});
const ACCOUNTS: WeixinAccountOptions[] = [
  ...libraryAccounts(),
  {
    ...channelAccounts()[0],
    push: PLAIN,
    templates: [...channelAccounts()[0].templates, { id: LONG, channel: 'mini-subscribe', longTerm: true }],
  },
  other(QUIET, { quietHours: { from: '00:00', to: '23:59', timeZone: 'UTC' } }),
  other(OFF, { enabled: false }),
];

describe('explain', () => {
  let simulator: WeixinSimulator;
  let database: TestDatabase;
  let host: TestApp;
  /** On the same database, without the mobile app, and with the policy that sends again. */
  let patient: TestApp;
  const provoked = new Set<string>();
  const listed = channelSimulatorAccounts()[0].subscribeTemplates ?? [];

  beforeAll(async () => {
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [
        ...simulatorAccounts(),
        channelSimulatorAccounts()[0],
        ...[QUIET, OFF].map((appId) => ({ ...simulatorAccounts()[0], appId })),
      ],
      people: ['xiaoming'],
      clock: { frozen: true },
    });
    database = await createDatabase('sqlite');
    const options = {
      accounts: ACCOUNTS,
      serviceKeys: KEYS,
      authorization: { subject: subjectFromHeaders },
    };
    host = await createTestApp({ simulator, shared: database, options });
    patient = await createTestApp({
      simulator,
      shared: database,
      options: {
        ...options,
        accounts: ACCOUNTS.filter(({ appId }) => appId !== MOBILE.appId),
        serviceKeys: { courses: SERVICE_KEY },
        delivery: { unknown: 'resend-if-not-renewed' },
      },
    });
  });
  afterAll(async () => {
    await patient?.close();
    await host?.close();
    await simulator?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await fresh(host);
    simulator.setClock(host.clock.now());
    patient.clock.advance(host.clock.now() - patient.clock.now());
    simulator.updateAccount(MINI, {
      subscribeTemplates: listed,
      sentFailure: null,
      push: { ...PLAIN, format: 'xml', url: endpointOf(host, MINI) },
    });
    await host.tasks.run('send-pauses');
    // What an earlier test was told to wait for is over.
    pass(2 * MINUTE);
  });

  const openidAt = (appId: string) => simulator.openid('xiaoming', appId);
  const me = () => ({ appId: MINI, templateId: LESSON, openid: openidAt(MINI) });
  const miniMessage = (): SendInput => ({ ...me(), data: DATA }) as SendInput;
  /** The id of the message, whatever becomes of it. */
  const idOf = async (sent: Promise<{ id: string }>): Promise<string> => {
    try {
      return (await sent).id;
    } catch (error) {
      return (error as { messageId: string }).messageId;
    }
  };
  const sends = (scene = 1, at = host) => idOf(at.subscribe.send(message(openidAt(OFFICIAL.appId), scene)));
  const sendsMini = () => idOf(host.subscribe.send(miniMessage()));
  const pass = (ms: number) => {
    for (const { clock } of [host, patient]) clock.advance(ms);
    simulator.setClock(host.clock.now());
  };
  /** At WeChat and, by its push, in the ledger. */
  const accepts = async () => {
    simulator.requestSubscribeMessage({ appId: MINI, person: 'xiaoming', answers: { [LESSON]: 'accept' } });
    await until(async () => (await host.grants.countAvailable(me())) > 0, 'the push');
  };
  /** The page alone tells. */
  const reports = (more: object = {}) =>
    host.grants.record({ ...me(), source: `intent:${Math.random()}`, ...more });
  const lose = async (at = host) => {
    await give(host, 1);
    simulator.fault({ path: SEND, kind: 'reset-before' });
    return sends(1, at);
  };
  const key = (scene?: number): ExplainQuery => ({
    ...OFFICIAL_KEY,
    openid: openidAt(OFFICIAL.appId),
    scene,
  });
  const nothingSecret = (explanation: object) => {
    const shown = JSON.stringify(explanation);
    for (const secret of [...secretsOf(host), '高等数学', 'access_token='])
      expect(shown).not.toContain(secret);
  };

  type About = string | ExplainQuery;
  const CASES: [CauseCode, Explanation['verdict'], () => Promise<About>, at?: () => TestApp][] = [
    [
      'sent',
      'sent',
      async () => {
        await give(host, 1);
        return sends();
      },
    ],
    [
      'sent-by-report',
      'sent',
      async () => {
        await accepts();
        simulator.fault({ path: BIZ, kind: 'reset-after' });
        const id = await sendsMini();
        await simulator.settledPushes();
        // It may have come before the answer was lost: then it is looked at again later.
        pass(5 * MINUTE);
        await host.tasks.run('push-events');
        await until(async () => (await host.subscribe.get(id)).status === 'sent', 'the report');
        return id;
      },
    ],
    [
      'sent-by-hand',
      'sent',
      async () => {
        const id = await lose();
        await host.subscribe.resolve(id, 'sent', 'Ms Li');
        return id;
      },
    ],
    [
      'sent-assumed',
      'sent',
      async () => {
        await give(host, 1);
        simulator.fault({ path: SEND, kind: 'reset-after' });
        const id = await sends(1, patient);
        pass(MINUTE);
        await patient.tasks.run('message-resend');
        return id;
      },
    ],
    ['not-due-yet', 'pending', async () => (await defer(host, await give(host, 1), 1, HOUR)).id],
    [
      'quiet-hours',
      'pending',
      async () => {
        const to = { ...message(openidAt(QUIET), 1), appId: QUIET };
        await host.grants.record({ ...to, source: `quiet:${host.clock.now()}` });
        const { id } = await host.subscribe.send({ ...to, notBefore: from(host, 1000) });
        pass(1000);
        await dispatch(host);
        return id;
      },
    ],
    [
      'tried-again-later',
      'pending',
      async () => {
        const { id } = await defer(host, await give(host, 1), 1, 1000);
        simulator.fault({ path: SEND, kind: 'errcode', errcode: 45011 });
        pass(1000);
        await dispatch(host);
        return id;
      },
    ],
    [
      'slowed-down',
      'pending',
      async () => {
        const { id } = await defer(host, await give(host, 1), 1, 1000);
        const later = await defer(host, await give(host, 2), 2, 2000);
        simulator.fault({ path: SEND, kind: 'errcode', errcode: 45011 });
        pass(1000);
        await dispatch(host);
        expect((await host.subscribe.get(id)).errcode).toBe(45011);
        pass(1000);
        await dispatch(host);
        return later.id;
      },
    ],
    [
      'being-sent',
      'pending',
      async () => {
        await give(host, 1);
        simulator.fault({ path: SEND, kind: 'latency', delayMs: 3000 });
        const sending = sends();
        const inFlight = () => host.subscribe.explain(key(1)).then(({ findings }) => findings[0].code);
        await until(async () => (await inFlight()) === 'held-by-sending', 'the claim');
        const [grant] = await host.grants.list(key(1));
        const explained = await host.subscribe.explain(String(grant.claimedBy));
        expect(explained.findings[0].code).toBe('being-sent');
        await sending;
        // What was looked at is over: the row is put back for the check below.
        await host.dataSource.query("UPDATE weixin_message SET status = 'sending', settled_at = NULL");
        return String(grant.claimedBy);
      },
    ],
    [
      'account-removed',
      'not-sent',
      async () => {
        const openid = openidAt(MOBILE.appId);
        await host.grants.record({ ...MOBILE_KEY, openid, scene: 1, source: 'mobile' });
        simulator.fault({ path: SEND, kind: 'errcode', errcode: 43101 });
        return idOf(host.subscribe.send({ ...message(openid, 1), ...MOBILE_KEY }));
      },
      () => patient,
    ],
    ['account-disabled', 'can-not-be-sent', async () => ({ ...key(1), appId: OFF })],
    [
      'template-missing',
      'can-not-be-sent',
      async () => {
        await accepts();
        simulator.updateAccount(MINI, { subscribeTemplates: [] });
        await host.app.get(TemplateDriftService).compare(MINI);
        return me();
      },
    ],
    [
      'sends-paused',
      'can-not-be-sent',
      async () => {
        await give(host, 1);
        await give(host, 2);
        simulator.fillQuota(OFFICIAL.appId, SEND);
        await sends();
        return key(2);
      },
    ],
    [
      'quota-used-up',
      'can-not-be-sent',
      async () => {
        await give(host, 1);
        simulator.fillQuota(OFFICIAL.appId, SEND);
        return key(1);
      },
    ],
    [
      'token-unavailable',
      'can-not-be-sent',
      async () => {
        const openid = openidAt(MOBILE.appId);
        await host.grants.record({ ...MOBILE_KEY, openid, scene: 1, source: 'mobile:token' });
        simulator.killToken(MOBILE.appId);
        simulator.fault({ appId: MOBILE.appId, path: '/cgi-bin/token', kind: 'errcode', errcode: 40243 });
        return { ...MOBILE_KEY, openid, scene: 1 };
      },
    ],
    [
      'refused-taken-back',
      'not-sent',
      async () => {
        // A second accept is live when the person switches the template off, while a message has the first.
        await accepts();
        pass(1000);
        simulator.requestSubscribeMessage({
          appId: MINI,
          person: 'xiaoming',
          answers: { [LESSON]: 'accept' },
        });
        await until(async () => (await host.grants.countAvailable(me())) === 2, 'the second push');
        simulator.fault({ path: BIZ, kind: 'latency', delayMs: 3000 });
        const sending = sendsMini();
        await until(async () => (await host.grants.countAvailable(me())) === 1, 'the claim');
        simulator.switchTemplate({ appId: MINI, person: 'xiaoming', templateId: LESSON, on: false });
        const id = await sending;
        await until(async () => (await host.grants.countAvailable(me())) === 0, 'the event');
        return id;
      },
    ],
    [
      'refused-after-unclear',
      'not-sent',
      async () => {
        await give(host, 1);
        simulator.fault({ path: SEND, kind: 'reset-after' });
        await host.subscribe.resolve(await sends(), 'not-sent');
        return sends();
      },
    ],
    [
      'refused-unproven',
      'not-sent',
      async () => {
        await host.grants.record({ ...key(1), scene: 1, source: 'stranger', proof: 'unproven' });
        return sends();
      },
    ],
    [
      'refused-unpaired',
      'not-sent',
      async () => {
        await reports();
        return sendsMini();
      },
    ],
    [
      'refused-no-permission',
      'not-sent',
      async () => {
        await record(host, openidAt(OFFICIAL.appId), 1);
        return sends();
      },
    ],
    [
      'openid-unusable',
      'not-sent',
      async () => {
        await give(host, 1);
        simulator.fault({ path: SEND, kind: 'errcode', errcode: 40003 });
        return sends();
      },
    ],
    [
      'request-refused',
      'not-sent',
      async () => {
        await give(host, 1);
        simulator.fault({ path: SEND, kind: 'errcode', errcode: 40037 });
        return sends();
      },
    ],
    [
      'reported-lost',
      'not-sent',
      async () => {
        simulator.updateAccount(MINI, { sentFailure: { errorCode: 100, errorStatus: 'failed: system' } });
        await accepts();
        const id = await sendsMini();
        await until(async () => (await host.subscribe.get(id)).status === 'failed', 'the report');
        return id;
      },
    ],
    [
      'deadline-passed',
      'not-sent',
      async () => {
        const openid = await give(host, 1);
        const { id } = await defer(host, openid, 1, 1000, { deadline: from(host, 2000) });
        pass(3000);
        await dispatch(host);
        return id;
      },
    ],
    [
      'no-grant-when-due',
      'not-sent',
      async () => {
        const { id } = await defer(host, await give(host, 1), 1, 1000);
        await sends();
        pass(1000);
        await dispatch(host);
        return id;
      },
    ],
    [
      'cancelled',
      'not-sent',
      async () => {
        const { id } = await defer(host, await give(host, 1), 1, HOUR);
        await host.subscribe.cancel(id);
        return id;
      },
    ],
    [
      'person-forgotten',
      'not-sent',
      async () => {
        const openid = await give(host, 1);
        const { id } = await defer(host, openid, 1, HOUR);
        await host.app.get(PersonalDataService).forget(OFFICIAL.appId, openid);
        return id;
      },
    ],
    [
      'not-reached',
      'not-sent',
      async () => {
        await give(host, 1);
        const { id } = await defer(host, openidAt(OFFICIAL.appId), 1, 1000);
        // No token for as long as it is tried.
        simulator.fault({ path: '/cgi-bin/token', kind: 'html', times: 'forever' });
        simulator.killToken(OFFICIAL.appId);
        pass(3 * HOUR);
        await dispatch(host);
        pass(30 * HOUR);
        await dispatch(host);
        simulator.clearFaults();
        return id;
      },
    ],
    [
      'failed-by-hand',
      'not-sent',
      async () => {
        const id = await lose();
        await host.subscribe.resolve(id, 'not-sent');
        return id;
      },
    ],
    ['unknown-no-answer', 'unknown', () => lose()],
    [
      'unknown-errcode',
      'unknown',
      async () => {
        await give(host, 1);
        simulator.fault({ path: SEND, kind: 'errcode', errcode: -1 });
        return sends();
      },
    ],
    [
      'unknown-interrupted',
      'unknown',
      async () => {
        await give(host, 1);
        const id = await sends();
        // As a process leaves it that died over the answer.
        await host.dataSource.query(
          "UPDATE weixin_message SET status = 'sending', settled_at = NULL, leased_until = 1, errcode = NULL",
        );
        await host.tasks.run('message-recovery');
        return id;
      },
    ],
    ['unknown-sent-again', 'unknown', () => lose(patient)],
    ['never-asked', 'can-not-be-sent', async () => key(7)],
    [
      'asked-open',
      'can-not-be-sent',
      async () => {
        await asks();
        return me();
      },
    ],
    [
      'unanswered',
      'can-not-be-sent',
      async () => {
        await asks();
        pass(HOUR);
        await host.tasks.run('intent-expiry');
        return me();
      },
    ],
    [
      'declined',
      'can-not-be-sent',
      async () => {
        const state = await asks();
        await phone('/weixin/subscribe/results', {
          state,
          result: { errMsg: 'requestSubscribeMessage:ok', [LESSON]: 'reject' },
        });
        return me();
      },
    ],
    [
      'taken-back',
      'can-not-be-sent',
      async () => {
        await accepts();
        simulator.switchTemplate({ appId: MINI, person: 'xiaoming', templateId: LESSON, on: false });
        await until(async () => (await host.grants.countAvailable(me())) === 0, 'the event');
        return me();
      },
    ],
    [
      'expired',
      'can-not-be-sent',
      async () => {
        await host.grants.record({ ...key(1), source: 'short', expiresAt: from(host, 1000) });
        pass(2000);
        return key(1);
      },
    ],
    [
      'used',
      'can-not-be-sent',
      async () => {
        await give(host, 1);
        await sends();
        return key(1);
      },
    ],
    [
      'refused-before',
      'can-not-be-sent',
      async () => {
        await record(host, openidAt(OFFICIAL.appId), 1);
        await sends();
        return key(1);
      },
    ],
    [
      'held-by-unknown',
      'can-not-be-sent',
      async () => {
        await lose();
        return key(1);
      },
    ],
    [
      'other-scene',
      'can-not-be-sent',
      async () => {
        await give(host, 2);
        return key(1);
      },
    ],
    [
      'can-be-sent',
      'can-be-sent',
      async () => {
        await give(host, 1);
        return key(1);
      },
    ],
    [
      'can-be-sent-again',
      'can-be-sent',
      async () => {
        const about = { ...me(), templateId: LONG };
        await host.grants.record({ ...about, source: 'long', proof: 'signed' });
        return about;
      },
    ],
  ];

  const phone = (path: string, body: object) =>
    request(host.url)
      .post(path)
      .set({ 'x-user': 'u1', 'x-openid': openidAt(MINI) })
      .send(body);
  const asks = async (): Promise<string> =>
    (await phone('/weixin/subscribe/intents', { appId: MINI, templateIds: [LESSON] })).body.state;

  it.each(CASES)('names %s', async (code, verdict, provoke, at = () => host) => {
    const about = await provoke();
    const explanation = await at().subscribe.explain(about);
    const codes = explanation.findings.map((finding) => finding.code);
    // A message of an account that is gone has a cause of its own.
    expect(code === 'account-removed' ? codes[1] : codes[0]).toBe(code);
    expect(explanation.verdict).toBe(verdict);
    for (const text of [explanation.nextStep, ...explanation.findings.map((each) => each.message)]) {
      expect(text.en).toMatch(/^[A-Z].*[.)]$/);
      expect(text.zh).toMatch(/\p{Script=Han}.*[。）]$/u);
      expect(text.en + text.zh).not.toMatch(/[{}]|not known|未知/);
    }
    nothingSecret(explanation);
    for (const each of codes) provoked.add(each);
  });

  it('tells what should be known beside it', async () => {
    const codesOf = async (about: About) => {
      const { findings } = await host.subscribe.explain(about);
      for (const { code } of findings) provoked.add(code);
      return findings.map(({ code }) => code);
    };
    await host.grants.record({ ...key(1), source: 'stranger:2', proof: 'unproven' });
    expect(await codesOf(key(1))).toEqual(['can-be-sent', 'openid-unproven']);
    await defer(host, openidAt(OFFICIAL.appId), 1, HOUR);
    expect(await codesOf(key(1))).toEqual(['can-be-sent', 'openid-unproven', 'waiting-messages']);
    await reports();
    expect(await codesOf(me())).toEqual(['can-be-sent']);
    pass(11 * MINUTE);
    expect(await codesOf(me())).toEqual(['can-be-sent', 'accept-unpaired']);
    const drift = host.app.get(TemplateDriftService);
    await drift.compare(MINI);
    const changed = listed.map((each) => ({ ...each, content: '其他:{{thing9.DATA}}' }));
    simulator.updateAccount(MINI, { subscribeTemplates: changed });
    await drift.compare(MINI);
    expect(await codesOf(me())).toEqual(['can-be-sent', 'template-changed', 'accept-unpaired']);
  });

  it('tells how a service card stands, from its first update to its end', async () => {
    simulator.updateAccount(MINI, { cardOrderDelaySeconds: 0 });
    const cards = host.app.get(CardService);
    const told = async (id: string) => {
      const explanation = await cards.explain(id);
      const { verdict, findings, nextStep } = explanation;
      for (const text of [nextStep, ...findings.map(({ message: each }) => each)]) {
        expect(text.en).toMatch(/^[A-Z].*[.)]$/);
        expect(text.zh).toMatch(/\p{Script=Han}.*[。）]$/u);
        expect(text.en + text.zh).not.toMatch(/[{}]|not known|未知/);
      }
      nothingSecret(explanation);
      for (const { code } of findings) provoked.add(code);
      return [verdict, ...findings.map(({ code }) => code)];
    };
    const set = (id: string, state: number) => cards.update(id, { state, fields: fieldsFor(2001, state) });
    const { id } = await cards.start(newCard(simulator, 2001));
    expect(await told(id)).toEqual(['sent', 'card-stored']);

    pass(1000);
    const [{ id: updateId }] = (await set(id, 2)).updates;
    const as = (status: string) =>
      host.dataSource.query(`UPDATE weixin_card_update SET status = '${status}' WHERE id = '${updateId}'`);
    await as('sending');
    expect(await told(id)).toEqual(['pending', 'card-being-sent']);
    await as('sent');
    pass(1000);
    const repository = host.app.get(CardRepository, { strict: false });
    await repository.recordNotNotified(updateId, -10001, 'system error', new Date(host.clock.now()));
    expect(await told(id)).toEqual(['sent', 'card-not-notified']);

    pass(1000);
    simulator.fault({ path: SET, kind: 'errcode', errcode: 85441 });
    await set(id, 4).catch(() => undefined);
    expect(await told(id)).toEqual(['not-sent', 'request-refused']);
    const { weixin, story } = await cards.explain(id);
    expect(weixin).toMatchObject({ rid: expect.any(String), invokedAt: expect.any(Date) });
    expect(story.map(({ type, state }) => `${type} ${state ?? ''}`.trim())).toEqual([
      ...['failed 4', 'accepted 4', 'not-notified 2', 'sent 2', 'accepted 2'],
      ...['activated', 'sent 1', 'accepted 1'],
    ]);

    simulator.fault({ path: SET, kind: 'reset-before' });
    await set(id, 4).catch(() => undefined);
    expect(await told(id)).toEqual(['unknown', 'card-asked-about']);
    pass(MINUTE);
    await host.tasks.run('card-updates');
    expect(await told(id)).toEqual(['sent', 'card-stored']);
    // WeChat shows what stands beside the state only once something does.
    simulator.fault({ path: EXT, kind: 'reset-before' });
    await cards.extend(id, { store_info: { store_name: 'westore' } }).catch(() => undefined);
    pass(MINUTE);
    await host.tasks.run('card-updates');
    expect(await told(id)).toEqual(['unknown', 'card-unknown']);
    for (const state of [6, 8]) await set(id, state);
    expect(await told(id)).toEqual(['sent', 'card-stored', 'card-ended']);

    simulator.updateAccount(MINI, { cardOrderDelaySeconds: 90 });
    const waiting = await cards.start(newCard(simulator, 2001));
    expect(await told(waiting.id)).toEqual(['pending', 'card-waiting']);
    await host.app.get(PersonalDataService).forget(MINI, openidAt(MINI));
    expect(await told(waiting.id)).toEqual(['not-sent', 'card-not-stored', 'person-forgotten']);
    expect(await cards.explain(id)).not.toHaveProperty('openid');
  });

  it('has a test that provokes each cause', () => {
    provoked.add('held-by-sending');
    expect([...provoked].sort()).toEqual(Object.keys(CAUSES).sort());
  });

  it("brings WeChat's own record of the request, for seven days, without what it holds", async () => {
    await record(host, openidAt(OFFICIAL.appId), 1);
    const id = await sends();
    const { rid } = await host.subscribe.get(id);
    const { weixin, story } = await host.subscribe.explain(id);
    expect(weixin).toEqual({ rid, invokedAt: expect.any(Date), costMs: expect.any(Number) });
    // To the second, as WeChat tells it.
    expect(weixin?.invokedAt).toEqual(new Date(Math.floor(host.clock.now() / 1000) * 1000));
    expect(story.map(({ type }) => type)).toEqual(['voided', 'refused', 'accepted', 'granted']);
    const asked = () => simulator.calls().filter(({ path }) => path.endsWith('rid/get')).length;
    expect(asked()).toBe(1);
    pass(7 * 24 * HOUR);
    expect((await host.subscribe.explain(id)).weixin).toBeUndefined();
    expect(asked()).toBe(1);
  });

  it('asks nothing for an account that is switched off, and at most once each for others', async () => {
    const called = simulator.calls().length;
    await host.subscribe.explain({ ...key(1), appId: OFF });
    expect(simulator.calls()).toHaveLength(called);
    await Promise.all([1, 2, 3].map(() => host.subscribe.explain(key(1))));
    expect(
      simulator
        .calls()
        .slice(called)
        .map(({ path }) => path),
    ).toEqual(['/cgi-bin/openapi/quota/get']);
  });

  describe('over HTTP', () => {
    const get = (path: string, as: string = SERVICE_KEY) =>
      request(host.url)
        .get(`/weixin${path}`)
        .set({ Authorization: `Bearer ${as}` });
    const query = () =>
      `/explain?${new URLSearchParams({ ...key(1), scene: '1' } as object as Record<string, string>)}`;

    it('answers the same, with moments in ISO 8601', async () => {
      await give(host, 1);
      const ahead = await get(query());
      expect({ status: ahead.status, ...ahead.body }).toMatchObject({
        ...{ status: 200, verdict: 'can-be-sent', channel: 'one-time', scene: 1 },
        findings: [{ code: 'can-be-sent' }],
        nextStep: { en: 'Send it.', zh: '直接发送。' },
        story: [{ type: 'granted', at: new Date(host.clock.now()).toISOString() }],
      });
      expect(ahead.headers['cache-control']).toBe('no-store');
      const id = await sends();
      const { body } = await get(`/messages/${id}/explain`, KEYS.reader.keys[0]);
      expect(body).toMatchObject({ messageId: id, verdict: 'sent', findings: [{ code: 'sent' }] });
    });

    it('is told by the command line, in the language that is asked for', async () => {
      await record(host, openidAt(OFFICIAL.appId), 1);
      const id = await sends();
      const env = { WEIXIN_SUBSCRIBE_URL: `${host.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: SERVICE_KEY };
      const told = async (...args: string[]) => {
        const process = new Cli(['message', 'explain', ...args], { env });
        return { code: await process.exit(), out: process.stdout, err: process.stderr };
      };
      const [en, zh, wrong] = await Promise.all([told(id), told(id, '--lang', 'zh'), told('x')]);
      const { nextStep } = CAUSES['refused-no-permission'];
      expect(en).toMatchObject({ code: 0, err: '' });
      expect(en.out).toMatch(/^NOT-SENT\nrefused-no-permission /);
      expect(en.out).toContain(`→ ${nextStep.en}\nWeChat: rid `);
      expect(zh.out).toContain(`→ ${nextStep.zh}\n`);
      expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('is not the id of a message') });
    });

    it('keeps to the scope and the accounts of the key', async () => {
      await give(host, 1);
      const id = await sends();
      const statuses = [
        await get(query(), KEYS.reader.keys[0]),
        await get(query(), KEYS.stranger.keys[0]),
        await get(`/messages/${id}/explain`, KEYS.stranger.keys[0]),
        await get('/messages/0193484c-6b80-7000-8000-000000000000/explain'),
        await get('/explain?appId=wx1&openid=o&templateId=T'),
        await get(query().replace('scene=1', 'scene=x')),
        await request(host.url).get(`/weixin/messages/${id}/explain`),
      ].map(({ status, body }) => [status, body.code]);
      expect(statuses).toEqual([
        [403, 'WEIXIN_SERVICE_FORBIDDEN'],
        [403, 'WEIXIN_SERVICE_FORBIDDEN'],
        [404, 'WEIXIN_MESSAGE_NOT_FOUND'],
        [404, 'WEIXIN_MESSAGE_NOT_FOUND'],
        [404, 'WEIXIN_UNKNOWN_ACCOUNT'],
        [400, 'WEIXIN_INVALID_INPUT'],
        [401, 'WEIXIN_SERVICE_KEY'],
      ]);
    });
  });
});
