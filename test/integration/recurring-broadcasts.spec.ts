import {
  type Occurrence,
  type RecurringBroadcast,
  type RecurringBroadcastDto,
  RecurringBroadcastService,
  TemplateDriftService,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import { Accounts } from '../../libs/weixin-subscribe/src/account/accounts.js';
import { BroadcastDrafts } from '../../libs/weixin-subscribe/src/broadcast/broadcast-drafts.js';
import { RecurringRepository } from '../../libs/weixin-subscribe/src/broadcast/recurring/recurring.repository.js';
import { WeixinEvents } from '../../libs/weixin-subscribe/src/kernel/weixin-events.js';
import {
  channelAccounts,
  channelSimulatorAccounts,
  MINI_PROGRAM,
  MOBILE,
  OFFICIAL,
  SERVICE_KEY,
} from '../support/accounts.js';
import { broadcastsOf, TEXT, workUntil } from '../support/broadcasts.js';
import { ADAPTERS, createTestApp, startSimulator, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { expectRefusal } from '../support/refusals.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** The manual clock begins on Friday, 2026-11-20, 12:00 in Beijing. */
const FIRST = '2026-11-21T00:50:00.000Z';
const DAILY = { name: '每日提醒', cron: '50 8 * * *' };

const daily = (more: Partial<RecurringBroadcastDto> = {}): RecurringBroadcastDto => ({
  ...OFFICIAL_KEY,
  ...TEXT,
  ...DAILY,
  scene: 7,
  ...more,
});
const serviceOf = ({ app }: TestApp) => app.get(RecurringBroadcastService);
const shown = ({ dueAt, throughAt, outcome, reason }: Occurrence) => [
  dueAt.toISOString(),
  ...(throughAt ? [throughAt.toISOString()] : []),
  outcome,
  ...(reason === undefined ? [] : [reason]),
];

describeEachDatabase('recurring broadcasts', (kind) => {
  let database: TestDatabase;
  let hosts: TestApp[];
  let host: TestApp;
  let openids: string[];
  beforeAll(async () => {
    database = await createDatabase(kind);
    const simulator = await startSimulator();
    hosts = [];
    for (let n = 0; n < 2; n++)
      hosts.push(
        await createTestApp({ shared: database, simulator, options: { broadcast: { ratePerSecond: 0 } } }),
      );
    [host] = hosts;
  });
  afterAll(async () => {
    await Promise.all((hosts ?? []).map((one) => one.close()));
    await host?.simulator.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await emptyLedger(host.dataSource);
    host.simulator.reset();
    for (const one of hosts) one.clock.advance(Date.UTC(2026, 10, 20, 4) - one.clock.now());
    openids = crowd(host, 6);
  });

  const everybody = (scene = 7) =>
    confirmAll(
      host,
      openids.map((openid) => ({ openid, scene })),
    );
  const passUntil = (moment: string) => {
    for (const one of hosts) one.clock.advance(Date.parse(moment) - one.clock.now());
  };
  /** What the interval does, in all processes at once. */
  const look = () => Promise.all(hosts.map(({ tasks }) => tasks.run('recurring-broadcasts')));
  const runs = async ({ id }: RecurringBroadcast) => serviceOf(host).occurrences(id);
  const inbox = () => host.simulator.inbox();

  it('start one broadcast at their time, whatever the number of processes, and it reaches everybody', async () => {
    await everybody();
    const recurring = await serviceOf(host).create(daily(), { requestedBy: 'courses' });
    expect(recurring).toMatchObject({ status: 'active', timeZone: 'Asia/Shanghai', startWithinMinutes: 60 });
    expect(recurring.nextAt?.toISOString()).toBe(FIRST);
    passUntil('2026-11-21T00:49:59.999Z');
    await look();
    expect(await runs(recurring)).toEqual([]);

    passUntil(FIRST);
    await look();
    await look();
    const [run, ...others] = await runs(recurring);
    expect(others).toEqual([]);
    expect(shown(run)).toEqual([FIRST, 'started']);
    expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(1);
    const id = String(run.broadcastId);
    expect(await workUntil(host, id, 'finished')).toMatchObject({ total: 6, sent: 6 });
    expect(inbox()).toHaveLength(6);
    expect(await broadcastsOf(host).get(id)).toMatchObject({
      requestedBy: 'courses',
      scene: 7,
      content: TEXT,
    });
    expect((await broadcastsOf(host).events(id)).map(({ action }) => action)).toEqual([
      ...['created', 'started', 'began', 'finished'],
    ]);
    // Who has a permission again gets the next one.
    for (const openid of openids) {
      host.simulator.confirm({ appId: OFFICIAL.appId, openid, scene: 7 });
      await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 7, source: `again:${openid}` });
    }
    passUntil('2026-11-22T00:50:10.000Z');
    await look();
    const [second] = await runs(recurring);
    await workUntil(host, String(second.broadcastId), 'finished');
    expect(inbox()).toHaveLength(12);
  });

  it('do not make up for days: after three without a process at most the last one starts', async () => {
    await everybody();
    const recurring = await serviceOf(host).create(daily());
    // Half an hour after the third.
    passUntil('2026-11-23T01:20:00.000Z');
    await look();
    expect((await runs(recurring)).map(shown)).toEqual([
      ['2026-11-23T00:50:00.000Z', 'started'],
      [FIRST, '2026-11-22T00:50:00.000Z', 'missed', 'no process started it in time'],
    ]);
    expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(1);
    await workUntil(host, String((await runs(recurring))[0].broadcastId), 'finished');

    // Two hours after the next: too late for all.
    await everybody();
    passUntil('2026-11-26T02:50:00.000Z');
    await look();
    expect((await runs(recurring)).map(shown).slice(0, 1)).toEqual([
      ['2026-11-24T00:50:00.000Z', '2026-11-26T00:50:00.000Z', 'missed', 'no process started it in time'],
    ]);
    expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(1);
    expect(inbox()).toHaveLength(6);
    expect((await serviceOf(host).get(recurring.id)).nextAt?.toISOString()).toBe('2026-11-27T00:50:00.000Z');
  });

  it('start as late as they may, and not a minute later', async () => {
    const early = await serviceOf(host).create(daily({ name: 'a', startWithinMinutes: 10 }));
    const late = await serviceOf(host).create(daily({ name: 'b', startWithinMinutes: 9 }));
    // A run that would be over already does not start either.
    const over = await serviceOf(host).create(
      daily({ name: 'c', startWithinMinutes: 60, endAfterMinutes: 9 }),
    );
    // Nine minutes after it, to the millisecond.
    passUntil('2026-11-21T00:59:00.000Z');
    await look();
    const outcomes = await Promise.all([early, late, over].map(async (one) => (await runs(one))[0].outcome));
    expect(outcomes).toEqual(['started', 'missed', 'missed']);
  });

  it('say the date and the time of each run, and end it when they should', async () => {
    await everybody();
    const recurring = await serviceOf(host).create(
      daily({
        content: { value: '{{date}} {{time}} 高等数学' },
        url: 'https://x.example/?d={{date}}',
        endAfterMinutes: 30,
      }),
    );
    passUntil(FIRST);
    await look();
    const id = String((await runs(recurring))[0].broadcastId);
    const broadcast = await broadcastsOf(host).get(id);
    expect(broadcast.content).toMatchObject({
      content: { value: '2026年11月21日 08:50 高等数学' },
      url: `https://x.example/?d=${encodeURIComponent('2026年11月21日')}`,
    });
    expect(broadcast.deadline?.toISOString()).toBe('2026-11-21T01:20:00.000Z');
  });

  it('do not start while an earlier one runs, and say so', async () => {
    await everybody();
    const recurring = await serviceOf(host).create(daily());
    passUntil(FIRST);
    await look();
    const id = String((await runs(recurring))[0].broadcastId);
    await host.tasks.run('broadcasts');
    await broadcastsOf(host)
      .pause(id)
      .catch(() => undefined);
    await host.dataSource.query("UPDATE weixin_broadcast SET status = 'paused', ended_at = NULL");
    passUntil('2026-11-22T00:50:00.000Z');
    await look();
    expect(shown((await runs(recurring))[0])).toEqual([
      '2026-11-22T00:50:00.000Z',
      'skipped',
      `broadcast ${id} of an earlier time has not ended`,
    ]);
    await broadcastsOf(host).cancel(id);
    passUntil('2026-11-23T00:50:00.000Z');
    await look();
    expect((await runs(recurring))[0].outcome).toBe('started');
  });

  it('start nothing while they are paused, and go on with the next time only', async () => {
    await everybody();
    const service = serviceOf(host);
    const { id } = await service.create(daily());
    expect(await service.pause(id)).toMatchObject({ status: 'paused', nextAt: undefined });
    await expect(service.pause(id)).rejects.toMatchObject({ code: 'WEIXIN_RECURRING_BROADCAST_STATE' });
    passUntil('2026-11-21T01:00:00.000Z');
    await look();
    const resumed = await service.resume(id);
    expect(resumed).toMatchObject({ status: 'active', nextAt: new Date('2026-11-22T00:50:00.000Z') });
    await expect(service.resume(id)).rejects.toMatchObject({ code: 'WEIXIN_RECURRING_BROADCAST_STATE' });
    await look();
    expect(await countRows(host.dataSource, 'weixin_broadcast_occurrence')).toBe(0);
    passUntil('2026-11-22T00:50:00.000Z');
    await look();
    expect((await service.occurrences(id)).map(shown)).toEqual([['2026-11-22T00:50:00.000Z', 'started']]);
  });

  it('do not come again where the clock of the process that resumes them is behind', async () => {
    await everybody();
    const service = serviceOf(host);
    const { id } = await service.create(daily());
    passUntil(FIRST);
    await look();
    host.clock.advance(-5000);
    await service.pause(id);
    expect(await service.resume(id)).toMatchObject({ nextAt: new Date('2026-11-22T00:50:00.000Z') });
    host.clock.advance(5000);
    await look();
    expect((await service.occurrences(id)).map(shown)).toEqual([[FIRST, 'started']]);
  });

  it('that are deleted start nothing; what they have started goes on and can be told', async () => {
    await everybody();
    const service = serviceOf(host);
    const recurring = await service.create(daily());
    passUntil(FIRST);
    await look();
    const broadcastId = String((await runs(recurring))[0].broadcastId);
    await service.remove(recurring.id);
    await expect(service.remove(recurring.id)).rejects.toMatchObject({
      code: 'WEIXIN_RECURRING_BROADCAST_NOT_FOUND',
    });
    passUntil('2026-11-22T00:50:00.000Z');
    await look();
    expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(1);
    expect(await workUntil(host, broadcastId, 'finished')).toMatchObject({ sent: 6 });
    // Its name is free.
    expect((await service.create(daily())).id).not.toBe(recurring.id);
  });

  it('one that is paused, resumed or deleted while its time is decided starts nothing', async () => {
    await everybody();
    const service = serviceOf(host);
    const repository = host.app.get(RecurringRepository);
    for (const change of [
      (id: string) => service.pause(id),
      (id: string) => service.remove(id),
      // It is active again, and waits for another time.
      (id: string) => service.pause(id).then(() => service.resume(id)),
    ]) {
      const { id } = await service.create(daily());
      passUntil((await service.get(id)).nextAt?.toISOString() as string);
      const [seen] = await repository.due(host.clock.now(), 10);
      expect(seen.id).toBe(id);
      await change(id);
      const { nextAt } = (await repository.find(id)) ?? {};
      const decided = await repository.decide(seen, {
        occurrences: [
          {
            id: seen.id,
            recurringId: id,
            dueAt: new Date(FIRST),
            outcome: 'started',
            decidedAt: new Date(0),
          },
        ],
        nextAt: host.clock.now() + 2 * DAY,
        startSteps: [],
      });
      expect(decided).toBe(false);
      expect((await repository.find(id))?.nextAt).toEqual(nextAt);
      expect(await countRows(host.dataSource, 'weixin_broadcast_occurrence')).toBe(0);
      await service.remove(id).catch(() => undefined);
    }
  });

  it('are told of by the process that decided, and by no other that had seen them due', async () => {
    await everybody();
    const [, other] = hosts;
    const recurring = await serviceOf(host).create(daily());
    passUntil(FIRST);
    const repository = other.app.get(RecurringRepository);
    const seen = await repository.due(other.clock.now(), 10);
    expect(seen).toHaveLength(1);
    const due = jest.spyOn(repository, 'due').mockResolvedValueOnce(seen).mockResolvedValue([]);
    const told = hosts.map(({ app }) => jest.spyOn(app.get(WeixinEvents), 'emit'));
    try {
      await host.tasks.run('recurring-broadcasts');
      await other.tasks.run('recurring-broadcasts');
      expect(due).toHaveBeenCalledTimes(2);
      expect(told.map(({ mock }) => mock.calls.map(([name]) => name))).toEqual([
        ['weixin.broadcast.occurred', 'weixin.broadcast.started'],
        [],
      ]);
    } finally {
      for (const spy of [due, ...told]) spy.mockRestore();
    }
    expect((await runs(recurring)).map(shown)).toEqual([[FIRST, 'started']]);
    expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(1);
  });

  it('of an account that is switched off are skipped, and of one that others serve are left to them', async () => {
    await everybody();
    const recurring = await serviceOf(host).create(daily());
    const accounts = hosts.map(({ app }) => app.get(Accounts));
    const off = accounts.map((one) => jest.spyOn(one, 'isEnabled').mockReturnValue(false));
    passUntil(FIRST);
    await look();
    expect((await runs(recurring)).map(shown)).toEqual([[FIRST, 'skipped', 'the account is switched off']]);
    for (const spy of off) spy.mockRestore();
    const unknown = accounts.map((one) => jest.spyOn(one, 'has').mockReturnValue(false));
    passUntil('2026-11-22T00:50:00.000Z');
    await look();
    expect(await runs(recurring)).toHaveLength(1);
    unknown[1].mockRestore();
    await look();
    expect((await runs(recurring)).map(shown)[0]).toEqual(['2026-11-22T00:50:00.000Z', 'started']);
    for (const spy of unknown) spy.mockRestore();
  });

  it('that are refused at their time say why, and go on with the next', async () => {
    const recurring = await serviceOf(host).create(daily());
    // As if it had been taken out of the options since.
    await host.dataSource.query(
      `UPDATE weixin_recurring_broadcast SET template_id = 'gone' WHERE id = '${recurring.id}'`,
    );
    passUntil(FIRST);
    await look();
    const [run] = await runs(recurring);
    expect(run).toMatchObject({ outcome: 'failed', broadcastId: undefined });
    expect(run.reason).toContain('"gone" is not configured');
    expect((await serviceOf(host).get(recurring.id)).nextAt?.toISOString()).toBe('2026-11-22T00:50:00.000Z');
  });

  it.each([
    ['while their broadcast is made', BroadcastDrafts, 'total'],
    ['while they are decided', RecurringRepository, 'decide'],
  ] as const)('come again when the database was away %s, within their time', async (_when, of, method) => {
    await everybody();
    const recurring = await serviceOf(host).create(daily());
    passUntil(FIRST);
    const failing = hosts.map(({ app }) =>
      jest
        .spyOn(app.get<Record<string, () => Promise<never>>>(of as never), method)
        .mockRejectedValue(new Error('the database is away')),
    );
    await look();
    expect(await runs(recurring)).toEqual([]);
    for (const spy of failing) spy.mockRestore();
    passUntil('2026-11-21T01:00:00.000Z');
    await look();
    expect((await runs(recurring)).map(shown)).toEqual([[FIRST, 'started']]);
  });

  it('start although another one of their time can not be decided', async () => {
    await everybody();
    const [first, second] = [
      await serviceOf(host).create(daily({ name: 'a' })),
      await serviceOf(host).create(daily({ name: 'b' })),
    ];
    passUntil(FIRST);
    const repository = host.app.get(RecurringRepository);
    const decide = repository.decide.bind(repository);
    const spy = jest.spyOn(repository, 'decide').mockImplementation((recurring, decision) => {
      if (recurring.id === first.id) throw new Error('the database is away');
      return decide(recurring, decision);
    });
    await host.tasks.run('recurring-broadcasts');
    spy.mockRestore();
    expect([await runs(first), (await runs(second)).map(shown)]).toEqual([[], [[FIRST, 'started']]]);
  });

  it('are looked for page by page, so that those of other processes hide none', async () => {
    const repository = host.app.get(RecurringRepository);
    for (let n = 0; n < 7; n++) await serviceOf(host).create(daily({ name: `n${n}` }));
    passUntil(FIRST);
    const found: string[] = [];
    let page = await repository.due(host.clock.now(), 2);
    for (; page.length > 0; page = await repository.due(host.clock.now(), 2, page.at(-1)))
      found.push(...page.map(({ name }) => name));
    expect(found.sort()).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
  });
});

