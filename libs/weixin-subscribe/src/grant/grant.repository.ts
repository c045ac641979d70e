import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { affectedBy } from '../sql/affected-by.js';
import { DatabaseError } from '../sql/database.error.js';
import { SqlExecutor, type SqlStep, type SqlValue, UniqueViolation } from '../sql/sql-executor.js';
import { PersonalDataService } from '../upkeep/personal-data.js';
import { type AcceptRow, LAST_ACCEPTS, numberAccept, pairAccept, toKnownAccept } from './accept.sql.js';
import { type AcceptOrigin, decideAccept, originOf } from './accept-pairing.js';
import { checkNewGrant } from './check-new-grant.js';
import { conditions, toGrant } from './grant.rows.js';
import {
  claimableParams,
  claimOldest,
  countClaimable,
  type GrantDraft,
  type GrantRow,
  keepProof,
  mergeClaim,
  reclaim,
  recordSteps,
  releaseClaim,
  SELECT_GRANTS,
  settleClaim,
} from './grant.sql.js';
import {
  CLOSED_STATUSES,
  type Grant,
  type GrantFilter,
  type GrantKey,
  type GrantProof,
  type NewGrant,
  type SettledGrantStatus,
} from './grant.types.js';

import { closedGrants, deleteClosed, expireGrants, overdueGrants } from './grant-ends.sql.js';
import { GrantRules, type GrantScope } from './grant-rules.js';
import { liveKeyOf } from './live-key.js';

const RECORD_ATTEMPTS = 5;
const AT_ONCE = 1000;
/** Each lost attempt means that another accept of this very key was recorded. */
const ACCEPT_ATTEMPTS = 50;

/**
 * The ledger of permissions. Every change is one conditional statement (or one transaction of them) whose
 * affected-row count is the answer; nothing is read, changed in memory and written back.
 */
