import { Reflector } from '@nestjs/core';
import { AuditLog } from 'nestjs-weixin-subscribe';
import { DataSource } from 'typeorm';
import { AuditRepository } from '../../libs/weixin-subscribe/src/audit/audit.repository.js';
import { IntentUpkeep } from '../../libs/weixin-subscribe/src/authorization/intent.upkeep.js';
import { BroadcastUpkeep } from '../../libs/weixin-subscribe/src/broadcast/broadcast.upkeep.js';
import { BroadcastRetentionRepository } from '../../libs/weixin-subscribe/src/broadcast/broadcast-retention.repository.js';
import { RecurringRepository } from '../../libs/weixin-subscribe/src/broadcast/recurring/recurring.repository.js';
import { MessageUpkeep } from '../../libs/weixin-subscribe/src/delivery/ledger/message.upkeep.js';
import { GrantUpkeep } from '../../libs/weixin-subscribe/src/grant/grant.upkeep.js';
import { ServiceActions } from '../../libs/weixin-subscribe/src/http/service-actions.js';
import { LOWEST_ID } from '../../libs/weixin-subscribe/src/kernel/ids.js';
import { firstIdAt } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { PushEventRepository } from '../../libs/weixin-subscribe/src/push/push-event.repository.js';
import { PushEventUpkeep } from '../../libs/weixin-subscribe/src/push/push-event.upkeep.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { TokenAuditRepository } from '../../libs/weixin-subscribe/src/token-audit/token-audit.repository.js';
import { TokenAuditUpkeep } from '../../libs/weixin-subscribe/src/token-audit/token-audit.upkeep.js';
import { LeaseRepository } from '../../libs/weixin-subscribe/src/upkeep/lease.repository.js';
import { OFFICIAL } from '../support/accounts.js';
import { costsOf } from '../support/cost.js';
import { DIALECTS } from '../support/dialects.js';
import { nthId, numberedId } from '../support/ids.js';
import { countBy, countRows, emptyLedger } from '../support/ledger.js';
import { atOnce, libraryParts } from '../support/library-parts.js';
import { LineProcess } from '../support/line-process.js';
import { ManualClock } from '../support/manual-clock.js';
import { CLOSED_BATCH, fillClosedBatches, insertMany, numbered } from '../support/many-rows.js';
import type { SweepJob } from '../support/sweep-process.js';
import {
  type DatabaseKind,
  describeEachDatabase,
  openDatabase,
  withLibrary,
} from '../support/test-databases.js';
import { sweepsOf } from '../support/upkeep.js';

const DAY = 86_400_000;
const WHOLE_TABLE =
  /Seq Scan|SCAN weixin_|"table_name": "(?:weixin_\w+|t)",\s+"access_type": "(?:ALL|index)"/;
const KEY = { app_id: `'${OFFICIAL.appId}'`, template_id: `'${OFFICIAL.templates[0]}'` };
const ENDED = new Date(Date.UTC(2026, 10, 20, 4)).getTime() - DAY;
const CONTENT = { title: '提醒', content: { value: '上课' } };

/** What ended a moment too late to be deleted, what ended before, and what never goes, whatever its age. */
interface Case {
  task: string;
  table: string;
  /** Rows of a status; `at`: when they ended, or would have. */
  fill(kind: DatabaseKind, status: string, at: number, n: number): Record<string, string>;
  /** What makes it that status, where that is a row of another table. */
  beside?(
    kind: DatabaseKind,
    status: string,
    at: number,
  ): { table: string; row: Record<string, string> } | undefined;
  goes: string[];
  stays: string[];
}

/** What tells the rows of a case apart, where that is not the status. */
const COLUMNS: Record<string, string> = {
  weixin_token_audit: 'action',
  weixin_broadcast_occurrence: 'outcome',
};

let series = 0;

const FACTS = 'id, app_id, openid, template_id, scene, channel, proof, granted_at';
/** What a grant is by another table than its own. */
const STATES = ['available', 'claimed', 'unknown'];