describe.each(ADAPTERS)('the endpoints of recurring broadcasts on %s', (adapter) => {
  const STRANGER_KEY = 'the-service-key-of-a-stranger';
  const READER_KEY = 'the-service-key-of-a-reader';
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({
      adapter,
      options: {
        serviceKeys: {
          courses: SERVICE_KEY,
          reader: { keys: READER_KEY, scopes: ['broadcasts:read'] },
          stranger: { keys: STRANGER_KEY, accounts: [MOBILE.appId] },
        },
      },
    });
  });
  afterAll(() => host?.close());
  beforeEach(() => emptyLedger(host.dataSource));

  const call = (method: 'get' | 'post' | 'delete', path = '', body?: object, key = SERVICE_KEY) =>
    request(host.url)
      [method](`/weixin/broadcasts/recurring${path}`)
      .set('Authorization', `Bearer ${key}`)
      .send(body);
  const create = async (more: object = {}) => (await call('post', '', daily(more))).body;

  it('write one down, show it, pause, resume and delete it, and tell what became of its times', async () => {
    const created = await call('post', '', daily({ endAfterMinutes: 30 }));
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.body).toEqual({
      ...{ id: expect.any(String), status: 'active', createdAt: '2026-11-20T04:00:00.000Z' },
      ...{ ...OFFICIAL_KEY, ...TEXT, ...DAILY, scene: 7, timeZone: 'Asia/Shanghai', requestedBy: 'courses' },
      ...{ startWithinMinutes: 60, endAfterMinutes: 30, nextAt: FIRST },
      upcoming: [FIRST, '2026-11-22T00:50:00.000Z', '2026-11-23T00:50:00.000Z'],
    });
    const { upcoming, ...listed } = created.body;
    expect((await call('get', `?appId=${OFFICIAL.appId}`)).body).toEqual({ recurring: [listed] });
    expect((await call('get', `/${id}`)).body).toEqual(created.body);
    const paused = await call('post', `/${id}/pause`);
    expect([paused.status, paused.body.status, paused.body.upcoming]).toEqual([200, 'paused', []]);
    expect((await call('post', `/${id}/resume`)).body).toEqual(created.body);
    host.clock.advance(Date.parse(FIRST) - host.clock.now());
    await host.tasks.run('recurring-broadcasts');
    host.clock.advance(2 * DAY);
    await host.tasks.run('recurring-broadcasts');
    const { runs } = (await call('get', `/${id}/runs`)).body;
    expect(runs).toMatchObject([
      { dueAt: '2026-11-23T00:50:00.000Z', outcome: 'skipped' },
      { dueAt: '2026-11-22T00:50:00.000Z', outcome: 'missed', reason: 'no process started it in time' },
      { dueAt: FIRST, outcome: 'started', broadcastId: expect.any(String) },
    ]);
    expect((await call('get', `/${id}/runs?limit=1&before=2026-11-23T00:50:00.000Z`)).body.runs).toEqual([
      runs[1],
    ]);
    const gone = await call('delete', `/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await call('get', `/${id}`)).status).toBe(404);
    host.clock.advance(Date.UTC(2026, 10, 20, 4) - host.clock.now());
    const audit = await request(host.url).get('/weixin/audit').set('Authorization', `Bearer ${SERVICE_KEY}`);
    const actions = audit.body.entries.map((one: { action: string; subject: string }) => [
      one.action,
      one.subject,
    ]);
    // Those of one millisecond are in no order.
    expect(actions.sort()).toEqual(
      ['create', 'delete', 'pause', 'resume'].map((action) => [`recurring-broadcasts.${action}`, id]),
    );
  });

  it('give the same one for the same request, and refuse another of its name', async () => {
    const first = await create();
    expect(await create()).toEqual(first);
    await expectRefusal(host, () => call('post', '', daily({ scene: 8 })), {
      ...{ status: 409, code: 'WEIXIN_RECURRING_BROADCAST_NAME_TAKEN' },
    });
    expect((await create({ name: '另一个' })).id).not.toBe(first.id);
    const page = await call('get', `?appId=${OFFICIAL.appId}&limit=1`);
    const rest = await call(
      'get',
      `?appId=${OFFICIAL.appId}&after=${encodeURIComponent(page.body.recurring[0].name)}`,
    );
    const names = [...page.body.recurring, ...rest.body.recurring].map(({ name }) => name);
    expect(names.sort()).toEqual([DAILY.name, '另一个'].sort());
  });

  it.each([
    [{ cron: '0 9 * *' }, 'cron'],
    [{ cron: '0 9 30 2 *' }, 'cron'],
    [{ timeZone: 'Mars/Base' }, 'timeZone'],
    [{ cron: '2026-12-01T08:00:00' }, 'cron'],
    [{ cron: '@annually' }, 'cron'],
    [{ name: '' }, 'name'],
    [{ name: '提醒 ' }, 'name'],
    [{ startWithinMinutes: 0 }, 'startWithinMinutes'],
    [{ endAfterMinutes: 10_081 }, 'endAfterMinutes'],
    [{ scene: undefined }, 'scene'],
    [{ title: '十六个字十六个字十六个字十六个字' }, 'title'],
    [{ content: { value: '{{name}}，{{date}}上课' } }, 'content', /only .*\{\{date\}\}.* got "\{\{name\}\}"/],
    [{ recipients: ['o1'] }, 'recipients'],
    [{ notBefore: FIRST }, 'notBefore'],
    [{ deadline: FIRST }, 'deadline'],
    [{ idempotencyKey: 'k' }, 'idempotencyKey'],
  ])('refuse %j, and write nothing', async (more, field, says: RegExp | undefined = undefined) => {
    await expectRefusal(host, () => call('post', '', { ...daily(), ...more }), {
      ...{ status: 400, code: 'WEIXIN_INVALID_INPUT', field, says },
    });
    expect(await countRows(host.dataSource, 'weixin_recurring_broadcast')).toBe(0);
  });

  it('show one of another account to nobody, and let nobody change it without the scope', async () => {
    const { id } = await create();
    for (const [method, path] of [
      ['get', ''],
      ['get', '/runs'],
      ['post', '/pause'],
      ['post', '/resume'],
      ['delete', ''],
    ] as const) {
      const stranger = await call(method, `/${id}${path}`, undefined, STRANGER_KEY);
      expect([method, path, stranger.status, stranger.body.code]).toEqual([
        ...[method, path, 404, 'WEIXIN_RECURRING_BROADCAST_NOT_FOUND'],
      ]);
      const reader = await call(method, `/${id}${path}`, undefined, READER_KEY);
      expect([method, path, reader.status]).toEqual([method, path, method === 'get' ? 200 : 403]);
    }
    expect((await call('post', '', daily({ name: 'x' }), STRANGER_KEY)).status).toBe(403);
    expect((await call('post', '', daily({ name: 'x' }), READER_KEY)).status).toBe(403);
    expect((await call('get', `?appId=${OFFICIAL.appId}`, undefined, STRANGER_KEY)).status).toBe(403);
    expect((await call('get', `/${id}`)).body).toMatchObject({ status: 'active' });
  });
});

describe('recurring broadcasts of a mini-program', () => {
  let host: TestApp;
  beforeAll(async () => {
    const simulator = await WeixinSimulator.start({ port: 0, accounts: channelSimulatorAccounts() });
    host = await createTestApp({ simulator, options: { accounts: channelAccounts() } });
  });
  afterAll(async () => {
    await host?.close();
    await host?.simulator.close();
  });

  it('are refused at their time where the keywords of the template have changed', async () => {
    const [templateId] = MINI_PROGRAM.templates;
    const input = { appId: MINI_PROGRAM.appId, templateId, name: '课前', cron: '50 8 * * *' };
    const data = { thing1: { value: '高等数学' }, time2: { value: '{{date}} {{time}}' } };
    const { id } = await serviceOf(host).create({ ...input, data });
    host.clock.advance(Date.parse(FIRST) - host.clock.now());
    await host.tasks.run('recurring-broadcasts');
    const [started] = await serviceOf(host).occurrences(id);
    const broadcast = await broadcastsOf(host).get(String(started.broadcastId));
    expect(broadcast.content).toMatchObject({ data: { time2: { value: '2026年11月21日 08:50' } } });
    await workUntil(host, broadcast.id, 'finished');

    const account = channelSimulatorAccounts().find(({ appId }) => appId === input.appId);
    const changed = account?.subscribeTemplates?.map((each) =>
      each.priTmplId === templateId
        ? { ...each, content: '课程:{{thing1.DATA}}\n日期:{{date3.DATA}}' }
        : each,
    );
    host.simulator.updateAccount(input.appId, { subscribeTemplates: changed });
    await host.app.get(TemplateDriftService).compare(input.appId);
    host.clock.advance(DAY);
    await host.tasks.run('recurring-broadcasts');
    const [failed] = await serviceOf(host).occurrences(id);
    expect(failed).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('time2') });
    expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(1);
  });
});
