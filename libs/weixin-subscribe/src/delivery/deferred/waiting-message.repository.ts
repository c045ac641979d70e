import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { LIVE_GRANTS } from '../../grant/grant.fragments.js';
import { GrantRepository } from '../../grant/grant.repository.js';
import { claimableParams, countClaimable } from '../../grant/grant.sql.js';
import { Clock } from '../../kernel/clock.js';
import { isId } from '../../kernel/ids.js';
import { RandomSource } from '../../kernel/random-source.js';
import { DatabaseError } from '../../sql/database.error.js';
import { toDate } from '../../sql/epoch-column.js';
import { SqlExecutor, type SqlSession, UniqueViolation } from '../../sql/sql-executor.js';
import type { SqlValue } from '../../sql/sql-step.js';
import { DeliveryConfig } from '../delivery.options.js';
import { contentDigest } from '../ledger/content-digest.js';
import {
  BY_IDEMPOTENCY_KEY,
  grantOf,
  type MessageRow,
  SELECT_MESSAGES,
  toRecord,
} from '../ledger/message.sql.js';
import type { Deferral, MessageRecord, OutgoingMessage } from '../ledger/message.types.js';
import { CANCELLED } from '../ledger/reasons.js';
import type { Settlement } from '../ledger/settlement.js';
import type { SendPause } from '../pauses/send-pause.repository.js';
import {
  beginStep,
  countPromised,
  dueAfter,
  dueParams,
  END_WAITING,
  endParams,
  insertWaiting,
  letGoStep,
  noteGrantSteps,
  noteProofStep,
  PUT_OFF,
  promisedParams,
  putBackStep,
  putOffDuringPause,
  putOffParams,
} from './waiting-message.sql.js';

/** Messages of one account that are open; see {@link WaitingMessageRepository.openByAccount}. */
export interface OpenMessages {
  appId: string;
  count: number;
  since?: Date;
}

/** Each lost attempt means that somebody else's confirm or claim of this very key went through. */
const CLAIM_ATTEMPTS = 50;

/**
 * Messages that wait for their time. They hold no grant: it is claimed when they are due, in one transaction
 * with the move to `sending`.
 */
