import { Injectable } from '@nestjs/common';
import { noBatchOpen } from '../delivery/batches/message-batch.fragments.js';
import { OpenBatchRepository } from '../delivery/batches/open-batch.repository.js';
import { Clock } from '../kernel/clock.js';
import { isId } from '../kernel/ids.js';
import { RandomSource } from '../kernel/random-source.js';
import { recordable, recordableOrNull } from '../kernel/text.js';
import { SceneRepository } from '../scene/scene.repository.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { BROADCASTS, type BroadcastRow, broadcastsUnderScene, RUNS_FROM_HERE } from './broadcast.sql.js';
import {
  BROADCAST_ACTIONS,
  type Broadcast,
  type BroadcastAction,
  type BroadcastEvent,
  type BroadcastRecord,
  type BroadcastStatus,
  type PauseCause,
} from './broadcast.types.js';

/** Who changes a broadcast, and why. */
export interface ChangedBy {
  /** Absent for what the library does by itself. */
  requestedBy?: string;
  reason?: string;
}

export interface Pause extends ChangedBy {
  cause: PauseCause;
  resumesAt?: Date;
}

const MOST_REASON = 255;
const MOST_NAME = 64;
/** Causes that are over by themselves. */
const PASSING = "pause_cause IN ('quota', 'quiet-hours')";
const NOBODY_WAITS = `NOT EXISTS (SELECT 1 FROM weixin_broadcast_recipient r
  WHERE r.broadcast_id = weixin_broadcast.id AND r.status = 'pending')`;

/**
 * Before a change that depends on other tables: a claim that has the row is waited for here. PostgreSQL would
 * read the other tables as they were before it waited, should the change itself have to wait.
 */
const lockStep = (id: string): SqlStep => ({
  name: 'lock broadcast',
  sql: 'UPDATE weixin_broadcast SET claimed_at = claimed_at WHERE id = ?',
  params: [id],
});

/**
 * Broadcasts and who did what with them. Every change of state is one conditional statement, in one
 * transaction with its line in the record of events, whose affected-row count is the answer: of any number of
 * processes that try, one makes it.
 */
