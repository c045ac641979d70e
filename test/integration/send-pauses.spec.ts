import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { DeliveryHealthIndicator, FormIdService } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import {
  channelAccounts,
  channelSimulatorAccounts,
  MINI_PROGRAM,
  MOBILE,
  OFFICIAL,
  SERVICE_KEY,
} from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { calls, defer, dispatch, fresh, from, give, HOUR, MINUTE, SEND } from '../support/deferred.js';
import { MOBILE_KEY, message } from '../support/flows.js';
import { countBy, countRows, emptyLedger } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

/** 20 November 2026, noon in Beijing. */
const NOON = Date.UTC(2026, 10, 20, 4);
const MIDNIGHT = Date.UTC(2026, 10, 20, 16);

describeEachDatabase('an account whose daily quota is used up', (kind) => {
  let database: TestDatabase;
  let host: TestApp;
  /** Another process on the same database, as far as anybody can tell. */
  let other: TestApp;
  let openid: string;
  let events: [string, string][];

  beforeAll(async () => {
    database = await createDatabase(kind);
    const imports = [EventEmitterModule.forRoot()];
    host = await createTestApp({ shared: database, imports });
    other = await createTestApp({ shared: database, imports, simulator: host.simulator });
    for (const app of [host, other]) {
      const emitter = app.app.get(EventEmitter2, { strict: false });
      for (const name of ['paused', 'resumed']) {
        emitter.on(`weixin.delivery.${name}`, ({ appId }) => events.push([name, appId]));
      }
    }
  });
  afterAll(async () => {
    await other?.close();
    await host?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    events = [];
    move(NOON);
    await fresh(host);
    await other.subscribe.resume(OFFICIAL.appId);
    await learn(host, other);
    host.simulator.setClock(NOON);
    openid = await give(host, 1);
    for (let scene = 2; scene <= 6; scene++) await give(host, scene);
    await host.tokens.refreshAhead(OFFICIAL.appId);
    await other.tokens.refreshAhead(OFFICIAL.appId);
    host.simulator.fillQuota(OFFICIAL.appId, SEND);
    events = [];
  });

  function move(moment: number): void {
    host.simulator.setClock(moment);
    for (const { clock } of [host, other]) clock.advance(moment - clock.now());
  }
  const learn = (...apps: TestApp[]) => Promise.all(apps.map(({ tasks }) => tasks.run('send-pauses')));
  const send = (app: TestApp, scene: number) => app.subscribe.send(message(openid, scene));
  const status = async (id: string) => (await host.subscribe.get(id)).status;
  /** The first send meets the quota. */
  const meet = () =>
    expect(send(host, 1)).rejects.toMatchObject({ code: 'WEIXIN_MESSAGE_FAILED', errcode: 45009 });

  it('fails direct sends clearly and without a call, until the reset; others are untouched', async () => {
    await meet();
    const called = calls(host);
    host.clock.advance(HOUR);
    await expect(send(host, 2)).rejects.toMatchObject({
      code: 'WEIXIN_SENDING_PAUSED',
      retryAfterSeconds: 11 * 3600,
      remedy: expect.stringContaining('clear_quota'),
    });
    expect(calls(host)).toBe(called);
    expect(await countRows(host.dataSource, 'weixin_message')).toBe(1);
    const answer = await request(host.url)
      .post('/weixin/messages')
      .set({ Authorization: `Bearer ${SERVICE_KEY}` })
      .send(message(openid, 2));
    expect([answer.status, answer.headers['retry-after'], answer.body.code]).toEqual([
      503,
      String(11 * 3600),
      'WEIXIN_SENDING_PAUSED',
    ]);

    const confirmed = host.simulator.confirm({ appId: MOBILE.appId, person: 'xiaoming', scene: 1 });
    const mobile = { ...MOBILE_KEY, openid: String(confirmed.openid), scene: 1 };
    await host.grants.record({ ...mobile, source: `mobile:${host.clock.now()}:${kind}` });
    expect(await host.subscribe.send({ ...message(mobile.openid, 1), ...MOBILE_KEY })).toMatchObject({
      status: 'sent',
    });

    move(MIDNIGHT);
    expect(await send(host, 2)).toMatchObject({ status: 'sent' });
  });

  it('is shown, and told once', async () => {
    await Promise.all([meet(), send(host, 2).catch(() => undefined), send(other, 3).catch(() => undefined)]);
    expect(await other.subscribe.pauses()).toEqual([
      {
        appId: OFFICIAL.appId,
        path: SEND,
        pausedAt: new Date(NOON),
        pausedUntil: new Date(MIDNIGHT),
        errcode: 45009,
        reason: expect.stringContaining('45009'),
      },
    ]);
    await until(() => events.length > 0);
    expect(events).toEqual([['paused', OFFICIAL.appId]]);
    move(MIDNIGHT);
    await learn(host, other);
    await until(() => events.length > 1);
    expect(events).toEqual([
      ['paused', OFFICIAL.appId],
      ['resumed', OFFICIAL.appId],
    ]);
    expect(await host.subscribe.pauses()).toEqual([]);
    expect(await countRows(host.dataSource, 'weixin_send_pause')).toBe(0);
  });

  it('gives the first outcome for a repeated key all the same', async () => {
    host.simulator.reset();
    const openid = await give(host, 1);
    const { accessToken } = await host.tokens.getToken(OFFICIAL.appId);
    await host.tokens.refresh(OFFICIAL.appId, accessToken);
    const keyed = { ...message(openid, 1), idempotencyKey: 'k' };
    const { id } = await host.subscribe.send(keyed);
    host.simulator.fillQuota(OFFICIAL.appId, SEND);
    await expect(send(host, 2)).rejects.toMatchObject({ errcode: 45009 });
    expect((await host.subscribe.send(keyed)).id).toBe(id);
  });

  it('lets deferred messages wait, and go after the reset', async () => {
    const met = await defer(host, openid, 1, 0);
    await dispatch(host);
    const later = await defer(host, openid, 2, HOUR);
    for (const { id } of [met, later]) expect(await status(id)).toBe('waiting');
    expect(await host.subscribe.get(met.id)).toMatchObject({ errcode: 45009, attempts: 1 });
    const called = calls(host);

    move(NOON + HOUR);
    await dispatch(host);
    move(MIDNIGHT - 1);
    await dispatch(host);
    expect(calls(host)).toBe(called);
    expect(await host.subscribe.get(later.id)).toMatchObject({
      dueAt: new Date(MIDNIGHT),
      reason: 'the sends of its account pause',
      attempts: 0,
    });

    move(MIDNIGHT);
    await dispatch(host);
    for (const { id } of [met, later]) expect(await status(id)).toBe('sent');
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 2, available: 4 });
  });

  it('ends a deferred message at its deadline, if that is before the reset', async () => {
    await meet();
    const { id } = await defer(host, openid, 2, MINUTE, { deadline: from(host, HOUR) });
    move(NOON + MINUTE);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'waiting', dueAt: new Date(NOON + HOUR) });
    move(NOON + HOUR);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'failed', reason: 'its deadline passed' });
  });

  it('is known to another process at its next look, which then asks WeChat nothing', async () => {
    await meet();
    await learn(other);
    const called = calls(host);
    await expect(send(other, 2)).rejects.toMatchObject({ code: 'WEIXIN_SENDING_PAUSED' });
    const { id } = await defer(other, openid, 3, 0);
    await dispatch(other);
    expect([calls(host), await status(id)]).toEqual([called, 'waiting']);
  });

  describe('when an operator resumes it', () => {
    it('sends at once, also what was deferred, here and elsewhere', async () => {
      await meet();
      await learn(other);
      const waiting = [await defer(host, openid, 2, 0), await defer(host, openid, 3, 0)];
      await dispatch(host);
      const unmoved = await defer(host, openid, 4, MIDNIGHT - NOON);
      host.simulator.reset();
      for (let scene = 1; scene <= 6; scene++)
        host.simulator.confirm({ appId: OFFICIAL.appId, person: 'xiaoming', scene });
      await host.tokens.refresh(OFFICIAL.appId, (await host.tokens.getToken(OFFICIAL.appId)).accessToken);

      expect(await host.subscribe.resume(OFFICIAL.appId)).toBe(true);

      // The other one still thinks that sends pause: it must not put off what was brought forward.
      await dispatch(other);
      await dispatch(host);
      for (const { id } of waiting) expect(await status(id)).toBe('sent');
      expect(await send(host, 1)).toMatchObject({ status: 'sent' });
      await learn(other);
      expect(await send(other, 5)).toMatchObject({ status: 'sent' });
      // Its own time is the moment of the reset, by chance.
      expect(await status(unmoved.id)).toBe('waiting');
      await until(() => events.length === 2);
      expect(events[1]).toEqual(['resumed', OFFICIAL.appId]);
      expect(await host.subscribe.resume(OFFICIAL.appId)).toBe(false);
    });

    it('pauses anew when WeChat refuses still', async () => {
      await meet();
      await host.subscribe.resume(OFFICIAL.appId);
      await expect(send(host, 2)).rejects.toMatchObject({ errcode: 45009 });
      await expect(send(host, 3)).rejects.toMatchObject({ code: 'WEIXIN_SENDING_PAUSED' });
    });

    it('wants an account that there is', () =>
      expect(host.subscribe.resume('wx-nobody')).rejects.toMatchObject({ code: 'WEIXIN_UNKNOWN_ACCOUNT' }));
  });

  it('pauses for five minutes only when the refusal comes right after midnight', async () => {
    move(MIDNIGHT - MINUTE);
    host.simulator.fillQuota(OFFICIAL.appId, SEND);
    // Our clock is ahead of the platform's.
    host.clock.advance(2 * MINUTE);
    await meet();
    expect((await host.subscribe.pauses())[0].pausedUntil).toEqual(new Date(MIDNIGHT + 5 * MINUTE));
  });

  it('is degraded, and so are deferred messages that nobody sends', async () => {
    const health = () => host.app.get(DeliveryHealthIndicator).check();
    const name = 'weixin-delivery';
    expect(await health()).toEqual({ [name]: { status: 'up', pauses: [], overdue: 0, unknown: 0 } });
    await meet();
    expect((await health())[name]).toMatchObject({ status: 'degraded', pauses: [{ appId: OFFICIAL.appId }] });
    await host.subscribe.resume(OFFICIAL.appId);
    const { id } = await defer(host, openid, 2, MINUTE);
    host.clock.advance(6 * MINUTE);
    expect((await health())[name]).toMatchObject({ status: 'up', overdue: 0 });
    host.clock.advance(1);
    expect((await health())[name]).toMatchObject({ status: 'degraded', overdue: 1 });
    host.simulator.reset();
    host.simulator.fault({ path: SEND, kind: 'errcode', errcode: -1 });
    await dispatch(host);
    expect(await status(id)).toBe('unknown');
    expect((await health())[name]).toEqual({ status: 'up', pauses: [], overdue: 0, unknown: 1 });
  });
});

