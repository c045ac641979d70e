import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { GrantRepository } from '../../grant/grant.repository.js';
import type { GrantRef } from '../../grant/grant.sql.js';
import type { GrantKey } from '../../grant/grant.types.js';
import { batchIdOf } from '../../grant/grant-batch.repository.js';
import { Clock } from '../../kernel/clock.js';
import { isId } from '../../kernel/ids.js';
import { RandomSource } from '../../kernel/random-source.js';
import { SceneRepository } from '../../scene/scene.repository.js';
import { DatabaseError } from '../../sql/database.error.js';
import { GroupCommit } from '../../sql/group-commit.js';
import { SqlExecutor, UniqueViolation } from '../../sql/sql-executor.js';
import type { SqlStep } from '../../sql/sql-step.js';
import { PersonalDataService } from '../../upkeep/personal-data.js';
import { countHeld } from '../batches/message-batch.fragments.js';
import { type BatchChange, count, countStep } from '../batches/message-batch.sql.js';
import { DeliveryConfig } from '../delivery.options.js';
import { resendAt } from '../unknown/resend-policy.js';
import { type Acceptance, AcceptGroup, type AcceptWork } from './accept-group.js';
import { contentDigest } from './content-digest.js';
import { messageRows, messagesUnderScene, messagesUse } from './message.fragments.js';
import {
  BY_IDEMPOTENCY_KEY,
  findMessage,
  grantOf,
  MESSAGE_COLUMNS,
  type MessageRow,
  SELECT_MESSAGES,
  type Sending,
  sending,
  settleStep,
  toRecord,
} from './message.sql.js';
import type { MessageRecord, OutgoingMessage, SettledMessage } from './message.types.js';
import { deleteEnded, ENDED_STATUSES, endedMessages, HAS_ENDED } from './message-ends.sql.js';
import { PERSON_FORGOTTEN } from './reasons.js';
import { isSent, SENT, type SentMessage, SettleGroup } from './settle-group.js';
import type { Settlement } from './settlement.js';

/** Each lost attempt means that somebody else's confirm or claim of this very key went through. */
const CLAIM_ATTEMPTS = 50;
/** Of so many messages of a person the newest of a key are looked for. */
const OF_PERSON = 100;

/**
 * The record of messages and of their outcomes. A message and its grant change together, in one transaction.
 */