@Injectable()
export class BroadcastRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly batches: OpenBatchRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    scenes: SceneRepository,
  ) {
    scenes.register(broadcastsUnderScene);
  }

  /** Writes down a draft. `duplicate`: its idempotency key is taken. @throws {DatabaseError} */
  async create(broadcast: BroadcastRecord): Promise<'created' | 'duplicate'> {
    try {
      await this.sql.atomically([
        { name: 'insert broadcast', ...BROADCASTS.insert([broadcast]) },
        this.eventStep(broadcast.id, 'created', { requestedBy: broadcast.requestedBy }),
      ]);
      return 'created';
    } catch (error) {
      if (error instanceof UniqueViolation && error.concerns('idempotency_key')) return 'duplicate';
      throw error;
    }
  }

  /** Writes one down that is started already, and waits for a worker: its `notBefore` has come. */
  startedSteps(broadcast: BroadcastRecord): SqlStep[] {
    const by = { requestedBy: broadcast.requestedBy };
    return [
      { name: 'insert broadcast', ...BROADCASTS.insert([broadcast]) },
      this.eventStep(broadcast.id, 'created', by),
      this.eventStep(broadcast.id, 'started', by),
    ];
  }

  async find(id: string): Promise<BroadcastRecord | undefined> {
    if (!isId(id)) return undefined;
    const [row] = await this.sql.all<BroadcastRow>(`${BROADCASTS.select} WHERE id = ?`, [id]);
    return row && BROADCASTS.read(row);
  }

  async findByIdempotencyKey(appId: string, key: string): Promise<BroadcastRecord | undefined> {
    const [row] = await this.sql.all<BroadcastRow>(
      `${BROADCASTS.select} WHERE app_id = ? AND idempotency_key = ?`,
      [appId, key],
    );
    return row && BROADCASTS.read(row);
  }

  /** Newest first; `before`: the id of the last one of the page before. */
  async list(filter: {
    appId?: string;
    status?: BroadcastStatus;
    before?: string;
    limit: number;
  }): Promise<BroadcastRecord[]> {
    const given: [string, SqlValue | undefined][] = [
      ['app_id = ?', filter.appId],
      ['status = ?', filter.status],
      ['id < ?', filter.before],
    ];
    const conditions = given.filter((pair): pair is [string, SqlValue] => pair[1] !== undefined);
    const where = conditions.length > 0 ? `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}` : '';
    const rows = await this.sql.all<BroadcastRow>(
      `${BROADCASTS.select} ${where} ORDER BY id DESC LIMIT ${filter.limit}`,
      conditions.map(([, value]) => value),
    );
    return rows.map((row) => BROADCASTS.read(row));
  }

  /** Those that a worker has to look after. */
  async underWay(): Promise<BroadcastRecord[]> {
    const rows = await this.sql.all<BroadcastRow>(
      `${BROADCASTS.select} WHERE status IN ('scheduled', 'running', 'paused') ORDER BY id`,
      [],
    );
    return rows.map((row) => BROADCASTS.read(row));
  }

  async events(id: string): Promise<BroadcastEvent[]> {
    const rows = await this.sql.all<{
      action: BroadcastAction;
      happened_at: string | number;
      requested_by: string | null;
      reason: string | null;
    }>(
      'SELECT action, happened_at, requested_by, reason FROM weixin_broadcast_event WHERE broadcast_id = ?',
      [id],
    );
    const events = rows.map(({ action, happened_at, requested_by, reason }) => ({
      action,
      at: new Date(Number(happened_at)),
      requestedBy: requested_by ?? undefined,
      reason: reason ?? undefined,
    }));
    // Ids of one millisecond have no order of their own.
    const place = ({ action }: BroadcastEvent) => BROADCAST_ACTIONS.indexOf(action);
    return events.sort((one, other) => one.at.getTime() - other.at.getTime() || place(one) - place(other));
  }

  /** Starts a draft, at once or at its `notBefore`. */
  start(broadcast: Broadcast, total: number, by: ChangedBy): Promise<boolean> {
    const now = this.clock.now();
    const later = broadcast.notBefore !== undefined && broadcast.notBefore.getTime() > now;
    const set = later ? "status = 'scheduled'" : RUNS_FROM_HERE;
    return this.move(broadcast.id, 'started', by, {
      set: `${set}, total = ?, started_at = ?, runner = NULL, leased_until = NULL`,
      params: [...(later ? [] : [now]), total, now],
      // Not while somebody takes its recipients in.
      from: "status = 'draft' AND (runner IS NULL OR leased_until <= ?)",
      fromParams: [now],
    });
  }

  /** The time of a scheduled one has come. */
  begin(id: string): Promise<boolean> {
    const now = this.clock.now();
    const from = "status = 'scheduled' AND not_before <= ?";
    return this.move(id, 'began', {}, { set: RUNS_FROM_HERE, params: [now], from, fromParams: [now] });
  }

  /** Nothing more is claimed from now on, and no further messages of open batches are posted. */
  pause(id: string, { cause, resumesAt, ...by }: Pause): Promise<boolean> {
    return this.move(id, 'paused', by, {
      set: "status = 'paused', pause_cause = ?, reason = ?, resumes_at = ?",
      params: [cause, recordableOrNull(by.reason, MOST_REASON), resumesAt?.getTime() ?? null],
      from: "status = 'running'",
      also: [this.batches.stopStep(id)],
    });
  }

  resume(id: string, by: ChangedBy): Promise<boolean> {
    const now = this.clock.now();
    return this.move(id, 'resumed', by, { set: RUNS_FROM_HERE, params: [now], from: "status = 'paused'" });
  }

  /** Ends a pause whose cause is over by itself. `resumesAt`: as it was seen. */
  resumePassed(id: string, resumesAt: Date): Promise<boolean> {
    const from = `status = 'paused' AND ${PASSING} AND resumes_at = ?`;
    return this.move(
      id,
      'resumed',
      {},
      {
        set: RUNS_FROM_HERE,
        params: [this.clock.now()],
        from,
        fromParams: [resumesAt.getTime()],
      },
    );
  }

  cancel(id: string, by: ChangedBy): Promise<boolean> {
    return this.move(id, 'cancelled', by, {
      set: "status = 'cancelled', reason = ?, pause_cause = NULL, resumes_at = NULL, ended_at = ?",
      params: [recordableOrNull(by.reason, MOST_REASON), this.clock.now()],
      from: "status IN ('draft', 'scheduled', 'running', 'paused')",
      also: [this.batches.stopStep(id)],
    });
  }

  /**
   * Ends one that nobody is left for, when no batch of it is in flight.
   * @param lookedAt the claim that found nobody. Whoever was handed back since, or claimed, may have left
   * somebody: then it does not end, and whoever looks next will
   */
  finish(id: string, { lookedAt }: { lookedAt?: number } = {}): Promise<boolean> {
    const looked = lookedAt === undefined ? '' : ' AND claimed_at = ?';
    return this.move(
      id,
      'finished',
      {},
      {
        set: "status = 'finished', ended_at = ?",
        params: [this.clock.now()],
        from: `status = 'running'${looked} AND ${noBatchOpen('weixin_broadcast.id')} AND ${NOBODY_WAITS}`,
        fromParams: lookedAt === undefined ? [] : [lookedAt],
        first: [lockStep(id)],
      },
    );
  }

  /** Ends one whose deadline has passed, when no batch of it is in flight. */
  finishOverdue(id: string, reason: string): Promise<boolean> {
    const now = this.clock.now();
    const from = `status IN ('scheduled', 'running', 'paused') AND deadline_at <= ? AND ${noBatchOpen('weixin_broadcast.id')}`;
    return this.move(
      id,
      'finished',
      { reason },
      {
        set: "status = 'finished', reason = ?, pause_cause = NULL, resumes_at = NULL, ended_at = ?",
        params: [recordable(reason, MOST_REASON), now],
        from,
        fromParams: [now],
        first: [lockStep(id)],
      },
    );
  }

  /** Stops its open batches: no further messages of them are posted. */
  async stopBatches(id: string): Promise<void> {
    const { sql, params } = this.batches.stopStep(id);
    await this.sql.run(sql, params);
  }

  /**
   * Makes this process the one that works on a running broadcast, or takes the recipients of a draft in;
   * renews it. Until the lease ends nobody else gets it.
   */
  async lease(id: string, status: 'draft' | 'running', runner: string, leaseMs: number): Promise<boolean> {
    const now = this.clock.now();
    const affected = await this.sql.run(
      `UPDATE weixin_broadcast SET runner = ?, leased_until = ? WHERE id = ? AND status = '${status}'
        AND (runner IS NULL OR runner = ? OR leased_until <= ?)`,
      [runner, now + leaseMs, id, runner, now],
    );
    return affected > 0;
  }

  /** Lets others have it at once. */
  async release(id: string, runner: string): Promise<void> {
    await this.sql.run(
      'UPDATE weixin_broadcast SET runner = NULL, leased_until = NULL WHERE id = ? AND runner = ?',
      [id, runner],
    );
  }

  /**
   * The first step of every claim. It refuses unless the broadcast is running, and before its deadline; and
   * it locks its row, so that claims for one broadcast exclude each other: what the next one looks for,
   * messages of this broadcast, it then sees. `runner`: refuse also unless it is this one's.
   */
  claimStep(id: string, runner?: string, now = this.clock.now()): SqlStep {
    return {
      name: 'claim for broadcast',
      sql: `UPDATE weixin_broadcast SET claimed_at = ? WHERE id = ? AND status = 'running' AND (deadline_at IS NULL OR deadline_at > ?)
        ${runner === undefined ? '' : 'AND runner = ?'}`,
      params: [now, id, now, ...(runner === undefined ? [] : [runner])],
      expect: 'one',
    };
  }

  private async move(
    id: string,
    action: BroadcastAction,
    by: ChangedBy,
    change: {
      set: string;
      params: SqlValue[];
      from: string;
      fromParams?: SqlValue[];
      first?: SqlStep[];
      also?: SqlStep[];
    },
  ): Promise<boolean> {
    const { set, params, from, fromParams = [], first = [], also = [] } = change;
    const result = await this.sql.atomically([
      ...first,
      {
        name: `${action} broadcast`,
        sql: `UPDATE weixin_broadcast SET ${set} WHERE id = ? AND ${from}`,
        params: [...params, id, ...fromParams],
        expect: 'one',
      },
      ...also,
      this.eventStep(id, action, by),
    ]);
    return result.applied;
  }

  private eventStep(
    broadcastId: string,
    action: BroadcastAction,
    { requestedBy, reason }: ChangedBy,
  ): SqlStep {
    const now = this.clock.now();
    return {
      name: 'record event',
      sql: 'INSERT INTO weixin_broadcast_event (id, broadcast_id, action, requested_by, reason, happened_at) VALUES (?, ?, ?, ?, ?, ?)',
      params: [
        this.random.id(now),
        broadcastId,
        action,
        recordableOrNull(requestedBy, MOST_NAME),
        recordableOrNull(reason, MOST_REASON),
        now,
      ],
    };
  }
}
