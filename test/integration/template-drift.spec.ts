import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import {
  AccountKindError,
  DeliveryHealthIndicator,
  SendingPausedError,
  TemplateDriftService,
  TemplateHealthIndicator,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import { TemplateApiClient } from '../../libs/weixin-subscribe/src/template/template-api.client.js';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { dispatch } from '../support/deferred.js';
import { emptyLedger } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const { appId } = MINI_PROGRAM;
const [TEMPLATE, OTHER] = MINI_PROGRAM.templates;
const LIST = '/wxaapi/newtmpl/gettemplate';
const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
const OTHER_DATA = {
  character_string1: { value: '2019100115' },
  amount2: { value: '￥99.9元' },
  enum3: { value: '已发货' },
};
const HOUR_MS = 3_600_000;

describeEachDatabase('a template that is not what it was', (kind) => {
  let simulator: WeixinSimulator;
  let database: TestDatabase;
  let host: TestApp;
  /** Another process on the same database, as far as anybody can tell. */
  let other: TestApp;
  let openid: string;
  let drift: TemplateDriftService;
  let events: unknown[];
  const listed = channelSimulatorAccounts()[0].subscribeTemplates ?? [];

  beforeAll(async () => {
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [...channelSimulatorAccounts().slice(0, 1), ...simulatorAccounts()],
    });
    database = await createDatabase(kind);
    const options = { accounts: [...channelAccounts().slice(0, 1), ...libraryAccounts()] };
    const imports = [EventEmitterModule.forRoot()];
    host = await createTestApp({ simulator, shared: database, options, imports });
    other = await createTestApp({ simulator, shared: database, options });
    openid = simulator.openid('xiaoming', appId);
    drift = host.app.get(TemplateDriftService);
    host.app.get(EventEmitter2, { strict: false }).onAny((name, payload) => {
      if (/template|delivery/.test(String(name)))
        events.push([name, (payload as { templateId?: string }).templateId]);
    });
  });
  afterAll(async () => {
    await other?.close();
    await host?.close();
    await simulator?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    simulator.reset();
    simulator.setClock(host.clock.now());
    simulator.updateAccount(appId, { subscribeTemplates: listed });
    await emptyLedger(host.dataSource);
    for (const table of ['weixin_template', 'weixin_send_pause', 'weixin_lease'])
      await host.dataSource.query(`DELETE FROM ${table}`);
    for (const { tasks } of [host, other]) await tasks.run('send-pauses');
    events = [];
  });

  const without = (templateId: string) => listed.filter(({ priTmplId }) => priTmplId !== templateId);
  const asked = () => simulator.calls().filter(({ path }) => path === LIST).length;
  const give = async (templateId: string) => {
    simulator.requestSubscribeMessage({ appId, openid, answers: { [templateId]: 'accept' } });
    const source = `test:${host.clock.now()}:${templateId}`;
    await host.grants.record({ appId, openid, templateId, scene: 0, channel: 'mini-subscribe', source });
  };
  const send = (templateId: string, by = host, more: object = {}) =>
    by.subscribe.send({
      appId,
      openid,
      templateId,
      data: templateId === TEMPLATE ? DATA : OTHER_DATA,
      ...more,
    });
  const pass = (ms: number) => {
    for (const { clock } of [host, other]) clock.advance(ms);
    simulator.setClock(host.clock.now());
  };
  const service = () => request(host.url);
  const authorized = { authorization: `Bearer ${SERVICE_KEY}` };

  it('finds nothing where all are as they were', async () => {
    expect(await drift.compare(appId)).toEqual([]);
    expect(await drift.compare(appId)).toEqual([]);
    expect(asked()).toBe(2);
    expect(events).toEqual([]);
    const health = await host.app.get(TemplateHealthIndicator).check();
    expect(health).toEqual({ 'weixin-templates': { status: 'up', findings: [] } });
  });

  it('pauses the sends of one that is missing, in every process, before WeChat is called; others go on', async () => {
    await drift.compare(appId);
    for (const templateId of [TEMPLATE, OTHER]) await give(templateId);
    simulator.updateAccount(appId, { subscribeTemplates: without(TEMPLATE) });
    const [finding] = await drift.compare(appId);
    expect(finding).toEqual({
      ...{ appId, templateId: TEMPLATE, kind: 'missing' },
      ...{ since: new Date(host.clock.now()), detail: expect.stringContaining('not in the account') },
    });
    await until(() => events.length === 2);
    expect(events).toEqual([
      ['weixin.template.drift', TEMPLATE],
      ['weixin.delivery.paused', TEMPLATE],
    ]);

    await other.tasks.run('send-pauses');
    const calls = simulator.calls().length;
    for (const app of [host, other]) {
      const refused = send(TEMPLATE, app);
      await expect(refused).rejects.toBeInstanceOf(SendingPausedError);
      await expect(refused).rejects.toMatchObject({
        ...{ code: 'WEIXIN_SENDING_PAUSED', templateId: TEMPLATE },
        remedy: expect.stringContaining('Take the template into the account again'),
      });
    }
    expect(simulator.calls().length).toBe(calls);
    expect(await host.grants.countAvailable({ appId, openid, templateId: TEMPLATE, scene: 0 })).toBe(1);
    expect(await send(OTHER)).toMatchObject({ status: 'sent' });

    expect(await host.app.get(TemplateHealthIndicator).check()).toMatchObject({
      'weixin-templates': { status: 'degraded', findings: [{ templateId: TEMPLATE, kind: 'missing' }] },
    });
    expect(await host.app.get(DeliveryHealthIndicator).check()).toMatchObject({
      'weixin-delivery': { status: 'degraded', pauses: [{ templateId: TEMPLATE }] },
    });
  });

  it('says so once, keeps the pause for as long as it is missing, and ends it when it is back', async () => {
    simulator.updateAccount(appId, { subscribeTemplates: without(TEMPLATE) });
    for (let hour = 0; hour < 30; hour++) {
      await drift.compare(appId);
      pass(HOUR_MS);
      await host.tasks.run('send-pauses');
      await expect(send(TEMPLATE)).rejects.toBeInstanceOf(SendingPausedError);
    }
    simulator.updateAccount(appId, { subscribeTemplates: listed });
    expect(await drift.compare(appId)).toEqual([]);
    await give(TEMPLATE);
    expect(await send(TEMPLATE)).toMatchObject({ status: 'sent' });
    await until(() => events.length === 4);
    expect(events).toEqual([
      ['weixin.template.drift', TEMPLATE],
      ['weixin.delivery.paused', TEMPLATE],
      ['weixin.template.restored', TEMPLATE],
      ['weixin.delivery.resumed', TEMPLATE],
    ]);
  });

  it('holds deferred messages of it, and lets them go when it is back', async () => {
    await drift.compare(appId);
    for (const templateId of [TEMPLATE, OTHER]) await give(templateId);
    const notBefore = new Date(host.clock.now() + 60_000).toISOString();
    const waiting = await send(TEMPLATE, host, { notBefore });
    const free = await send(OTHER, host, { notBefore });
    simulator.updateAccount(appId, { subscribeTemplates: without(TEMPLATE) });
    await drift.compare(appId);
    pass(120_000);
    await dispatch(host);
    expect(await host.subscribe.get(waiting.id)).toMatchObject({ status: 'waiting', attempts: 0 });
    expect(await host.subscribe.get(free.id)).toMatchObject({ status: 'sent' });

    simulator.updateAccount(appId, { subscribeTemplates: listed });
    await drift.compare(appId);
    await dispatch(host);
    expect(await host.subscribe.get(waiting.id)).toMatchObject({ status: 'sent' });
  });

  it('asks twice before it stops anybody: one wrong list is none', async () => {
    await drift.compare(appId);
    jest.spyOn(host.app.get(TemplateApiClient), 'list').mockResolvedValueOnce([]);
    const before = asked();
    expect(await drift.compare(appId)).toEqual([]);
    expect(asked()).toBe(before + 1);
    expect(await host.subscribe.pauses()).toEqual([]);
  });

  it('reports keywords that changed, for a week, and pauses nothing', async () => {
    await drift.compare(appId);
    const changed = listed.map((each) =>
      each.priTmplId === TEMPLATE ? { ...each, content: '课程:{{thing1.DATA}}\n日期:{{date3.DATA}}' } : each,
    );
    simulator.updateAccount(appId, { subscribeTemplates: changed });
    expect(await drift.compare(appId)).toMatchObject([
      {
        templateId: TEMPLATE,
        kind: 'keywords-changed',
        detail: 'it had thing1, time2; it has thing1, date3',
      },
    ]);
    expect(await drift.compare(appId)).toHaveLength(1);
    expect(await host.subscribe.pauses()).toEqual([]);
    expect((await host.app.get(TemplateHealthIndicator).check())['weixin-templates'].status).toBe('up');
    pass(8 * 24 * HOUR_MS);
    expect(await drift.compare(appId)).toEqual([]);
    expect(events).toEqual([['weixin.template.drift', TEMPLATE]]);
  });

  it('is compared by one process at a time, and by another where that one is gone', async () => {
    await drift.compare(appId);
    const before = asked();
    for (const { tasks } of [host, other, host]) await tasks.run('template-drift');
    // The one that has the lease may look again.
    expect(asked()).toBe(before + 2);
    pass(HOUR_MS);
    await other.tasks.run('template-drift');
    await host.tasks.run('template-drift');
    expect(asked()).toBe(before + 3);
  });

  it('changes nothing where WeChat can not be asked', async () => {
    await drift.compare(appId);
    simulator.fault({ kind: 'errcode', errcode: -1, path: LIST, times: 'forever' });
    await host.tasks.run('template-drift');
    await expect(drift.compare(appId)).rejects.toMatchObject({ errcode: -1 });
    expect(await drift.findings()).toEqual([]);
    expect(await host.subscribe.pauses()).toEqual([]);
  });

  it('is told by REST, compared there, and not for accounts without such templates', async () => {
    simulator.updateAccount(appId, { subscribeTemplates: without(TEMPLATE) });
    const compared = await service()
      .post('/weixin/templates/drift')
      .set(authorized)
      .send({ appId })
      .expect(200);
    expect(compared.body.findings).toMatchObject([{ templateId: TEMPLATE, kind: 'missing' }]);
    const read = await service().get('/weixin/templates/drift').query({ appId }).set(authorized).expect(200);
    expect(read.body).toEqual(compared.body);
    await service().get('/weixin/templates/drift').query({ appId }).expect(401);
    await expect(drift.compare(OFFICIAL.appId)).rejects.toBeInstanceOf(AccountKindError);
    await service()
      .post('/weixin/templates/drift')
      .set(authorized)
      .send({ appId: OFFICIAL.appId })
      .expect(400);
  });
});

it('leaves an account that is switched off alone', async () => {
  const logger = new CaptureLogger();
  const accounts = channelAccounts().map((account) => ({ ...account, enabled: false }));
  const host = await createTestApp({ logger, options: { accounts } });
  try {
    await host.tasks.run('template-drift');
    expect(logger.lines.filter((line) => line.includes('could not be compared'))).toEqual([]);
  } finally {
    await host.close();
  }
});
