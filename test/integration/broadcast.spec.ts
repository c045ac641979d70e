import { Injectable, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  type Broadcast,
  BroadcastRenderer,
  type MessageContent,
  type RenderedRecipient,
  type RendersBroadcast,
} from 'nestjs-weixin-subscribe';
import { BroadcastRepository } from '../../libs/weixin-subscribe/src/broadcast/broadcast.repository.js';
import { Claims } from '../../libs/weixin-subscribe/src/broadcast/run/claims.js';
import { broadcastsOf, SEND_PATH, TEXT, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd, everybodysScenes } from '../support/crowd.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { countBy, emptyLedger, expectExactBatches } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';

let rendered: (people: RenderedRecipient[]) => MessageContent[] = () => [];

@Injectable()
@BroadcastRenderer('class-reminder')
class ClassReminder implements RendersBroadcast {
  render(people: RenderedRecipient[], _broadcast: Broadcast): MessageContent[] {
    return rendered(people);
  }
}

@Module({ imports: [DiscoveryModule], providers: [ClassReminder] })
class RendererModule {}

describeEachDatabase('broadcasts', (kind) => {
  let host: TestApp;
  let openids: string[];
  beforeAll(async () => {
    host = await createTestApp({
      database: kind,
      options: { broadcast: { ratePerSecond: 0, concurrency: 8 } },
      imports: [RendererModule],
    });
  });
  afterAll(() => host?.close());
  beforeEach(async () => {
    await emptyLedger(host.dataSource);
    host.simulator.reset();
    openids = crowd(host, 60);
  });
  afterEach(() => expectExactBatches(host.dataSource));

  const service = () => broadcastsOf(host);
  const broadcastRepository = () => host.app.get(BroadcastRepository);
  const claims = () => host.app.get(Claims);
  const inbox = () => host.simulator.inbox();
  const calls = () => host.simulator.counters().calls[SEND_PATH] ?? 0;
  const everybody = (scene = 7, people = openids) =>
    confirmAll(
      host,
      people.map((openid) => ({ openid, scene })),
    );
  /** Lets time pass, a second at a time, until it is finished. */
  const goOn = async (id: string) => {
    for (let seconds = 0; (await service().progress(id)).status !== 'finished'; seconds++) {
      if (seconds > 500) throw new Error(JSON.stringify(await service().progress(id)));
      host.clock.advance(1000);
      await host.tasks.run('broadcasts');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const grants = () => countBy(host.dataSource, 'weixin_grant');
  const asRow = (openid: string, index: number) => ({
    openid,
    fields: { name: `同学${index}`, room: index },
  });

  it('writes to everybody under the scene, once, and to nobody else', async () => {
    await confirmAll(host, everybodysScenes(openids, 90, 7));
    const { id, status, total } = await service().start(toScene(7), { requestedBy: 'courses' });
    expect([status, total]).toEqual(['running', 60]);
    const progress = await workUntil(host, id, 'finished');
    expect(progress).toMatchObject({
      total: 60,
      claimed: 60,
      inFlight: 0,
      sent: 60,
      refused: 0,
      failed: 0,
      unknown: 0,
      remaining: 0,
    });
    expect(
      inbox()
        .map(({ openid }) => openid)
        .sort(),
    ).toEqual([...openids].sort());
    expect(await grants()).toEqual({ spent: 60, available: 30 });
    expect((await service().events(id)).map(({ action, requestedBy }) => [action, requestedBy])).toEqual([
      ['created', 'courses'],
      ['started', 'courses'],
      ['finished', undefined],
    ]);
  });

  it('counts what WeChat says of each, and tells it person by person', async () => {
    await everybody();
    for (const openid of openids.slice(0, 5))
      host.simulator.fault({ kind: 'errcode', errcode: 43101, openid, path: SEND_PATH });
    for (const openid of openids.slice(5, 8))
      host.simulator.fault({ kind: 'errcode', errcode: 45002, openid, path: SEND_PATH });
    for (const openid of openids.slice(8, 10))
      host.simulator.fault({ kind: 'empty', openid, path: SEND_PATH, when: 'after' });
    const { id } = await service().start(toScene(7));
    expect(await workUntil(host, id, 'finished')).toMatchObject({
      claimed: 60,
      sent: 50,
      refused: 5,
      failed: 3,
      unknown: 2,
    });
    expect(await grants()).toEqual({ spent: 50, void: 5, available: 3, unknown: 2 });
    let csv = '';
    for await (const piece of service().export(id)) csv += piece;
    const lines = csv.trim().split('\r\n');
    expect(lines).toHaveLength(61);
    expect(lines.filter((line) => line.includes(',refused,43101,'))).toHaveLength(5);
    // A word of a person's changes the account of the broadcast, too.
    const unknown = lines.find((line) => line.includes(',unknown,'))?.split(',')[5];
    await host.subscribe.resolve(String(unknown), 'sent');
    expect(await service().progress(id)).toMatchObject({ sent: 51, unknown: 1 });
  });

  it('writes nobody twice, though they confirm anew while it runs, or have their grant back', async () => {
    await everybody();
    for (const openid of openids.slice(0, 9))
      host.simulator.fault({ kind: 'errcode', errcode: 45002, openid, path: SEND_PATH });
    const { id } = await service().start(toScene(7, { rate: 10 }));
    // One batch of 10 × 10 is claimed; the clock stands still, and so does the second piece of it.
    await host.tasks.run('broadcasts');
    await confirmAll(
      host,
      openids.slice(0, 1).map((openid) => ({ openid, scene: 8 })),
    );
    for (let seconds = 0; seconds < 20; seconds++) {
      await new Promise((resolve) => setImmediate(resolve));
      host.clock.advance(1000);
      await host.grants.record({
        ...OFFICIAL_KEY,
        openid: openids[seconds],
        scene: 7,
        source: `anew:${seconds}`,
      });
      await host.tasks.run('broadcasts');
    }
    await goOn(id);
    const progress = await service().progress(id);
    expect(progress.claimed).toBe(60);
    expect(progress.sent + progress.failed).toBe(60);
    expect(new Set(inbox().map(({ openid }) => openid)).size).toBe(inbox().length);
  });

  describe('to recipients', () => {
    const content = {
      title: '{{name}}，上课',
      content: { value: '教室 {{room}}' },
      url: 'https://courses.example.com/?q={{name}}',
    };
    const input = { ...OFFICIAL_KEY, ...content, scene: 7 };

    it('fills in what is said to each, leaves out who has no permission, and names every wrong row', async () => {
      await everybody(7, openids.slice(0, 50));
      const rows = [
        ...openids.map(asRow),
        { openid: openids[3], fields: { name: 'again', room: 1 } },
        { openid: 'nobody-1', fields: { name: '一个太长太长太长太长太长的名字', room: 1 } },
        { openid: 'nobody-2', fields: { name: '小明' } },
      ];
      const broadcast = await service().start({ ...input, recipients: rows });
      expect(broadcast).toMatchObject({ recipients: 60, invalid: 2, duplicates: 1, total: 60 });
      expect(await workUntil(host, broadcast.id, 'finished')).toMatchObject({
        claimed: 50,
        sent: 50,
        noGrant: 10,
        invalid: 2,
        remaining: 0,
      });
      const third = inbox().find(({ openid }) => openid === openids[3]);
      expect(third).toMatchObject({
        title: '同学3，上课',
        content: { value: '教室 3' },
        url: 'https://courses.example.com/?q=%E5%90%8C%E5%AD%A63',
      });
      let csv = '';
      for await (const piece of service().export(broadcast.id)) csv += piece;
      const last = csv.trim().split('\r\n').slice(-12);
      expect(last.filter((line) => line.includes(',no-grant,'))).toHaveLength(10);
      expect(last.at(-2)).toMatch(
        /^nobody-1,invalid,,,"title must be text of 1 to 15 characters .*, got 18"/,
      );
      expect(last.at(-1)).toBe('nobody-2,invalid,,,"there is no field ""room""",,,');
    });

    it('reaches all of them, though it was paused in the middle, and a process died with some in its hands', async () => {
      await everybody();
      const recipients = openids.map(asRow);
      const { id } = await service().start({ ...input, rate: 20, recipients });
      await host.tasks.run('broadcasts');
      while (inbox().length < 2) await new Promise((resolve) => setImmediate(resolve));
      await service().pause(id);
      const { claimed, sent } = await workUntil(host, id, 'paused');
      expect(claimed).toBe(sent);
      // As a process leaves it that is killed after its claim.
      const broadcast = await broadcastRepository().find(id);
      await service().resume(id);
      const batch = await claims().next(
        { broadcast: broadcast as never, owner: 'dead', exclusive: false, limit: 10, posting: 1 },
        {},
      );
      expect(batch).toMatchObject({ claimed: { length: 10 } });
      await service().pause(id);
      host.clock.advance(61_000);
      await service().resume(id);
      await goOn(id);
      expect(await service().progress(id)).toMatchObject({ sent: 59, unknown: 1, claimed: 60, noGrant: 0 });
      expect(inbox()).toHaveLength(59);
    });

    it('takes any scene when none is named', async () => {
      await everybody(7, openids.slice(0, 3));
      await everybody(9, openids.slice(1, 5));
      const { id } = await service().start({ ...OFFICIAL_KEY, ...TEXT, recipients: openids });
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 5, noGrant: 55 });
      expect(await grants()).toEqual({ spent: 5, available: 2 });
    });

    it.each<[string, (rows: string[]) => Iterable<string>, string[]]>([
      ['is cancelled by a row of a stream', (rows) => new Set(rows), ['cancelled']],
      ['is not written down for a row of an array', (rows) => rows, []],
    ])('%s that is no recipient, and the row is named', async (_what, listOf, statuses) => {
      await everybody();
      const recipients = listOf([openids[0], 'not an openid']);
      await expect(service().start({ ...OFFICIAL_KEY, ...TEXT, recipients })).rejects.toMatchObject({
        code: 'WEIXIN_INVALID_INPUT',
        message: 'recipients[1].openid must be 1 to 64 letters, digits, "_" or "-", got "not an openid"',
      });
      const broadcasts = await service().list({ appId: OFFICIAL_KEY.appId });
      expect(broadcasts.map(({ status }) => status)).toEqual(statuses);
      expect(await grants()).toEqual({ available: 60 });
    });
  });

  describe('with a renderer', () => {
    const input = { ...OFFICIAL_KEY, scene: 7, renderer: 'class-reminder' };

    it('asks it for up to 500 people at a time', async () => {
      await everybody();
      rendered = (people) =>
        people.map(({ openid }) => ({ title: '提醒', content: { value: `给 ${openid}` } }));
      const { id } = await service().start(input);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 60 });
      for (const { openid, content } of inbox()) expect(content.value).toBe(`给 ${openid}`);
      const [message] = await host.dataSource.query('SELECT openid, content FROM weixin_message LIMIT 1');
      expect(JSON.parse(message.content).content.value).toBe(`给 ${message.openid}`);
    });

    it('ends the message whose text is too long as failed, before anything is sent to that person', async () => {
      await everybody();
      rendered = (people) =>
        people.map(({ openid }) => ({
          title: openid === openids[4] ? 'x'.repeat(16) : 'x',
          content: { value: 'y' },
        }));
      const { id } = await service().start(input);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 59, failed: 1 });
      expect(inbox()).toHaveLength(59);
    });

    it('pauses when it throws, with nothing claimed, and goes on when it works again', async () => {
      await everybody();
      rendered = () => {
        throw new Error('the course table is away');
      };
      const { id } = await service().start(input);
      expect(await workUntil(host, id, 'paused')).toMatchObject({
        pauseCause: 'renderer',
        reason: 'renderer "class-reminder" failed: the course table is away',
        claimed: 0,
      });
      expect(await grants()).toEqual({ available: 60 });
      rendered = (people) => people.map(() => TEXT);
      await service().resume(id);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 60 });
    });

    it('is refused when there is none of that name', async () => {
      await expect(service().start({ ...input, renderer: 'none' })).rejects.toMatchObject({
        code: 'WEIXIN_UNKNOWN_RENDERER',
        message: 'there is no broadcast renderer "none"; known are "class-reminder"',
      });
    });
  });

  describe('stops', () => {
    it('when it is paused: what was not posted is handed back; and goes on', async () => {
      await everybody();
      const { id } = await service().start(toScene(7, { rate: 20 }));
      await host.tasks.run('broadcasts');
      // The clock stands still, so two of the twenty of a second are posted.
      while (inbox().length < 2) await new Promise((resolve) => setImmediate(resolve));
      await service().pause(id, { requestedBy: 'li', reason: '换教室' });
      const paused = await workUntil(host, id, 'paused');
      expect(paused).toMatchObject({ pauseCause: 'person', reason: '换教室' });
      expect(paused.claimed).toBe(paused.sent);
      expect(paused.sent).toBeLessThan(10);
      expect(await grants()).toEqual({ spent: paused.sent, available: 60 - paused.sent });
      await expect(service().pause(id)).rejects.toMatchObject({
        code: 'WEIXIN_BROADCAST_STATE',
        status: 'paused',
      });
      await service().resume(id, { requestedBy: 'li' });
      await goOn(id);
      expect(await service().progress(id)).toMatchObject({ sent: 60, claimed: 60 });
      expect(inbox()).toHaveLength(60);
    });

    it('when it is cancelled: the permissions of the others are free for something else', async () => {
      await everybody();
      const { id } = await service().start(toScene(7, { rate: 20 }));
      await host.tasks.run('broadcasts');
      while (inbox().length < 2) await new Promise((resolve) => setImmediate(resolve));
      await service().cancel(id, { requestedBy: 'li' });
      const { sent, claimed } = await workUntil(host, id, 'cancelled');
      expect(claimed).toBe(sent);
      const second = await service().start(toScene(7));
      expect(await workUntil(host, second.id, 'finished')).toMatchObject({ sent: 60 - sent });
    });

    it('at the quota (45009), without a failed message, until the account may send again', async () => {
      await everybody();
      host.simulator.fault({ kind: 'errcode', errcode: 45009, path: SEND_PATH, times: 'forever' });
      const { id } = await service().start(toScene(7));
      const paused = await workUntil(host, id, 'paused');
      expect(paused).toMatchObject({ pauseCause: 'quota', sent: 0, claimed: 0, failed: 0 });
      expect(calls()).toBeLessThanOrEqual(8);
      expect(paused.resumesAt?.getTime()).toBe(Date.UTC(2026, 10, 20, 16));
      await host.tasks.run('broadcasts');
      expect((await service().get(id)).status).toBe('paused');
      host.simulator.clearFaults();
      host.clock.advance(12 * 3_600_000 + 1);
      await host.tasks.run('send-pauses');
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 60, claimed: 60 });
    });

    it('at the quota in the middle: waits for the next day, goes on, and is exact', async () => {
      await everybody();
      const { id } = await service().start(toScene(7, { rate: 20 }));
      await host.tasks.run('broadcasts');
      while (inbox().length < 2) await new Promise((resolve) => setImmediate(resolve));
      host.simulator.fault({ kind: 'errcode', errcode: 45009, path: SEND_PATH, times: 'forever' });
      host.clock.advance(100);
      const paused = await workUntil(host, id, 'paused');
      expect(paused).toMatchObject({ pauseCause: 'quota', claimed: paused.sent, refused: 0, failed: 0 });
      expect(paused.sent).toBeGreaterThan(0);
      host.simulator.clearFaults();
      host.clock.advance(12 * 3_600_000);
      await goOn(id);
      expect(await service().progress(id)).toMatchObject({ sent: 60, claimed: 60, failed: 0 });
      expect(inbox()).toHaveLength(60);
    });

    it('no longer when an operator ends the pause of the account', async () => {
      await everybody();
      host.simulator.fault({ kind: 'errcode', errcode: 45009, path: SEND_PATH });
      const { id } = await service().start(toScene(7));
      await workUntil(host, id, 'paused');
      await host.subscribe.resume(OFFICIAL_KEY.appId);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 60, claimed: 60 });
    });

    it('for a minute at 45011', async () => {
      await everybody();
      host.simulator.fault({ kind: 'errcode', errcode: 45011, path: SEND_PATH });
      const { id } = await service().start(toScene(7));
      await host.tasks.run('broadcasts');
      while (calls() === 0) await new Promise((resolve) => setImmediate(resolve));
      await workUntil(host, id, 'running');
      const before = calls();
      host.clock.advance(59_000);
      await host.tasks.run('broadcasts');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(calls()).toBe(before);
      host.clock.advance(1000);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 60, claimed: 60, failed: 0 });
    });

    it('when too many are refused, long before all calls are burnt, and says why', async () => {
      const many = Array.from({ length: 140 }, (_, index) => {
        host.simulator.addPerson(`another-${index}`);
        return host.simulator.openid(`another-${index}`, OFFICIAL_KEY.appId);
      });
      await everybody(7, [...openids, ...many]);
      host.simulator.fault({ kind: 'errcode', errcode: 40037, path: SEND_PATH, times: 'forever' });
      const { id } = await service().start(toScene(7));
      const paused = await workUntil(host, id, 'paused');
      expect(paused.pauseCause).toBe('refused');
      expect(paused.reason).toMatch(
        /^50 of the last 50 messages were refused or wrong, the latest: errcode 40037 /,
      );
      expect(calls()).toBeLessThanOrEqual(58);
      expect(await grants()).toEqual({ available: 200 });
    });

    it('when WeChat refuses the account itself: nobody is counted as failed', async () => {
      await everybody();
      host.simulator.fault({ kind: 'errcode', errcode: 48001, path: SEND_PATH, times: 'forever' });
      const { id } = await service().start(toScene(7));
      expect(await workUntil(host, id, 'paused')).toMatchObject({ pauseCause: 'account', claimed: 0 });
      expect(calls()).toBeLessThanOrEqual(8);
    });

    it('at its deadline', async () => {
      await everybody();
      const deadline = new Date(host.clock.now() + 2000);
      const { id } = await service().start(toScene(7, { rate: 20, deadline }));
      await host.tasks.run('broadcasts');
      while (inbox().length < 2) await new Promise((resolve) => setImmediate(resolve));
      host.clock.advance(2000);
      const progress = await workUntil(host, id, 'finished');
      expect(progress.reason).toBe('its deadline passed');
      expect(progress.claimed).toBe(progress.sent);
      expect(progress.sent).toBeLessThan(60);
    });
  });

  it('begins at its time', async () => {
    await everybody();
    const notBefore = new Date(host.clock.now() + 60_000);
    const { id, status } = await service().start(toScene(7, { notBefore }));
    expect(status).toBe('scheduled');
    await host.tasks.run('broadcasts');
    expect(calls()).toBe(0);
    host.clock.advance(60_000);
    expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 60 });
  });

  it('is the same one under the same idempotency key', async () => {
    await everybody();
    const input = toScene(7, { idempotencyKey: 'monday' });
    const [one, other] = await Promise.all([service().start(input), service().start(input)]);
    expect(one.id).toBe(other.id);
    await workUntil(host, one.id, 'finished');
    expect((await service().start(input)).id).toBe(one.id);
    await expect(service().start({ ...input, title: '别的' })).rejects.toMatchObject({
      code: 'WEIXIN_BROADCAST_KEY_REUSED',
    });
    expect(inbox()).toHaveLength(60);
  });

  it('tells beforehand what it would do, and does none of it', async () => {
    await everybody(7, openids.slice(0, 50));
    const preview = await service().preview(toScene(7, { rate: 10 }));
    expect(preview).toMatchObject({ matching: 50, ratePerSecond: 10, estimatedSeconds: 5 });
    expect(preview.samples).toHaveLength(3);
    expect(preview.samples[0]).toMatchObject({
      content: TEXT,
      limits: [
        { field: 'title', length: 4, limit: 15 },
        { field: 'content.value', length: 18, limit: 200 },
      ],
    });
    expect(preview.quota).toMatchObject({ used: 0 });
    const listed = await service().preview({
      ...OFFICIAL_KEY,
      ...{ title: '{{name}}', content: { value: '教室 {{room}}' } },
      recipients: [...openids.map(asRow), openids[0], { openid: 'x', fields: {} }],
    });
    expect(listed).toMatchObject({
      matching: 50,
      recipients: { rows: 62, invalid: 1, duplicates: 1, noGrant: 10 },
      wrong: [{ openid: 'x', reason: 'there is no field "name", "room"' }],
    });
    expect(await countBy(host.dataSource, 'weixin_broadcast')).toEqual({});
    expect(calls()).toBe(0);
  });
});