@Injectable()
export class MessageRepository {
  private readonly taken: GroupCommit<OutgoingMessage, Acceptance>;
  private readonly sent: GroupCommit<SentMessage, boolean>;

  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly accounts: Accounts,
    private readonly config: DeliveryConfig,
    personalData: PersonalDataService,
    scenes: SceneRepository,
  ) {
    const alone = (message: SentMessage) => this.settleAlone(message, SENT);
    const group = new SettleGroup(sql, clock, alone, config.preparedStatements);
    this.sent = new GroupCommit(group, sql.dialect.singlesInFlight);
    const work: AcceptWork = {
      draft: (message) => this.draft(message),
      existing: (ids) => this.existing(ids),
      accepted,
      alone: (message) => this.acceptAlone(message),
    };
    this.taken = new GroupCommit(new AcceptGroup(sql, grants, work), sql.dialect.singlesInFlight);
    grants.register(messagesUse(sql.dialect));
    scenes.register((here) => messagesUnderScene(sql.dialect, here));
    personalData.register({ holds: 'messages', forget: (appId, openid) => this.forget(appId, openid) });
  }

  /**
   * Claims a grant for the message and writes the message down, both or neither. `no-grant`: there is nothing
   * to claim. `duplicate`: its idempotency key is taken. In both cases nothing was written.
   */
  accept(message: OutgoingMessage): Promise<Acceptance> {
    // A long-term permission is not taken: there is nothing that a group would do at once.
    return this.grants.isLongTerm(message) ? this.acceptAlone(message) : this.taken.run(message);
  }

  private async acceptAlone(message: OutgoingMessage): Promise<Acceptance> {
    for (let attempt = 1; ; attempt++) {
      const draft = this.draft(message);
      try {
        const result = await this.sql.atomically(
          this.prepared(this.grants.claimSteps(message, sending(draft))),
        );
        if (result.applied) return accepted(draft);
      } catch (error) {
        if (error instanceof UniqueViolation && error.concerns('idempotency_key')) return 'duplicate';
        // The answer to our COMMIT may have been lost: then the message is accepted all the same, and goes
        // on.
        if (!(error instanceof DatabaseError && error.temporary && (await this.find(draft.id)))) throw error;
        return accepted(draft);
      }
      // A claim that lost against a renewal or another claim affects no row although a grant is there.
      if ((await this.grants.countAvailable(message)) === 0) return 'no-grant';
      if (attempt === CLAIM_ATTEMPTS) throw new DatabaseError('the grants of this key kept changing', true);
    }
  }

  private draft(message: OutgoingMessage): Sending {
    const acceptedAt = this.clock.now();
    return {
      ...{ message, acceptedAt },
      id: this.random.id(acceptedAt),
      leasedUntil: acceptedAt + this.config.leaseMs,
    };
  }

  /**
   * Ends the attempt in flight that `message` tells of. Should recovery have called it `unknown` meanwhile, a
   * definite answer that comes late still wins, unless a person has resolved it or another attempt has begun.
   * Answers whether anything was written.
   */
  settle(message: SettledMessage, settlement: Settlement): Promise<boolean> {
    return isSent(message, settlement) ? this.sent.run(message) : this.settleAlone(message, settlement);
  }

  private async settleAlone(message: SettledMessage, settlement: Settlement): Promise<boolean> {
    const { attempts: attempt } = message;
    if (await this.move(message, 'sending', settlement, attempt)) return true;
    return settlement.outcome !== 'unknown' && (await this.move(message, 'unknown', settlement, attempt));
  }

  /** Ends an `unknown` message because a person resolves it. `false` when it is not `unknown`. */
  resolve(message: SettledMessage, settlement: Settlement): Promise<boolean> {
    return this.move(message, 'unknown', settlement);
  }

  private async move(
    message: SettledMessage,
    from: 'sending' | 'unknown',
    settlement: Settlement,
    attempt?: number,
  ): Promise<boolean> {
    const now = this.clock.now();
    const dueAt = settlement.outcome === 'unknown' ? this.resendAt(message, now) : undefined;
    const steps = [settleStep(message, from, settlement, { now, attempt, dueAt })];
    if (message.broadcastId !== undefined) {
      const change: BatchChange = {};
      if (from === 'unknown') count(change, 'unknown', -1, message.proof);
      count(change, settlement.outcome, 1, message.proof);
      // Its broadcast, and the count with it, may be gone by retention: the message is kept for as long as
      // its outcome is unknown.
      const expect = from === 'sending' ? 'one' : undefined;
      steps.push({ ...countStep(batchIdOf(message.id), change), expect });
    }
    if (settlement.openidUnusable) steps.push(...this.grants.voidSteps(message.appId, message.openid));
    if (settlement.outcome === 'refused')
      steps.push(...this.grants.refusedSteps(message, message.acceptedAt?.getTime() ?? now));
    const grant = grantOf(message.id);
    const { refusedBy } = await (settlement.grant === 'available'
      ? this.grants.release(steps, message, grant)
      : this.grants.apply(this.prepared([...steps, ...this.grantEnd(grant, settlement, now)])));
    return refusedBy === undefined;
  }

  private prepared(steps: SqlStep[]): SqlStep[] {
    const { preparedStatements: prepared } = this.config;
    return steps.map((step) => ({ ...step, prepared }));
  }

  /** Nearly always the message itself tells. */
  private grantEnd(grant: GrantRef, settlement: Settlement, now: number): SqlStep[] {
    const { outcome, grant: end } = settlement;
    return outcome === 'failed' && (end === 'spent' || end === 'void')
      ? [this.grants.endStep(grant, end, now)]
      : [];
  }

  private resendAt(message: SettledMessage, now: number): number | undefined {
    if (this.config.unknown === 'keep') return undefined;
    return resendAt(message, this.accounts.find(message.appId), now);
  }

  /**
   * Messages in flight whose lease has run out: the process that sent them is gone or far too slow. At most
   * `limit`.
   */
  async interrupted(limit: number): Promise<MessageRecord[]> {
    const rows = await this.sql.all<MessageRow>(
      `${SELECT_MESSAGES} WHERE status = 'sending' AND leased_until <= ? ORDER BY leased_until LIMIT ${limit}`,
      [this.clock.now()],
    );
    return rows.map(toRecord);
  }

  /** A message in flight is told also where it is one of a batch, and has no row yet. */
  async find(id: string): Promise<MessageRecord | undefined> {
    if (!isId(id)) return undefined;
    const [row] = await this.sql.all<MessageRow>(findMessage(this.sql.dialect), [id, batchIdOf(id), id]);
    return row && toRecord(row);
  }

  /** Which of these messages have a row. @throws {DatabaseError} */
  async existing(ids: string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { sql, params } = this.sql.dialect.among('id', ids, 'id');
    const rows = await this.sql.all<{ id: string }>(`SELECT id FROM weixin_message WHERE ${sql}`, params);
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * The newest messages of one key, newest first, of the last 100 of that person: a bounded read by
   * ix_weixin_message_person. Without a scene, those of all scenes.
   * @throws {DatabaseError}
   */
  async latest(
    { appId, openid, templateId, scene }: Pick<GrantKey, 'appId' | 'openid' | 'templateId' | 'scene'>,
    limit: number,
  ): Promise<MessageRecord[]> {
    const [ofScene, params] = scene === undefined ? ['', []] : ['AND scene = ?', [scene]];
    const recent = messageRows(
      this.sql.dialect,
      (from) =>
        `SELECT ${MESSAGE_COLUMNS} FROM ${from} WHERE app_id = ? AND openid = ? ORDER BY accepted_at DESC LIMIT ${OF_PERSON}`,
    );
    const rows = await this.sql.all<MessageRow>(
      `SELECT * FROM (${recent}) AS recent
        WHERE template_id = ? ${ofScene} ORDER BY accepted_at DESC, id DESC LIMIT ${Math.min(limit, OF_PERSON)}`,
      [appId, openid, appId, openid, templateId, ...params],
    );
    return rows.map(toRecord);
  }

  /**
   * The message that took the key. What a transaction of the host has accepted and not yet committed does not
   * count.
   */
  async findByIdempotencyKey(appId: string, idempotencyKey: string): Promise<MessageRecord | undefined> {
    const params = [appId, idempotencyKey];
    const [row] = await this.sql.all<MessageRow>(BY_IDEMPOTENCY_KEY, params);
    if (row?.status !== 'waiting') return row && toRecord(row);
    const [committed] = await this.sql.allCommitted<MessageRow>(BY_IDEMPOTENCY_KEY, params);
    return committed && toRecord(committed);
  }

  /**
   * Messages that ended before `moment`, at most `limit`: `unknown` ones have not.
   * @throws {DatabaseError}
   */
  async endedBefore(moment: Date, limit: number): Promise<string[]> {
    const at = moment.getTime();
    const rows = await this.sql.all<{ id: string }>(
      endedMessages(limit),
      ENDED_STATUSES.map(() => at),
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Deletes those of the messages that ended before `moment`; how they ended stays with their grants. Returns
   * how many. @throws {DatabaseError}
   */
  async deleteEnded(ids: string[], moment: Date): Promise<number> {
    if (ids.length === 0) return 0;
    const { sql, params } = this.sql.dialect.among('id', ids, 'id');
    const rows = await this.sql.all<EndedRow>(
      `SELECT grant_id, status, settled_at FROM weixin_message WHERE ${sql}`,
      params,
    );
    const grants = rows.flatMap(({ grant_id: id, status, settled_at }) =>
      id !== null && (status === 'sent' || status === 'refused')
        ? [{ id, as: status === 'sent' ? ('spent' as const) : ('void' as const), at: Number(settled_at) }]
        : [],
    );
    const deletes = deleteEnded(this.sql.dialect, ids, moment.getTime());
    const ends = this.grants.endSteps(grants);
    const result = await this.sql.atomically([...ends, ...deletes]);
    return result.applied ? result.affected.slice(ends.length).reduce((sum, n) => sum + n, 0) : 0;
  }

  /**
   * The grants that messages have used that ended from `from` on and before `moment`, in that order, at most
   * `limit`, after the message given.
   *
   * The look for the moment that ends the page keeps SQLite from sorting all that ended since `from`, which
   * it does for the sake of `id` once it has statistics.
   */
  async usedBefore(
    status: 'sent' | 'refused',
    from: EndedPlace,
    moment: Date,
    limit: number,
  ): Promise<UsedGrant[]> {
    const { at, id } = from;
    const before = moment.getTime();
    const ended = `FROM weixin_message WHERE ${HAS_ENDED} AND status = '${status}'`;
    const rows = await this.sql.all<{ id: string; grant_id: string | null; settled_at: string | number }>(
      `SELECT id, grant_id, settled_at ${ended} AND settled_at >= ? AND (settled_at > ? OR id > ?)
          AND settled_at <= COALESCE((SELECT settled_at ${ended} AND settled_at > ? AND settled_at < ? ORDER BY settled_at LIMIT 1 OFFSET ${limit}), ?)
        ORDER BY settled_at, id LIMIT ${limit}`,
      [at, at, id, at, before, before - 1],
    );
    return rows.map((row) => ({ id: row.id, at: Number(row.settled_at), grantId: row.grant_id }));
  }

  /**
   * Ends what waits; keeps the outcomes, so that the account stays exact, and erases the person and the
   * content.
   */
  private async forget(appId: string, openid: string): Promise<{ erased: number; inFlight: number }> {
    // First: what a batch holds now, and has ended by the time we come to the messages, is erased there.
    const [held] = await this.sql.all<{ n: string | number }>(countHeld(this.sql.dialect), [appId, openid]);
    await this.sql.run(
      `UPDATE weixin_message SET status = 'failed', reason = '${PERSON_FORGOTTEN}', settled_at = ?, due_at = NULL
        WHERE app_id = ? AND openid = ? AND status = 'waiting'`,
      [this.clock.now(), appId, openid],
    );
    const erased = await this.sql.run(
      `UPDATE weixin_message SET openid = '', content = NULL, content_digest = '', idempotency_key = NULL, errmsg = NULL, due_at = NULL
        WHERE app_id = ? AND openid = ? AND status NOT IN ('waiting', 'sending')`,
      [appId, openid],
    );
    const [{ n }] = await this.sql.all<{ n: string | number }>(
      "SELECT COUNT(*) AS n FROM weixin_message WHERE app_id = ? AND openid = ? AND status IN ('waiting', 'sending')",
      [appId, openid],
    );
    return { erased, inFlight: Number(n) + Number(held.n) };
  }
}

interface EndedRow {
  grant_id: string | null;
  status: string;
  settled_at: string | number;
}

/** A message among those that have ended. */
export interface EndedPlace {
  at: number;
  id: string;
}

export interface UsedGrant extends EndedPlace {
  grantId: string | null;
}

/** Not read back: the row is committed, and a failing read must not hide that. */
function accepted({ message: { content, ...message }, id, acceptedAt }: Sending): MessageRecord {
  return {
    ...message,
    content,
    id,
    status: 'sending',
    contentDigest: contentDigest({ ...message, content }),
    acceptedAt: new Date(acceptedAt),
    attempts: 1,
    resends: 0,
  };
}
