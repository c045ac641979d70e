import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { PersonalDataService, PushEventService } from 'nestjs-weixin-subscribe';
import type { WeixinSimulator } from 'weixin-simulator';
import { OFFICIAL } from '../support/accounts.js';
import { createTestApp, startSimulator, type TestApp, testOptions } from '../support/create-test-app.js';
import { countBy, countRows, emptyLedger } from '../support/ledger.js';
import { atOnce } from '../support/library-parts.js';
import { LineProcess } from '../support/line-process.js';
import {
  popupXml,
  post,
  push,
  pushAccounts,
  Received,
  ReceivedModule,
  sentXml,
  signed,
} from '../support/pushes.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const { appId } = OFFICIAL;
const TABLE = 'weixin_push_event';
const TASK = 'push-events';

describeEachDatabase('promise 1: a push is one event, however often it comes,', (kind) => {
  let simulator: WeixinSimulator;
  let shared: TestDatabase;
  let hosts: TestApp[];
  beforeAll(async () => {
    simulator = await startSimulator();
    shared = await createDatabase(kind);
    const start = () =>
      createTestApp({
        simulator,
        shared,
        imports: [ReceivedModule, EventEmitterModule.forRoot()],
        options: { accounts: pushAccounts() },
      });
    hosts = [await start(), await start()];
  });
  beforeEach(async () => {
    await emptyLedger(hosts[0].dataSource);
    for (const host of hosts) {
      const received = host.app.get(Received);
      Object.assign(received, { throws: 0, gate: Promise.resolve() });
      received.events.length = 0;
      received.sent.length = 0;
    }
  });
  afterAll(async () => {
    for (const host of hosts ?? []) await host.close();
    await shared?.drop();
    await simulator?.close();
  });

  const heardBy = (host: TestApp) => host.app.get(Received);
  const allSent = () => hosts.flatMap((host) => heardBy(host).sent);
  const allHeard = () => hosts.flatMap((host) => heardBy(host).events);
  const worked = () => Promise.all(hosts.map(({ tasks }) => tasks.run(TASK)));
  const advance = (ms: number) => {
    for (const { clock } of hosts) clock.advance(ms);
  };
  const list = () => hosts[0].app.get(PushEventService).list();

  it('four times, one after the other', async () => {
    for (let time = 0; time < 4; time++) {
      expect((await push(hosts[time % 2], sentXml())).text).toBe('success');
      await worked();
    }
    expect(allSent()).toHaveLength(1);
    expect(await countRows(hosts[0].dataSource, TABLE)).toBe(1);
  });

  it('to two processes at once, in forty deliveries of ten events', async () => {
    const deliveries = await atOnce(40, (n) =>
      push(hosts[n % 2], sentXml({ msgId: `18643237264612556${10 + (n % 10)}` })),
    );
    expect(new Set(deliveries.map(({ text }) => text))).toEqual(new Set(['success']));
    await worked();
    await worked();
    expect(
      allSent()
        .map(({ items }) => items[0].msgId)
        .sort(),
    ).toEqual(Array.from({ length: 10 }, (_, n) => `18643237264612556${10 + n}`));
    expect(allHeard()).toHaveLength(10);
    expect(await countBy(hosts[0].dataSource, TABLE)).toEqual({ done: 10 });
  });

  it('replayed byte by byte', async () => {
    const { query, body } = signed(hosts[0], sentXml());
    for (let time = 0; time < 3; time++)
      expect((await post(`${hosts[1].url}/weixin/push/${appId}`, query, body)).text).toBe('success');
    await worked();
    expect(allSent()).toHaveLength(1);
  });

  it('and two of one person within a second are two', async () => {
    await push(hosts[0], sentXml({ msgId: '1' }));
    await push(hosts[0], sentXml({ msgId: '2' }));
    await push(hosts[0], sentXml({ msgId: '1', openid: 'oOther' }));
    await push(hosts[0], sentXml({ msgId: '1', createTime: 1763611201 }));
    await worked();
    expect(allSent()).toHaveLength(4);
  });

  it('and two that differ in any field are two, of which the repetition of each is none', async () => {
    const check = (traceId: string, more = '') =>
      `<xml><ToUserName>gh_1</ToUserName><FromUserName>oXiaoming</FromUserName><CreateTime>1763611200</CreateTime><MsgType>event</MsgType>
<Event>wxa_media_check</Event>${more}<trace_id><![CDATA[${traceId}]]></trace_id><result><suggest>pass</suggest><label>100</label></result></xml>`;
    const asJson = (traceId: string, label = 100) =>
      `{"FromUserName":"oXiaoming","CreateTime":1763611200,"MsgType":"event","Event":"wxa_media_check","trace_id":"${traceId}","result":{"label":${label}}}`;
    const bodies = [
      check('1'),
      check('2'),
      check('2', '<errcode>0</errcode>'),
      asJson('3'),
      asJson('3', 101),
    ];
    const deliveries = await atOnce(20, (n) => push(hosts[n % 2], bodies[n % 5]));
    expect(new Set(deliveries.map(({ text }) => text))).toEqual(new Set(['success']));
    await worked();
    await worked();
    expect(
      allHeard()
        .map(({ fields }) => [fields.trace_id, fields.errcode, Object(fields.result).label].join())
        .sort(),
    ).toEqual(['1,,100', '2,,100', '2,0,100', '3,,100', '3,,101']);
    expect(await countRows(hosts[0].dataSource, TABLE)).toBe(5);
  });

  it('and a rejection and an accept of one person within a second are two, of which the repetition of each is none', async () => {
    for (const status of ['reject', 'accept', 'reject', 'accept'])
      await push(hosts[0], popupXml('oXiaoming', 'T1', status));
    await worked();
    expect(allHeard().map(({ items }) => items)).toEqual([
      [{ templateId: 'T1', status: 'reject', popupScene: 0 }],
      [{ templateId: 'T1', status: 'accept', popupScene: 0 }],
    ]);
  });

  it('is answered before its listeners are done', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    for (const host of hosts) heardBy(host).gate = gate;
    expect((await push(hosts[0], sentXml())).text).toBe('success');
    expect(allSent()).toEqual([]);
    expect((await list())[0].status).toBe('pending');
    open();
    await worked();
    expect(allSent()).toHaveLength(1);
  });

  it('is received again by the listener that threw, and by no other', async () => {
    for (const host of hosts) heardBy(host).throws = 1;
    await push(hosts[0], sentXml());
    await hosts[0].tasks.run(TASK);
    expect(allSent()).toEqual([]);
    expect(await list()).toMatchObject([
      { status: 'pending', attempts: 1, reason: 'Received.onSent: no access_token=[redacted] here' },
    ]);
    await worked();
    expect(allSent()).toEqual([]);
    for (const host of hosts) heardBy(host).throws = 0;
    advance(5000);
    await hosts[1].tasks.run(TASK);
    expect(allSent()).toHaveLength(1);
    expect(allHeard()).toHaveLength(1);
    expect(await list()).toMatchObject([{ status: 'done', attempts: 2, reason: undefined }]);
  });

  it('has failed when a listener threw five times, tells so, and can be retried', async () => {
    const failed: unknown[] = [];
    for (const host of hosts)
      host.app
        .get(EventEmitter2, { strict: false })
        .on('weixin.push.failed', (event: unknown) => failed.push(event));
    const [host] = hosts;
    heardBy(host).throws = 5;
    await push(host, sentXml());
    for (const pause of [0, 5000, 30_000, 120_000, 600_000, 6_000_000]) {
      advance(pause);
      await host.tasks.run(TASK);
    }
    expect(await list()).toMatchObject([{ status: 'failed', attempts: 5, endedAt: expect.any(Date) }]);
    expect(failed).toEqual([
      expect.objectContaining({
        appId,
        name: 'subscribe_msg_sent_event',
        reason: expect.stringContaining('[redacted]'),
      }),
    ]);
    const events = host.app.get(PushEventService);
    const [{ id }] = await list();
    expect(await events.retry(id)).toBe(true);
    expect(await events.retry(id)).toBe(false);
    await worked();
    await worked();
    expect(allSent()).toHaveLength(1);
    expect(allHeard()).toHaveLength(1);
  });

  it('has failed, and is not tried for ever, when it ends every process that takes it', async () => {
    const [{ dataSource }] = hosts;
    await push(hosts[0], sentXml());
    await worked();
    await dataSource.query(`UPDATE ${TABLE} SET status = 'pending', attempts = 5, due_at = 1`);
    await worked();
    expect(await list()).toMatchObject([
      { status: 'failed', reason: 'its process ended before its listeners did' },
    ]);
    expect(allSent()).toHaveLength(1);
  });

  it('is gone after its retention, unless it is still to be handled', async () => {
    const [host] = hosts;
    await push(host, sentXml({ msgId: '1' }));
    await worked();
    heardBy(host).throws = 1;
    await push(host, sentXml({ msgId: '2' }));
    await host.tasks.run(TASK);
    const { dataSource } = host;
    advance(30 * 86_400_000);
    await host.tasks.run('push-event-retention');
    expect(await countBy(dataSource, TABLE)).toEqual({ done: 1, pending: 1 });
    advance(1);
    await host.tasks.run('push-event-retention');
    expect(await countBy(dataSource, TABLE)).toEqual({ pending: 1 });
  });

  it('is erased with its person', async () => {
    await push(hosts[0], sentXml({ openid: 'oXiaoming' }));
    await push(hosts[0], sentXml({ openid: 'oXiaohong' }));
    await worked();
    const report = await hosts[0].app.get(PersonalDataService).forget(appId, 'oXiaoming');
    expect(report).toMatchObject({ pushEvents: 1 });
    expect((await list()).map(({ openid }) => openid)).toEqual(['oXiaohong']);
  });

  it('keeps nothing of what was said once it is done', async () => {
    await push(hosts[0], sentXml());
    await worked();
    const [row] = await hosts[0].dataSource.query(`SELECT payload, handled_by, reason FROM ${TABLE}`);
    expect(row).toEqual({ payload: null, handled_by: null, reason: null });
  });

  it('is handled by another process when the one that took it is killed', async () => {
    const worker = await LineProcess.spawn('push-process.ts', {
      database: shared.options,
      options: { ...testOptions(simulator.url), accounts: pushAccounts() },
    });
    const url = await worker.hear<string>();
    const clock = { now: () => Date.now() } as TestApp['clock'];
    const { query, body } = signed({ clock }, sentXml());
    expect((await post(`${url}/weixin/push/${appId}`, query, body)).text).toBe('success');
    const id = await worker.hear<string>();
    await worker.kill();
    // The clocks of the hosts here stand elsewhere: to them, half a minute and two minutes after the real
    // moment.
    const at = (ms: number) => {
      for (const { clock: theirs } of hosts) theirs.advance(Date.now() + ms - theirs.now());
    };
    at(30_000);
    await worked();
    expect(allSent()).toEqual([]);
    at(120_000);
    await worked();
    expect(allSent().map((event) => event.id)).toEqual([id]);
    expect((await push(hosts[0], sentXml())).text).toBe('success');
    await worked();
    expect(allSent()).toHaveLength(1);
  });
});