const CASES: Case[] = [
  {
    task: 'grant-retention',
    table: 'weixin_grant',
    goes: ['spent', 'void', 'renewed', 'expired'],
    stays: ['unknown', 'available', 'claimed'],
    fill: (kind, status, at) => ({
      ...KEY,
      id: numberedId(kind, `g${series}`),
      openid: numbered(kind, 'p'),
      ...{ scene: '1', channel: "'one-time'" },
      source: numbered(kind, `s${series}-`),
      ...{ scene_key: '1', proof: "'bound'", granted_at: '1' },
      ...(STATES.includes(status) ? {} : { ended_as: `'${status}'`, ended_at: String(at) }),
    }),
    beside: (kind, status, at) => {
      const row = { ...KEY, openid: numbered(kind, 'p'), ...{ scene: '1', channel: "'one-time'" } };
      const id = numberedId(kind, `g${series}`);
      if (status === 'available')
        return { table: 'weixin_live_grant', row: { ...row, id, ...{ proof: "'bound'", granted_at: '1' } } };
      if (!STATES.includes(status)) return undefined;
      const message = status === 'claimed' ? 'sending' : status;
      const ended = { content_digest: "''", accepted_at: '1', settled_at: String(at) };
      return {
        table: 'weixin_message',
        row: { ...row, id: numberedId(kind, `gm${series}`), grant_id: id, status: `'${message}'`, ...ended },
      };
    },
  },
  {
    task: 'message-retention',
    table: 'weixin_message',
    goes: ['sent', 'refused', 'failed'],
    stays: ['unknown', 'sending', 'waiting'],
    fill: (kind, status, at) => ({
      ...KEY,
      id: numberedId(kind, `m${series}`),
      openid: numbered(kind, 'p'),
      ...{ scene: '1', channel: "'one-time'", status: `'${status}'` },
      ...{ content_digest: "''", accepted_at: '1' },
      settled_at: ['sending', 'waiting'].includes(status) ? 'NULL' : String(at),
    }),
  },
  {
    task: 'intent-retention',
    table: 'weixin_intent',
    goes: ['confirmed', 'cancelled', 'expired'],
    stays: ['pending'],
    fill: (kind, status, at) => ({
      ...KEY,
      id: numberedId(kind, `i${series}`),
      state_digest: numbered(kind, `d${series}-`),
      ...{ scene: '1', flow: "'web'", binding_digest: "'b'", status: `'${status}'` },
      ...{ created_at: '1', expires_at: String(at) },
    }),
  },
  {
    task: 'push-event-retention',
    table: 'weixin_push_event',
    goes: ['done', 'failed'],
    stays: ['pending'],
    fill: (kind, status, at) => ({
      app_id: KEY.app_id,
      id: numberedId(kind, `r${series}`, { at }),
      identity: numbered(kind, `e${series}-`),
      openid: numbered(kind, 'p'),
      ...{ name: "'n'", status: `'${status}'`, attempts: '0', received_at: String(at) },
    }),
  },
  {
    task: 'token-audit-retention',
    table: 'weixin_token_audit',
    goes: ['read', 'report'],
    stays: [],
    fill: (kind, action, at) => ({
      app_id: KEY.app_id,
      client: `'c${series}'`,
      ...{ family: "'token'", action: `'${action}'`, endpoint: "'rest'" },
      token_id: numbered(kind, 't'),
      ...{ first_at: '1', last_at: String(at), times: '1' },
    }),
  },
  {
    task: 'occurrence-retention',
    table: 'weixin_broadcast_occurrence',
    goes: ['started', 'missed'],
    stays: [],
    // By the id alone, as the audit log.
    fill: (kind, outcome, at) => {
      const id = numberedId(kind, `r${series}`, { at });
      return { id, recurring_id: id, due_at: String(at), outcome: `'${outcome}'`, decided_at: String(at) };
    },
  },
  {
    task: 'audit-retention',
    table: 'weixin_audit',
    goes: ['200', '409'],
    stays: [],
    // By the id alone, which is of the moment.
    fill: (kind, status, at) => ({
      app_id: KEY.app_id,
      id: numberedId(kind, `r${series}`, { at }),
      ...{ client: "'ops'", source: "'rest'", action: "'messages.resolve'", status, at: String(at) },
    }),
  },
];