@Injectable()
export class WaitingMessageRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: DeliveryConfig,
  ) {}

  /**
   * Writes the message down, in the host's transaction where there is one. `duplicate`: its idempotency key
   * is taken, nothing was written.
   * @throws {InvalidInputError} `manager` has no open transaction, or belongs to another DataSource
   */
  async accept(
    message: OutgoingMessage,
    deferral: Deferral,
    manager?: EntityManager,
  ): Promise<MessageRecord | 'duplicate'> {
    const now = this.clock.now();
    const record = accepted(message, deferral, this.random.id(now), now);
    try {
      const { sql, params } = insertWaiting(this.sql.dialect, record);
      const inserted = await this.session(manager).run(sql, params);
      return inserted === 1 ? record : 'duplicate';
    } catch (error) {
      if (error instanceof UniqueViolation && error.concerns('idempotency_key')) return 'duplicate';
      // The answer to our COMMIT may have been lost: then the message is accepted all the same. A host's
      // transaction is the host's to look at.
      if (manager || !(error instanceof DatabaseError && error.temporary && (await this.exists(record.id))))
        throw error;
      return record;
    }
  }

  /**
   * How many grants that a message could claim at `moment` are promised to no waiting message of the same
   * key; below 1: none. It may be out of date a moment later: the claim decides.
   */
  async countUnpromised(message: OutgoingMessage, moment: number, manager?: EntityManager): Promise<number> {
    const key = this.grants.keyOf(message);
    const [row] = await this.session(manager).all<{ available: string | number; promised: string | number }>(
      `SELECT (${countClaimable(key)}) AS available, (${countPromised(key)}) AS promised`,
      [...claimableParams(key, moment), ...promisedParams(key)],
    );
    // A long-term permission is promised to any number of messages.
    return Number(row.available) - (this.grants.isLongTerm(key) ? 0 : Number(row.promised));
  }

  /**
   * The message that took an idempotency key, as the host's transaction sees it. Locked for reading on
   * MariaDB, whose transactions otherwise read what was there when they began.
   */
  async findTaken(
    appId: string,
    idempotencyKey: string,
    manager: EntityManager,
  ): Promise<MessageRecord | undefined> {
    const [row] = await this.session(manager).all<MessageRow>(
      `${BY_IDEMPOTENCY_KEY} ${this.sql.dialect.ofNow}`,
      [appId, idempotencyKey],
    );
    return row && toRecord(row);
  }

  /** The messages whose time has come, in the order of their times; at most `limit`, after `last`. */
  async due(limit: number, last?: MessageRecord): Promise<MessageRecord[]> {
    const rows = await this.sql.all<MessageRow>(
      `${SELECT_MESSAGES} ${dueAfter('waiting', limit, last)}`,
      dueParams(this.clock.now(), last),
    );
    return rows.map(toRecord);
  }

  /**
   * Claims a grant and moves the message to `sending`, both or neither. `no-grant`: there is nothing to
   * claim. `gone`: somebody else took it, put it off or ended it since it was read. In both cases nothing was
   * written.
   *
   * Safe for any number of workers: the move is the first statement, and conditional. PostgreSQL and MariaDB
   * hold its row lock until the end of the transaction, so a second worker waits there, finds the row changed
   * and affects none; SQLite has one writer at a time. Should the answer to our COMMIT be lost, nobody can
   * tell whose move it was: then nothing is posted, and recovery calls it `unknown`.
   */
  async begin(message: MessageRecord): Promise<MessageRecord | 'no-grant' | 'gone'> {
    for (let attempt = 1; ; attempt++) {
      const begin = beginStep(message, this.clock.now() + this.config.leaseMs);
      const claim = this.grants.isLongTerm(message)
        ? [noteProofStep(message, this.grants.proofOf(message))]
        : [
            ...noteGrantSteps(message, this.grants.oldest(message), LIVE_GRANTS),
            this.grants.takeStep(grantOf(message.id)),
          ];
      const result = await this.sql.atomically([begin, ...claim]);
      if (result.applied) return begun(message);
      if (result.refusedBy === begin.name) return 'gone';
      // A claim that lost against a renewal or another claim affects no row although a grant is there.
      if ((await this.grants.countAvailable(message)) === 0) return 'no-grant';
      if (attempt === CLAIM_ATTEMPTS) throw new DatabaseError('the grants of this key kept changing', true);
    }
  }

  /**
   * Lets a message in flight wait again and gives its grant back, both or neither. `false`: the attempt is
   * not in flight any more.
   */
  async putBack(message: MessageRecord, settlement: Settlement, dueAt: number): Promise<boolean> {
    const step = putBackStep(message, settlement, dueAt);
    const { refusedBy } = await this.grants.release([step], message, grantOf(message.id), [
      letGoStep(message),
    ]);
    return refusedBy === undefined;
  }

  /**
   * Lets a waiting message wait longer; `reason` says why. `tried`: a send of it could not begin. `false`:
   * the message has changed since it was read.
   */
  async putOff(message: MessageRecord, dueAt: number, reason: string, tried = false): Promise<boolean> {
    return (await this.sql.run(PUT_OFF, putOffParams(message, dueAt, reason, tried))) === 1;
  }

  /**
   * Lets it wait because the sends by its API pause. `false`: it has changed since it was read, or that pause
   * is over.
   */
  async putOffForPause(
    message: MessageRecord,
    dueAt: number,
    { appId, path, pausedUntil }: SendPause,
  ): Promise<boolean> {
    const params = putOffParams(message, dueAt, 'the sends of its account pause', false);
    const affected = await this.sql.run(putOffDuringPause(this.sql.dialect), [
      ...params,
      appId,
      path,
      pausedUntil.getTime(),
    ]);
    return affected === 1;
  }

  /** Ends a waiting message as `failed`; no grant is touched. `false`: it has changed since it was read. */
  async end(message: MessageRecord, reason: string): Promise<boolean> {
    return (await this.sql.run(END_WAITING, endParams(message, reason, this.clock.now()))) === 1;
  }

  /** Ends a message because a caller cancels it. `false` when it is not `waiting`. */
  async cancel(id: string): Promise<boolean> {
    if (!isId(id)) return false;
    const affected = await this.sql.run(
      `UPDATE weixin_message SET status = 'failed', reason = '${CANCELLED}', settled_at = ?, due_at = NULL WHERE id = ? AND status = 'waiting'`,
      [this.clock.now(), id],
    );
    return affected === 1;
  }

  /** How many wait although they were due before `moment`; at most `limit`. */
  countDueBefore(moment: number, limit: number): Promise<number> {
    return this.count("status = 'waiting' AND due_at < ?", [moment], limit);
  }

  /** How many messages have an unknown outcome; at most `limit`. */
  countUnknown(limit: number): Promise<number> {
    return this.count("status = 'unknown'", [], limit);
  }

  /** Since when the first of them is unknown; of at most `limit` that the index gives first. */
  async oldestUnknown(limit: number): Promise<number | undefined> {
    const [{ since }] = await this.sql.all<{ since: string | number | null }>(
      `SELECT MIN(settled_at) AS since FROM (SELECT settled_at FROM weixin_message WHERE status = 'unknown' LIMIT ${limit}) AS counted`,
      [],
    );
    return since === null ? undefined : Number(since);
  }

  /**
   * Messages that are open, by account, and since when the first of them is; of the first `limit` that the
   * index gives, all accounts together.
   * @param before of those that wait: only what was due before this moment
   */
  async openByAccount(
    status: 'unknown' | 'waiting',
    limit: number,
    before?: number,
  ): Promise<OpenMessages[]> {
    const since = status === 'unknown' ? 'settled_at' : 'due_at';
    const due = before === undefined ? '' : 'AND due_at < ?';
    const rows = await this.sql.all<{ app_id: string; n: string | number; since: string | number | null }>(
      `SELECT app_id, COUNT(*) AS n, MIN(since) AS since FROM
        (SELECT app_id, ${since} AS since FROM weixin_message WHERE status = '${status}' ${due} LIMIT ${limit}) AS open_ones
        GROUP BY app_id ORDER BY app_id`,
      before === undefined ? [] : [before],
    );
    return rows.map((row) => ({
      appId: row.app_id,
      count: Number(row.n),
      ...(row.since !== null && { since: toDate(row.since) }),
    }));
  }

  private async count(where: string, params: SqlValue[], limit: number): Promise<number> {
    const [{ n }] = await this.sql.all<{ n: string | number }>(
      `SELECT COUNT(*) AS n FROM (SELECT id FROM weixin_message WHERE ${where} LIMIT ${limit}) AS counted`,
      params,
    );
    return Number(n);
  }

  private session(manager?: EntityManager): SqlSession {
    return manager ? this.sql.within(manager) : this.sql;
  }

  private async exists(id: string): Promise<boolean> {
    return (await this.sql.all('SELECT id FROM weixin_message WHERE id = ?', [id])).length === 1;
  }
}

function accepted(
  message: OutgoingMessage,
  { notBefore, deadline }: Deferral,
  id: string,
  now: number,
): MessageRecord {
  return {
    ...message,
    id,
    status: 'waiting',
    contentDigest: contentDigest(message),
    acceptedAt: new Date(now),
    attempts: 0,
    resends: 0,
    notBefore,
    deadline,
    dueAt: notBefore,
  };
}

function begun(message: MessageRecord): MessageRecord {
  return { ...message, status: 'sending', attempts: message.attempts + 1, dueAt: undefined };
}