describe('a broadcast to a scene that outlives the messages it has sent', () => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ options: { retention: { messagesDays: 1 } } });
  });
  afterAll(() => host?.close());

  it('ends before retention deletes them, so that nobody gets it twice', async () => {
    const openids = crowd(host, 12);
    await confirmAll(
      host,
      openids.map((openid) => ({ openid, scene: 7 })),
    );
    const service = broadcastsOf(host);
    const { id } = await service.start(toScene(7, { rate: 20 }));
    await host.tasks.run('broadcasts');
    while (host.simulator.inbox().length < 2) await new Promise((resolve) => setImmediate(resolve));
    await service.pause(id);
    const { sent } = await workUntil(host, id, 'paused');
    expect(sent).toBeLessThan(12);
    host.clock.advance(25 * 3_600_000);
    await host.tasks.run('message-retention');
    for (const openid of openids) {
      host.simulator.confirm({ ...OFFICIAL_KEY, openid, scene: 7 });
      await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 7, source: `again:${openid}` });
    }
    await service.resume(id);
    for (let seconds = 0; seconds < 30; seconds++) {
      host.clock.advance(1000);
      await host.tasks.run('broadcasts');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const got = host.simulator.inbox().map(({ openid }) => openid);
    expect(got).toHaveLength(new Set(got).size);
    expect(got).toHaveLength(sent);
    expect(await service.get(id)).toMatchObject({ status: 'finished', reason: 'its deadline passed' });
  });

  it('has no such end where it is to a list, which remembers who got it, nor a later one than asked for', async () => {
    const service = broadcastsOf(host);
    const now = host.clock.now();
    const ofScene = await service.start(toScene(8));
    expect(ofScene.deadline?.getTime()).toBe(now + 23 * 3_600_000);
    const notBefore = new Date(now + 3_600_000);
    expect((await service.start(toScene(8, { notBefore }))).deadline?.getTime()).toBe(now + 24 * 3_600_000);
    const deadline = new Date(now + 1000);
    expect((await service.start(toScene(8, { deadline }))).deadline).toEqual(deadline);
    expect((await service.start(toScene(8, { recipients: ['o1'] }))).deadline).toBeUndefined();
  });
});