describeEachDatabase('the sweeps', (kind) => {
  const BATCH = DIALECTS[kind].sweepLimit;
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let dataSource: DataSource;
  let second: DataSource;
  let clock: ManualClock;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    ({ dataSource } = opened);
    second = await new DataSource(withLibrary(opened.database.options)).initialize();
  });
  afterAll(async () => {
    await second?.destroy();
    await opened?.close();
  });
  beforeEach(async () => {
    await emptyLedger(dataSource);
    clock = new ManualClock();
  });

  /**
   * A process, as far as the database can tell, with every sweep of the library at one day, and the
   * statements that it gives.
   */
  const processOn = (on = dataSource) => {
    const parts = libraryParts(on, { clock });
    const statements: SqlStep[] = [];
    const groups: number[] = [];
    const all = parts.sql.all.bind(parts.sql);
    parts.sql.all = (sql, params) => {
      statements.push({ name: 'read', sql, params });
      return all(sql, params);
    };
    const atomically = parts.sql.atomically.bind(parts.sql);
    parts.sql.atomically = async (steps) => {
      const result = await atomically(steps);
      statements.push(...steps);
      if (result.applied) groups.push(result.affected.reduce((sum, rows) => sum + rows, 0));
      return result;
    };
    const registry = sweepsOf(parts);
    const { sweeps } = registry;
    const retention = {
      grantsDays: 1,
      messagesDays: 1,
      intentsDays: 1,
      auditDays: 1,
      pushEventsDays: 1,
      actionsDays: 1,
      cardsDays: 1,
    };
    new GrantUpkeep(sweeps, parts.grants, retention);
    new MessageUpkeep(sweeps, parts.messages, parts.grants, retention);
    new IntentUpkeep(sweeps, parts.intents, retention);
    new TokenAuditUpkeep(sweeps, new TokenAuditRepository(parts.sql), retention);
    const events = new PushEventRepository(parts.sql, clock, parts.random, parts.personalData);
    new PushEventUpkeep(sweeps, events, retention);
    const broadcasts = new BroadcastRetentionRepository(parts.sql, clock);
    new BroadcastUpkeep(sweeps, broadcasts, new RecurringRepository(parts.sql), retention);
    const actions = new ServiceActions(new Reflector());
    new AuditLog(actions, sweeps, retention, new AuditRepository(parts.sql), clock, parts.random);
    return { ...parts, ...registry, statements, groups };
  };

  const fill = async ({ table, fill: rowOf, beside }: Case, status: string, at: number, n: number) => {
    series++;
    await insertMany(dataSource, kind, table, n, rowOf(kind, status, at, n));
    const other = beside?.(kind, status, at);
    if (other) await insertMany(dataSource, kind, other.table, n, other.row);
  };
  /** Many rows that no sweep takes; of events that wait there are never many, they end within days. */
  const fillStaying = async (what: Case) => {
    for (const status of what.table === 'weixin_push_event' ? [] : what.stays)
      await fill(what, status, ENDED - 1, 3000);
  };
  const grants = CASES[0];

  describe.each(CASES)('$task', (what) => {
    const column = COLUMNS[what.table] ?? 'status';
    const rows = () => countBy(dataSource, what.table, column);

    it('deletes what ended before its time, in whole batches, and nothing else', async () => {
      for (const status of what.goes) {
        await fill(what, status, ENDED - 1, 40);
        await fill(what, status, ENDED, 2);
      }
      for (const status of what.stays) await fill(what, status, ENDED - 1, 3);
      const one = processOn();
      await one.run(what.task);
      expect(await rows()).toEqual({
        ...Object.fromEntries(what.goes.map((status) => [status, 2])),
        ...Object.fromEntries(what.stays.map((status) => [status, 3])),
      });
      expect(one.groups).toEqual([40 * what.goes.length]);
    });

    it('takes no more than a batch at once', async () => {
      await fill(what, what.goes[0], ENDED - 1, 2 * BATCH + 7);
      const one = processOn();
      await one.run(what.task);
      expect(one.groups).toEqual([BATCH, BATCH, 7]);
      expect(await countRows(dataSource, what.table)).toBe(0);
    });

    it('reads nothing in vain when there is nothing to delete, however much there is', async () => {
      // More than one batch, or PostgreSQL would read the whole of a small table for it.
      for (const status of what.goes) await fill(what, status, ENDED, 8000);
      await fillStaying(what);
      await fillClosedBatches(dataSource, kind);
      await analyze();
      const one = processOn();
      await one.run(what.task);
      expect(one.groups).toEqual([]);
      expect(one.statements).toHaveLength(1);
      for (const cost of await costsOf(dataSource, kind, one.statements[0])) {
        expect(cost.plan).not.toMatch(WHOLE_TABLE);
        expect(cost.examined ?? 0).toBeLessThanOrEqual(what.goes.length);
        expect(cost.removed ?? 0).toBe(0);
      }
    });

    it('finds the rows of a batch by their keys, and reads no others', async () => {
      for (const status of what.goes) await fill(what, status, ENDED, 3000);
      await fill(what, what.goes[0], ENDED - 1, 20);
      // The tables that a removal looks into as well are not empty either: PostgreSQL reads a table without a
      // page as a whole, and an autovacuum takes the pages of one whose rows are gone whenever it comes.
      await fillStaying(what);
      await fillClosedBatches(dataSource, kind);
      await analyze();
      const one = processOn();
      await one.run(what.task);
      expect(one.groups).toEqual([20]);
      const removal = one.statements.filter(({ name }) => name !== 'read');
      expect(removal).toHaveLength(kind === 'sqlite' ? 20 : 1);
      for (const cost of await costsOf(dataSource, kind, removal[0])) {
        // The audit is small by its nature, and PostgreSQL may read it whole.
        if (what.table === 'weixin_token_audit' && kind === 'postgres') continue;
        expect(cost.plan).not.toMatch(WHOLE_TABLE);
        // Of MariaDB also the keys out of the parameter.
        expect(cost.examined ?? 0).toBeLessThanOrEqual(41);
      }
    });
  });

  async function analyze() {
    const tables = CASES.map(({ table }) => table).join(', ');
    await dataSource.query(
      kind === 'mysql'
        ? `ANALYZE TABLE ${tables} /*M! PERSISTENT FOR ALL */`
        : kind === 'postgres'
          ? 'VACUUM ANALYZE'
          : 'ANALYZE',
    );
  }

  describe.each([
    ['grant-expiry', 'weixin_grant', { available: 'expired' }],
    ['intent-expiry', 'weixin_intent', { pending: 'expired' }],
  ] as const)('%s', (task, table, ends) => {
    const [from, to] = Object.entries(ends)[0];

    it('ends what is overdue in batches, once, and leaves the rest', async () => {
      const what = CASES.find((one) => one.table === table) as Case;
      const expiring = async (at: number, n: number) => {
        series++;
        const row = what.fill(kind, from, at, n);
        await insertMany(dataSource, kind, table, n, { ...row, expires_at: String(at) });
        const other = what.beside?.(kind, from, at);
        if (other)
          await insertMany(dataSource, kind, other.table, n, { ...other.row, expires_at: String(at) });
      };
      await expiring(clock.now(), BATCH + 5);
      // MariaDB and MySQL read all that are left where they are few: only of many is that dearer than to stop
      // at the moment. PostgreSQL takes state and moment for independent, and reads a small table whole for
      // many.
      const left = kind === 'mysql' ? 3000 : 3;
      await expiring(clock.now() + 1, left);
      await fill(what, to, clock.now() - 5, 4);
      const one = processOn();
      await one.run(task);
      // A grant has two rows.
      expect(one.groups).toEqual([BATCH, 5].map((n) => (table === 'weixin_grant' ? 2 * n : n)));
      await fillClosedBatches(dataSource, kind);
      await analyze();
      expect(await countBy(dataSource, table)).toEqual({ [from]: left, [to]: BATCH + 5 + 4 });
      one.statements.length = 0;
      await one.run(task);
      expect(one.statements).toHaveLength(1);
      for (const cost of await costsOf(dataSource, kind, one.statements[0]))
        expect(cost.examined ?? 0).toBeLessThanOrEqual(1);
    });
  });

  it('meet each grant that a message has used once, however many messages ended at one moment', async () => {
    const ends = { first: [ENDED - 9, 3], many: [ENDED - 8, 30], next: [ENDED - 7, 1], last: [ENDED - 1, 2] };
    for (const [name, [at, n]] of Object.entries({ ...ends, late: [ENDED, 4] }))
      await insertMany(dataSource, kind, 'weixin_message', n, {
        ...KEY,
        ...{ id: numberedId(kind, name), openid: numbered(kind, 'p'), scene: '1', channel: "'one-time'" },
        ...{ status: "'sent'", content_digest: "''", accepted_at: '1', settled_at: String(at) },
        grant_id: numberedId(kind, `grant-${name}`),
      });
    const { messages } = processOn();
    const met: (string | null)[] = [];
    for (let from = { at: 0, id: LOWEST_ID }; ; ) {
      const page = await messages.usedBefore('sent', from, new Date(ENDED), 4);
      expect(page.length).toBeLessThanOrEqual(4);
      const last = page.at(-1);
      if (!last) break;
      met.push(...page.map(({ grantId }) => grantId));
      from = last;
    }
    const all = Object.entries(ends).flatMap(([name, [, n]]) =>
      Array.from({ length: n }, (_, i) => nthId(`grant-${name}`, i)),
    );
    expect(met.toSorted()).toEqual(all.toSorted());
  });

  describe('of broadcasts', () => {
    const broadcast = async (id: string, status: string, at: number, more: Record<string, string> = {}) =>
      insertMany(dataSource, kind, 'weixin_broadcast', 1, {
        ...KEY,
        id: `'${id}'`,
        ...{ channel: "'one-time'", audience: "'recipients'", status: `'${status}'`, digest: "'d'" },
        ...{ recipients: '0', created_at: String(at - 5), ended_at: String(at) },
        ...more,
      });
    const children = async (id: string, recipients: number) => {
      await insertMany(dataSource, kind, 'weixin_broadcast_recipient', recipients, {
        broadcast_id: `'${id}'`,
        ...{ openid: numbered(kind, 'p'), status: "'taken'" },
      });
      await insertMany(dataSource, kind, 'weixin_message_batch', 3, {
        id: numbered(kind, `b${id.slice(-1)}-`),
        broadcast_id: `'${id}'`,
        ...CLOSED_BATCH,
      });
      await insertMany(dataSource, kind, 'weixin_broadcast_event', 2, {
        id: numberedId(kind, `e${id.slice(-1)}`),
        broadcast_id: `'${id}'`,
        ...{ action: "'started'", happened_at: '1' },
      });
    };
    const idOf = (at: number, n: number) => `${firstIdAt(at).slice(0, 35)}${n}`;
    const left = async (table: string) => countBy(dataSource, table, 'broadcast_id');

    it('take what is over with all that belongs to it, a batch at a time, and leave the rest whole', async () => {
      const old = ENDED - 1000;
      const [over, cancelled, late, running] = [1, 2, 3, 4].map((n) => idOf(old, n));
      for (const id of [over, cancelled, late, running]) await children(id, id === over ? BATCH + 1 : 4);
      await broadcast(over, 'finished', old);
      await broadcast(cancelled, 'cancelled', old);
      // Made long ago, and over a moment too late.
      await broadcast(late, 'finished', ENDED);
      await broadcast(running, 'running', old);
      const one = processOn();
      await one.run('broadcast-retention');
      expect(Object.keys(await countBy(dataSource, 'weixin_broadcast', 'id')).sort()).toEqual([
        late,
        running,
      ]);
      for (const [table, n] of [
        ['weixin_broadcast_recipient', 4],
        ['weixin_message_batch', 3],
        ['weixin_broadcast_event', 2],
      ] as const)
        expect(await left(table)).toEqual({ [late]: n, [running]: n });
      expect(one.groups).toEqual([BATCH, 1, 3, 2, 1, 4, 3, 2, 1]);
    });

    it('end a draft that was never started before they touch what belongs to it, unless it is being filled', async () => {
      const old = ENDED - 1000;
      const [draft, filled] = [1, 2].map((n) => idOf(old, n));
      const made = { created_at: String(old), ended_at: 'NULL' };
      await broadcast(draft, 'draft', old, made);
      await broadcast(filled, 'draft', old, {
        ...made,
        ...{ runner: "'r'", leased_until: String(clock.now() + 1) },
      });
      for (const id of [draft, filled]) await children(id, 5);
      const one = processOn();
      const retention = new BroadcastRetentionRepository(one.sql, clock);
      const moment = new Date(ENDED);
      expect(await retention.remove(await retention.next(moment, BATCH))).toBe(1);
      expect(await one.broadcasts.find(draft)).toMatchObject({ status: 'cancelled' });
      expect((await left('weixin_broadcast_recipient'))[draft]).toBe(5);
      await one.run('broadcast-retention');
      expect(await left('weixin_broadcast_recipient')).toEqual({ [filled]: 5 });
      expect(await one.broadcasts.find(filled)).toMatchObject({ status: 'draft' });
    });

    it('leave one that was cancelled with a batch in flight until a recovery has ended that', async () => {
      const one = processOn();
      const key = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1, openid: 'p1' };
      await one.grants.record({ ...key, source: 'test:1' });
      const [id, other] = [1, 2].map((n) => idOf(ENDED - 1000, n));
      const batch = await one.messageBatches.claimBatch({
        broadcast: { id, createdAt: new Date(clock.now()) },
        ...{ owner: 'o', posting: 0, before: [], from: { ...key, channel: 'one-time' }, limit: 1 },
        content: CONTENT,
      });
      if (batch === 'refused') throw new Error('refused');
      // Its process and all others stop here, for longer than messages are kept.
      await broadcast(id, 'cancelled', ENDED - 1000);
      await broadcast(other, 'cancelled', ENDED - 1000);
      await one.run('broadcast-retention');
      expect(Object.keys(await countBy(dataSource, 'weixin_broadcast', 'id'))).toEqual([id]);
      clock.advance(batch.leasedUntil - clock.now());
      await one.batchRecovery.recover();
      expect(await countBy(dataSource, 'weixin_grant')).toEqual({ available: 1 });
      await one.run('broadcast-retention');
      expect(await countRows(dataSource, 'weixin_broadcast')).toBe(0);
    });

    it('leave a message whose outcome is unknown, and what became of it can still be told', async () => {
      const one = processOn();
      const key = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1, openid: 'p1' };
      await one.grants.record({ ...key, source: 'test:1' });
      const id = idOf(ENDED - 1000, 1);
      const batch = await one.messageBatches.claimBatch({
        broadcast: { id, createdAt: new Date(clock.now()) },
        ...{
          owner: 'o',
          posting: 1,
          before: [],
          from: { ...key, channel: 'one-time' },
          limit: 1,
          content: CONTENT,
        },
      });
      if (batch === 'refused') throw new Error('refused');
      const [{ messageId, id: grantId, proof }] = batch.claimed;
      const message = {
        ...{ ...key, id: messageId, grantId, proof },
        channel: 'one-time' as const,
        broadcastId: id,
      };
      const unclear = { outcome: 'unknown', grant: 'unknown' } as const;
      await one.messageBatches.settleBatch([{ message, settlement: unclear }]);
      await broadcast(id, 'finished', ENDED - 1000);
      clock.advance(30 * DAY);
      for (const task of ['broadcast-retention', 'message-retention', 'grant-retention']) await one.run(task);
      expect(await countRows(dataSource, 'weixin_message_batch')).toBe(0);
      expect(await countBy(dataSource, 'weixin_message')).toEqual({ unknown: 1 });
      expect(await countBy(dataSource, 'weixin_grant')).toEqual({ unknown: 1 });
      expect(await one.messages.resolve(message, { outcome: 'sent', grant: 'spent', errcode: 0 })).toBe(true);
      expect(await countBy(dataSource, 'weixin_message')).toEqual({ sent: 1 });
    });
  });

  describe('of several processes', () => {
    it('let one work at a time, and the other go on when its lease is over', async () => {
      await fill(grants, 'spent', ENDED - 1, 3);
      const [one, other] = [processOn(), processOn(second)];
      expect(await one.leases.take('grant-retention', 1000)).toBe(true);
      expect(await other.leases.take('grant-retention', 1000)).toBe(false);
      expect(await other.leases.take('intent-retention', 1000)).toBe(true);
      await other.run('grant-retention');
      expect(other.groups).toEqual([]);
      clock.advance(1000);
      await other.run('grant-retention');
      expect(other.groups).toEqual([3]);
      expect(await one.leases.take('grant-retention', 1000)).toBe(true);
      await other.leases.release('grant-retention');
      expect(await other.leases.take('grant-retention', 1000)).toBe(false);
      await one.leases.release('grant-retention');
      expect(await other.leases.take('grant-retention', 1000)).toBe(true);
    });

    it('let go of a lease that was taken before a clock was set back', async () => {
      const { sql, clock, random } = libraryParts(dataSource);
      const process = () => new LeaseRepository(sql, clock, random);
      clock.advance(DAY);
      expect(await process().take('a-day-ahead', 1000)).toBe(true);
      clock.advance(-DAY);
      expect(await process().take('a-day-ahead', 1000)).toBe(true);
      // Of a process whose clock is a little ahead.
      clock.advance(-60_000);
      expect(await process().take('a-day-ahead', 1000)).toBe(false);
    });

    it('give a lease that nobody ever had to one of ten that ask at once', async () => {
      const ten = [...Array(10).keys()].map((n) => processOn(n % 2 === 0 ? dataSource : second));
      const name = `new-${++series}`;
      const taken = await Promise.all(ten.map(({ leases }) => leases.take(name, 1000)));
      expect(taken.filter((is) => is)).toHaveLength(1);
    });

    it('delete everything once when four begin together', async () => {
      await fill(grants, 'spent', ENDED - 1, 3 * BATCH);
      await fill(grants, 'unknown', ENDED - 1, 5);
      const four = [dataSource, second, dataSource, second].map((on) => processOn(on));
      await Promise.all(four.map(({ run }) => run('grant-retention')));
      expect(four.flatMap(({ groups }) => groups).reduce((sum, rows) => sum + rows, 0)).toBe(3 * BATCH);
      expect(await countBy(dataSource, 'weixin_grant')).toEqual({ unknown: 5 });
    });

    it.each([
      [
        'weixin_grant',
        'renewed',
        `INSERT INTO weixin_live_grant (${FACTS}) SELECT ${FACTS} FROM weixin_grant`,
      ],
      [
        'weixin_grant',
        'renewed',
        `INSERT INTO weixin_message (id, grant_id, status, content_digest, accepted_at, app_id, openid, template_id, scene, channel)
          SELECT id, id, 'unknown', '', 1, app_id, openid, template_id, scene, channel FROM weixin_grant`,
      ],
      ['weixin_message', 'sent', "UPDATE weixin_message SET status = 'unknown'"],
      ['weixin_message', 'sent', `UPDATE weixin_message SET settled_at = ${ENDED}`],
      ['weixin_intent', 'expired', "UPDATE weixin_intent SET status = 'pending'"],
      ['weixin_push_event', 'failed', "UPDATE weixin_push_event SET status = 'pending'"],
      ['weixin_token_audit', 'read', `UPDATE weixin_token_audit SET last_at = ${ENDED}`],
    ])(
      'delete no row of %s that is found as %s and is another by then: %s',
      async (table, status, change) => {
        const what = CASES.find((one) => one.table === table) as Case;
        await fill(what, status, ENDED - 1, 3);
        const { run, sql } = processOn();
        const all = sql.all.bind(sql);
        jest.spyOn(sql, 'all').mockImplementationOnce(async (text, params) => {
          const found = await all(text, params);
          await dataSource.query(change);
          return found as never;
        });
        await run(what.task);
        expect(await countRows(dataSource, table)).toBe(3);
      },
    );

    it.each([
      ['grant-expiry', 'weixin_grant', 'available', 'spent', 'DELETE FROM weixin_live_grant'],
      [
        'intent-expiry',
        'weixin_intent',
        'pending',
        'confirmed',
        "UPDATE weixin_intent SET status = 'confirmed'",
      ],
    ])('%s leaves what is taken between the look and the change', async (task, table, from, to, taken) => {
      const what = CASES.find((one) => one.table === table) as Case;
      series++;
      const row = what.fill(kind, from, 1, 3);
      const expires_at = String(clock.now());
      await insertMany(dataSource, kind, table, 3, { ...row, expires_at });
      const other = what.beside?.(kind, from, 1);
      if (other) await insertMany(dataSource, kind, other.table, 3, { ...other.row, expires_at });
      const { run, sql } = processOn();
      const all = sql.all.bind(sql);
      jest.spyOn(sql, 'all').mockImplementationOnce(async (text, params) => {
        const found = await all(text, params);
        await dataSource.query(taken);
        return found as never;
      });
      await run(task);
      expect(await countBy(dataSource, table)).toEqual({ [to]: 3 });
    });

    it('lose nothing without the lease: two that delete the same rows delete each once', async () => {
      await fill(grants, 'spent', ENDED - 1, 50);
      const both = [processOn(), processOn(second)];
      const moment = new Date(ENDED);
      const found = await Promise.all(both.map((one) => one.grants.endedBefore(moment, BATCH)));
      const deleted = await atOnce(2, (n) => both[n].grants.deleteClosed(found[n]));
      expect(deleted[0] + deleted[1]).toBe(50);
    });

    it('go on where one was killed, with nothing twice and nothing left', async () => {
      await fill(grants, 'spent', ENDED - 1, 2 * BATCH + 1);
      await fill(grants, 'unknown', ENDED - 1, 5);
      const job: SweepJob = { database: opened.database.options, now: clock.now() };
      const child = await LineProcess.spawn('sweep-process.ts', job);
      expect(await child.hear()).toBe(BATCH);
      await child.kill();
      const here = processOn();
      await here.run('grant-retention');
      // Its lease has not run out: nobody can know that it is dead.
      expect(here.groups).toEqual([]);
      clock.advance(60_000);
      await here.run('grant-retention');
      expect(here.groups).toEqual([BATCH, 1]);
      expect(await countBy(dataSource, 'weixin_grant')).toEqual({ unknown: 5 });
    }, 120_000);
  });

  it('end between two batches when the application closes, and the next run goes on', async () => {
    await fill(grants, 'spent', ENDED - 1, 3 * BATCH);
    const one = processOn();
    const { deleteClosed } = one.grants;
    jest.spyOn(one.grants, 'deleteClosed').mockImplementationOnce((...given) => {
      one.sweeps.onModuleDestroy();
      return deleteClosed.apply(one.grants, given);
    });
    await one.run('grant-retention');
    expect(one.groups).toEqual([BATCH]);
    const other = processOn(second);
    await other.run('grant-retention');
    expect(other.groups).toEqual([BATCH, BATCH]);
  });

  it('delete the grants that messages have used after their time, also where the messages are kept', async () => {
    for (const [status, at, n] of [
      ['sent', ENDED - 1, 5],
      ['refused', ENDED - 1, 4],
      ['sent', ENDED, 3],
      ['unknown', ENDED - 1, 2],
    ] as const) {
      series++;
      await insertMany(dataSource, kind, 'weixin_grant', n, grants.fill(kind, 'unknown', at, n));
      const message = grants.beside?.(kind, 'unknown', at);
      await insertMany(dataSource, kind, 'weixin_message', n, { ...message?.row, status: `'${status}'` });
    }
    const one = processOn();
    await one.run('used-grant-retention');
    expect(await countBy(dataSource, 'weixin_grant')).toEqual({ spent: 3, unknown: 2 });
    expect(await countRows(dataSource, 'weixin_message')).toBe(14);
    expect(one.groups).toEqual([5, 4]);
    // What it has looked at, it does not look at again.
    const looks = jest.spyOn(one.grants, 'existing');
    await one.run('used-grant-retention');
    expect(looks).not.toHaveBeenCalled();
  });

  it('keep with a grant how it was used, when its message goes first', async () => {
    series++;
    for (const status of ['sent', 'refused']) {
      series++;
      await insertMany(dataSource, kind, 'weixin_grant', 2, grants.fill(kind, 'unknown', ENDED, 2));
      const message = grants.beside?.(kind, 'unknown', ENDED - 1);
      await insertMany(dataSource, kind, 'weixin_message', 2, { ...message?.row, status: `'${status}'` });
    }
    const one = processOn();
    await one.run('message-retention');
    expect(await countRows(dataSource, 'weixin_message')).toBe(0);
    expect(await countBy(dataSource, 'weixin_grant')).toEqual({ spent: 2, void: 2 });
    await one.run('grant-retention');
    expect(await countRows(dataSource, 'weixin_grant')).toBe(0);
  });

  it('let others have a turn of the event loop after each batch', async () => {
    await fill(grants, 'spent', ENDED - 1, 4 * BATCH);
    const one = processOn();
    const seen: number[] = [];
    const look = () => {
      seen.push(one.groups.length);
      if (one.groups.length < 4) setImmediate(look);
    };
    setImmediate(look);
    await one.run('grant-retention');
    expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3, 4].filter((n) => seen.includes(n))));
    for (const n of [1, 2, 3]) expect(seen).toContain(n);
  });

  it('disturb no send: all that are made beside them claim, and settle', async () => {
    await fill(grants, 'spent', ENDED - 1, 5 * BATCH);
    const messages = CASES[1];
    await fill(messages, 'sent', ENDED - 1, 5 * BATCH);
    const sender = libraryParts(second, { clock });
    const keyOf = (n: number) => ({
      appId: OFFICIAL.appId,
      templateId: OFFICIAL.templates[0],
      scene: 2,
      openid: `send-${n}`,
    });
    for (let n = 0; n < 100; n++)
      await sender.grants.record({ ...keyOf(n), source: `beside:${series}:${n}` });
    const one = processOn();
    const sweeping = Promise.all([one.run('grant-retention'), one.run('message-retention')]);
    const ends = await atOnce(100, async (n) => {
      const message = await sender.messages.accept({ ...keyOf(n), channel: 'one-time', content: CONTENT });
      if (typeof message === 'string') return message;
      return sender.messages.settle(message, { outcome: 'sent', grant: 'spent', errcode: 0 });
    });
    await sweeping;
    expect(ends).toEqual(Array.from({ length: 100 }, () => true));
    expect(await countBy(dataSource, 'weixin_message')).toEqual({ sent: 100 });
    expect(await countBy(dataSource, 'weixin_grant')).toEqual({ spent: 100 });
  });
});