describeEachDatabase('an account that sends by two APIs, of which one has used its quota up', (kind) => {
  const { appId } = MINI_PROGRAM;
  const MINI_SEND = '/cgi-bin/message/subscribe/send';
  const FORM_SEND = '/cgi-bin/message/wxopen/template/send';
  const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
  const FORM_DATA = { keyword1: { value: '高等数学', color: '#173177' }, keyword2: { value: '8:50' } };
  let simulator: WeixinSimulator;
  let database: TestDatabase;
  let host: TestApp;
  let other: TestApp;
  let openid: string;
  let sources = 0;

  beforeAll(async () => {
    simulator = await WeixinSimulator.start({ port: 0, accounts: channelSimulatorAccounts() });
    database = await createDatabase(kind);
    const given = { simulator, shared: database, options: { accounts: channelAccounts() } };
    host = await createTestApp(given);
    other = await createTestApp(given);
  });
  afterAll(async () => {
    for (const app of [other, host]) await app?.close();
    await database?.drop();
    await simulator?.close();
  });
  beforeEach(async () => {
    simulator.reset();
    simulator.setClock(NOON);
    for (const { clock } of [host, other]) clock.advance(NOON - clock.now());
    await host.subscribe.resume(appId);
    await other.tasks.run('send-pauses');
    await emptyLedger(host.dataSource);
    openid = simulator.openid('xiaoming', appId);
    await host.tokens.refresh(appId, (await host.tokens.getToken(appId)).accessToken);
  });

  const paths = async (app: TestApp) => (await app.subscribe.pauses()).map(({ path }) => path);
  /** In our ledger; at WeChat as well unless a fault answers anyway. */
  async function mini(notBefore?: Date) {
    const [templateId] = MINI_PROGRAM.templates;
    simulator.requestSubscribeMessage({ appId, person: 'xiaoming', answers: { [templateId]: 'accept' } });
    await host.grants.record({ appId, templateId, openid, source: `mini:${++sources}` });
    return (app: TestApp) => app.subscribe.send({ appId, templateId, openid, data: DATA, notBefore });
  }
  async function form(notBefore?: Date) {
    const { formId } = simulator.submitForm({ appId, person: 'xiaoming' });
    const templateId = MINI_PROGRAM.formTemplate;
    await host.app.get(FormIdService).record({ appId, openid, formId });
    return (app: TestApp) => app.subscribe.send({ appId, templateId, openid, data: FORM_DATA, notBefore });
  }
  const full = (path: string) => simulator.fault({ kind: 'errcode', errcode: 45009, path, times: 'forever' });

  it('goes on by the other, here and in other processes, directly and later', async () => {
    full(MINI_SEND);
    await expect((await mini())(host)).rejects.toMatchObject({ errcode: 45009 });
    await expect((await mini())(host)).rejects.toMatchObject({
      code: 'WEIXIN_SENDING_PAUSED',
      path: MINI_SEND,
      message: expect.stringContaining(MINI_SEND),
    });
    await other.tasks.run('send-pauses');
    for (const app of [host, other]) {
      expect(await paths(app)).toEqual([MINI_SEND]);
      expect(await (await form())(app)).toMatchObject({ status: 'sent' });
    }
    await expect((await mini())(other)).rejects.toMatchObject({ code: 'WEIXIN_SENDING_PAUSED' });
    const soon = new Date(NOON + MINUTE);
    const [waits, goes] = [await (await mini(soon))(host), await (await form(soon))(host)];
    for (const { clock } of [host, other]) clock.advance(MINUTE);
    await dispatch(other);
    expect(await host.subscribe.get(waits.id)).toMatchObject({
      status: 'waiting',
      dueAt: new Date(MIDNIGHT),
    });
    expect(await host.subscribe.get(goes.id)).toMatchObject({ status: 'sent' });
  });

  it('has two pauses where both are used up, and each ends by itself or with all of them', async () => {
    for (const path of [MINI_SEND, FORM_SEND]) full(path);
    for (const send of [await mini(), await form()])
      await expect(send(host)).rejects.toMatchObject({ errcode: 45009 });
    expect(await paths(host)).toEqual([MINI_SEND, FORM_SEND]);
    const soon = new Date(NOON + MINUTE);
    const [one, two] = [await (await mini(soon))(host), await (await form(soon))(host)];
    host.clock.advance(MINUTE);
    await dispatch(host);
    simulator.clearFaults();
    expect(await host.subscribe.resume(appId, MINI_SEND)).toBe(true);
    expect(await paths(host)).toEqual([FORM_SEND]);
    await dispatch(host);
    expect(await host.subscribe.get(one.id)).toMatchObject({ status: 'sent' });
    // Brought forward only with its own API.
    expect(await host.subscribe.get(two.id)).toMatchObject({ status: 'waiting', dueAt: new Date(MIDNIGHT) });
    expect(await host.subscribe.resume(appId, MINI_SEND)).toBe(false);
    expect(await host.subscribe.resume(appId)).toBe(true);
    await dispatch(host);
    expect(await host.subscribe.get(two.id)).toMatchObject({ status: 'sent' });
    expect(await paths(host)).toEqual([]);
  });

  it('waits a minute by one API only when WeChat wants it slower (45011)', async () => {
    simulator.fault({ kind: 'errcode', errcode: 45011, path: MINI_SEND });
    const soon = new Date(NOON + MINUTE);
    const [met, held] = [
      await (await mini(soon))(host),
      await (await mini(new Date(NOON + MINUTE + 1)))(host),
    ];
    const goes = await (await form(new Date(NOON + MINUTE + 1)))(host);
    host.clock.advance(MINUTE);
    await dispatch(host);
    host.clock.advance(1);
    await dispatch(host);
    expect(await host.subscribe.get(met.id)).toMatchObject({ status: 'waiting', errcode: 45011 });
    expect(await host.subscribe.get(held.id)).toMatchObject({ status: 'waiting', attempts: 0 });
    expect(await host.subscribe.get(goes.id)).toMatchObject({ status: 'sent' });
  });
});