@Injectable()
export class GrantRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly rules: GrantRules,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    personalData: PersonalDataService,
  ) {
    personalData.register({ holds: 'grants', forget: (appId, openid) => this.forget(appId, openid) });
  }

  /**
   * Records a permission: adds a grant, or renews the live one where the account's rule is `set`. `duplicate`
   * means that this source was recorded before and nothing was written; `paired` that it is the other report
   * of an accept that was, which is marked with it (channels `mini-subscribe` and `service-notice`, sources
   * `intent:…` and `push:…`). Use it to import permissions from elsewhere; the routes call it themselves.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link DatabaseError}
   */
  async record(grant: NewGrant): Promise<'recorded' | 'paired' | 'duplicate'> {
    checkNewGrant(grant);
    const result = await this.recordAfter([], grant);
    return typeof result === 'string' ? result : 'recorded';
  }

  /**
   * Applies `before` and the recording as one transaction: the grant exists exactly when what earned it was
   * written. Answers the name of the step of `before` that refused, if one did.
   */
  async recordAfter(
    before: SqlStep[],
    grant: NewGrant,
  ): Promise<'recorded' | 'paired' | 'duplicate' | { refusedBy: string }> {
    const origin = originOf(grant.source);
    const key = this.rules.keyOf(grant);
    if (origin && this.rules.of(key.channel).paired) return this.recordAccept(before, grant, origin);
    for (let attempt = 1; ; attempt++) {
      // Two confirms of one key at once: the loser of the first attempt waits its turn in the next, and
      // renews.
      const turn = attempt === 1 ? [] : this.sql.lockSteps(liveKeyOf(key));
      try {
        const result = await this.sql.atomically([...turn, ...before, ...recordSteps(this.draft(grant))]);
        return result.applied ? 'recorded' : { refusedBy: result.refusedBy };
      } catch (error) {
        if (!(error instanceof UniqueViolation)) throw error;
        if (error.concerns('source')) return 'duplicate';
        if (attempt === RECORD_ATTEMPTS)
          throw new DatabaseError('the grants of this key kept changing', true);
      }
    }
  }

  /**
   * Records one of the two reports of an accept: marks the accept that the other one has recorded, or adds
   * one.
   *
   * Safe under races, without a lock, on all three databases: what is decided from a read is written only if
   * it still holds. The accepts of a key are numbered, and the number of the next one is unique; so of two
   * reports that both found no other one, at the same moment in two processes, one is inserted, and the other
   * meets the unique index (PostgreSQL and MariaDB let it wait for the COMMIT of the first, SQLite has one
   * writer at a time), is undone with all that came before it, and decides anew. A pair is made by a
   * conditional update of one row.
   */
  private async recordAccept(
    before: SqlStep[],
    grant: NewGrant,
    origin: AcceptOrigin,
  ): Promise<'recorded' | 'paired' | 'duplicate' | { refusedBy: string }> {
    const draft = this.draft(grant);
    const acceptKey = liveKeyOf(this.rules.keyOf(grant));
    const report = { source: grant.source, origin, at: Number(draft.row.granted_at) };
    for (let attempt = 1; attempt <= ACCEPT_ATTEMPTS; attempt++) {
      const known = await this.sql.allCommitted<AcceptRow>(LAST_ACCEPTS, [acceptKey]);
      const decision = decideAccept(report, known.map(toKnownAccept));
      if (decision.kind === 'duplicate') return 'duplicate';
      const steps =
        decision.kind === 'pair'
          ? [pairAccept(decision.id, draft.row)]
          : [...recordSteps(draft), numberAccept(draft.row, acceptKey, decision.number)];
      try {
        const result = await this.sql.atomically([...before, ...steps]);
        if (result.applied) return decision.kind === 'pair' ? 'paired' : 'recorded';
        if (before.some(({ name }) => name === result.refusedBy)) return { refusedBy: result.refusedBy };
      } catch (error) {
        if (!(error instanceof UniqueViolation)) throw error;
        if (error.concerns('source')) return 'duplicate';
      }
    }
    throw new DatabaseError('the accepts of this key kept changing', true);
  }

  /**
   * The grant as it would be written now. For endpoints that write many at once.
   * @throws {UnknownAccountError} {@link UnknownTemplateError} {@link InvalidInputError}
   */
  draft(grant: NewGrant): GrantDraft {
    const key = this.rules.keyOf(grant);
    this.rules.assertTemplate(key);
    const now = this.clock.now();
    const row: GrantRow = {
      id: this.random.id(now),
      app_id: key.appId,
      openid: key.openid,
      template_id: key.templateId,
      scene: key.scene,
      channel: key.channel,
      status: 'available',
      source: grant.source,
      subject: grant.subject ?? null,
      proof: grant.proof ?? 'bound',
      granted_at: Math.min(grant.grantedAt?.getTime() ?? now, now),
      expires_at: grant.expiresAt?.getTime() ?? null,
      claimed_by: null,
      closed_at: null,
    };
    return { row, liveKey: this.rules.liveKeyOf(key) };
  }

  /** The whole key under which such a grant is kept. @throws {InvalidInputError} */
  keyOf(key: GrantKey): Required<GrantKey> {
    return this.rules.keyOf(key);
  }

  /**
   * The whole key, or those of all scenes where the channel has scenes and none is named.
   * @throws {InvalidInputError}
   */
  scopeOf(key: GrantKey): GrantScope {
    return this.rules.scopeOf(key);
  }

  /**
   * How many messages may still be sent for this key; without a scene, where the channel has scenes, under
   * all of them together.
   * @throws {InvalidInputError} {@link DatabaseError}
   */
  async countAvailable(key: GrantKey): Promise<number> {
    const scope = this.rules.scopeOf(key);
    const [row] = await this.sql.all<{ available: string | number }>(
      countClaimable(scope),
      claimableParams(scope, this.clock.now()),
    );
    return Number(row.available);
  }

  async find(id: string): Promise<Grant | undefined> {
    const [row] = await this.sql.all<GrantRow>(`${SELECT_GRANTS} WHERE id = ?`, [id]);
    return row && toGrant(row);
  }

  /** The grants that match, newest first. `limit` 1–1,000. */
  async list(filter: GrantFilter, limit = 100): Promise<Grant[]> {
    const { where, params } = conditions(filter);
    const rows = await this.sql.all<GrantRow>(
      `${SELECT_GRANTS} WHERE ${where} ORDER BY granted_at DESC, id DESC LIMIT ${Math.min(Math.max(1, Math.trunc(limit)), 1000)}`,
      params,
    );
    return rows.map(toGrant);
  }

  /**
   * The step that gives one grant of this key to a message; it refuses when there is none. For `delivery/`.
   */
  claimStep(key: GrantKey, messageId: string): SqlStep {
    return claimOldest(this.sql.dialect, this.rules.keyOf(key), messageId, this.clock.now());
  }

  /**
   * The step that takes the grant of a message with an unknown outcome again, unless the person has confirmed
   * anew. For `delivery/`.
   */
  reclaimStep(key: GrantKey, messageId: string): SqlStep {
    return reclaim(messageId, liveKeyOf(this.rules.keyOf(key)));
  }

  /**
   * Applies `before` and moves the grant that `messageId` holds, as one transaction. To `available` only
   * where the message surely was not delivered; if the person has confirmed the same key anew since, the two
   * are one and the held grant ends as `renewed`.
   */
  async settle(
    before: SqlStep[],
    message: GrantKey & { id: string },
    from: 'claimed' | 'unknown',
    to: SettledGrantStatus,
  ): Promise<{ refusedBy?: string }> {
    if (to === 'available') return this.release(before, message, from, false);
    return this.apply([...before, settleClaim(message.id, from, to, this.clock.now())]);
  }

  /**
   * Applies `before` and gives the grant back that `messageId` holds, as one transaction, for a message that
   * will claim again later.
   */
  giveBack(before: SqlStep[], message: GrantKey & { id: string }): Promise<{ refusedBy?: string }> {
    return this.release(before, message, 'claimed', true);
  }

  private async release(
    before: SqlStep[],
    message: GrantKey & { id: string },
    from: 'claimed' | 'unknown',
    letGo: boolean,
  ): Promise<{ refusedBy?: string }> {
    const liveKey = this.rules.liveKeyOf(this.rules.keyOf(message));
    const release = releaseClaim(message.id, from, liveKey);
    try {
      const released = await this.apply([...before, release]);
      if (released.refusedBy !== release.name) return released;
    } catch (error) {
      // It had no live key, because the account's rule was `count` when it was confirmed; now another grant
      // has it.
      if (!(error instanceof UniqueViolation && error.concerns('live_key'))) throw error;
    }
    const merge = mergeClaim(message.id, from, this.clock.now(), letGo);
    return this.apply([...before, ...(await this.keepProofSteps(message.id, liveKey)), merge]);
  }

  private async keepProofSteps(messageId: string, liveKey: string | null): Promise<SqlStep[]> {
    const [held] = await this.sql.all<{ proof: GrantProof }>(
      'SELECT proof FROM weixin_grant WHERE claimed_by = ?',
      [messageId],
    );
    return held && liveKey !== null && held.proof !== 'unproven' ? [keepProof(liveKey, held.proof)] : [];
  }

  private async apply(steps: SqlStep[]): Promise<{ refusedBy?: string }> {
    const result = await this.sql.atomically(steps);
    return result.applied ? {} : { refusedBy: result.refusedBy };
  }

  /**
   * The step that closes what is available of a person: WeChat says that this openid can not be written to
   * from this account, so none of its grants is worth anything. For `delivery/`, which applies it together
   * with the outcome that says so.
   */
  voidStep(appId: string, openid: string): SqlStep {
    return {
      name: 'void grants',
      sql: "UPDATE weixin_grant SET status = 'void', live_key = NULL, closed_at = ? WHERE app_id = ? AND openid = ? AND status = 'available'",
      params: [this.clock.now(), appId, openid],
    };
  }

  /**
   * Closes what a person had given until `moment` (milliseconds since 1970 UTC) and is not used: they took it
   * back. Answers how many. One that a message holds stays: its send tells. The other report of a closed
   * accept, should it come later, adds nothing; a later accept does.
   */
  voidGivenUntil(key: GrantKey, moment: number): Promise<number> {
    const { appId, openid, templateId, scene, channel } = this.rules.keyOf(key);
    return this.sql.run(
      `UPDATE weixin_grant SET status = 'void', live_key = NULL, closed_at = ?, rejected_at = ?
        WHERE app_id = ? AND openid = ? AND template_id = ? AND scene = ? AND channel = ? AND status = 'available' AND granted_at <= ?`,
      [this.clock.now(), moment, appId, openid, templateId, scene, channel, moment],
    );
  }

  /** Grants whose time has run out, at most `limit`. @throws {DatabaseError} */
  async overdue(limit: number): Promise<string[]> {
    return this.ids(overdueGrants(limit), [this.clock.now()]);
  }

  /** Closes those of them that nobody has claimed meanwhile. Returns how many. @throws {DatabaseError} */
  async closeOverdue(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return affectedBy(await this.sql.atomically(expireGrants(this.sql.dialect, ids, this.clock.now())));
  }

  /**
   * Closes grants whose time has run out, at most `limit`. Returns how many. Safe to run anywhere, any time.
   * @throws {DatabaseError}
   */
  async expire(limit = AT_ONCE): Promise<number> {
    return this.closeOverdue(await this.overdue(limit));
  }

  /**
   * Grants that were over before `moment`, at most `limit`: `unknown` ones are not. @throws {DatabaseError}
   */
  async closedBefore(moment: Date, limit: number): Promise<string[]> {
    const at = moment.getTime();
    return this.ids(
      closedGrants(limit),
      CLOSED_STATUSES.map(() => at),
    );
  }

  /** Deletes those of the grants that were over before `moment`. Returns how many. @throws {DatabaseError} */
  async deleteClosed(ids: string[], moment: Date): Promise<number> {
    if (ids.length === 0) return 0;
    return affectedBy(await this.sql.atomically(deleteClosed(this.sql.dialect, ids, moment.getTime())));
  }

  /**
   * Deletes grants that were over before `moment`, at most `limit`, never `unknown` ones. Returns how many.
   * @throws {DatabaseError}
   */
  async purgeClosedBefore(moment: Date, limit = AT_ONCE): Promise<number> {
    return this.deleteClosed(await this.closedBefore(moment, limit), moment);
  }

  private async ids(sql: string, params: SqlValue[]): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(sql, params);
    return rows.map(({ id }) => id);
  }

  private async forget(appId: string, openid: string): Promise<{ erased: number; inFlight: number }> {
    const erased = await this.sql.run(
      "DELETE FROM weixin_grant WHERE app_id = ? AND openid = ? AND status <> 'claimed'",
      [appId, openid],
    );
    const inFlight = await this.list({ appId, openid, status: 'claimed' }, 1000);
    return { erased, inFlight: inFlight.length };
  }
}
