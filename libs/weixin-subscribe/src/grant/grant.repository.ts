import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { isId } from '../kernel/ids.js';
import { RandomSource } from '../kernel/random-source.js';
import { affectedBy } from '../sql/affected-by.js';
import { DatabaseError } from '../sql/database.error.js';
import { type AtomicResult, SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { PersonalDataService } from '../upkeep/personal-data.js';
import { type AcceptRow, LAST_ACCEPTS, numberAccept, pairAccept, toKnownAccept } from './accept.sql.js';
import { type AcceptOrigin, decideAccept, originOf } from './accept-pairing.js';
import { checkNewGrant } from './check-new-grant.js';
import { type GrantUse, grantStates } from './grant.fragments.js';
import { toGrant } from './grant.rows.js';
import {
  type ClaimTarget,
  claimableParams,
  claimLongTerm,
  claimOldest,
  countClaimable,
  type DraftRow,
  endGrant,
  endLive,
  type GrantDraft,
  type GrantRef,
  type GrantRow,
  LIVE,
  LOG,
  mergeSteps,
  oldest,
  oldestProof,
  releaseSteps,
  STATE_COLUMNS,
  stillCurrent,
  takeOut,
} from './grant.sql.js';
import type { Grant, GrantEnding, GrantFilter, GrantKey, NewGrant } from './grant.types.js';
import { type BatchTarget, claimEach } from './grant-batch.sql.js';
import {
  deleteGrants,
  endedGrants,
  endGrants,
  expireGrants,
  type GrantEnded,
  overdueGrants,
} from './grant-ends.sql.js';
import { latestGrants } from './grant-list.sql.js';
import { type ConfirmedDraft, type GrantConfirmation, recordGroup, recordSteps } from './grant-record.sql.js';
import { GrantRules, type GrantScope } from './grant-rules.js';
import { sourceColumns } from './intent-source.js';
import { liveKeyOf, sceneKeyOf } from './live-key.js';

const AT_ONCE = 1000;
/** Each lost attempt means that another grant of this very key was recorded. */
const RECORD_ATTEMPTS = 50;

/**
 * The ledger of permissions. Every change is one conditional statement (or one transaction of them) whose
 * affected-row count is the answer; nothing is read, changed in memory and written back.
 */
@Injectable()
export class GrantRepository {
  private use?: GrantUse;

  constructor(
    private readonly sql: SqlExecutor,
    private readonly rules: GrantRules,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    personalData: PersonalDataService,
  ) {
    personalData.register({ holds: 'grants', forget: (appId, openid) => this.forget(appId, openid) });
  }

  /** Says who holds and uses grants; for the room that does. */
  register(use: GrantUse): void {
    this.use = use;
  }

  /** The grants with their states, as a SELECT up to its WHERE. */
  private get select(): string {
    return `SELECT ${STATE_COLUMNS} FROM ${grantStates(this.use)}`;
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
      // Two confirms of one key at once: the loser of the first attempt takes a lock in the next, and
      // renews.
      const lock = attempt === 1 ? [] : this.sql.lockSteps(liveKeyOf(key));
      try {
        const result = await this.sql.atomically([...lock, ...before, ...this.recordSteps(grant)]);
        return result.applied ? 'recorded' : { refusedBy: result.refusedBy };
      } catch (error) {
        if (!(error instanceof UniqueViolation)) throw error;
        if (concernsSource(error)) return 'duplicate';
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
    for (let attempt = 1; attempt <= RECORD_ATTEMPTS; attempt++) {
      const known = await this.sql.allCommitted<AcceptRow>(LAST_ACCEPTS, [acceptKey]);
      const decision = decideAccept(report, known.map(toKnownAccept));
      if (decision.kind === 'duplicate') return 'duplicate';
      const steps =
        decision.kind === 'pair'
          ? pairAccept(decision.id, grant.source, draft.row)
          : [...recordSteps(this.sql.dialect, draft), numberAccept(draft.row, acceptKey, decision.number)];
      try {
        const result = await this.sql.atomically([...before, ...steps]);
        if (result.applied) return decision.kind === 'pair' ? 'paired' : 'recorded';
        if (before.some(({ name }) => name === result.refusedBy)) return { refusedBy: result.refusedBy };
      } catch (error) {
        if (!(error instanceof UniqueViolation)) throw error;
        if (concernsSource(error)) return 'duplicate';
      }
    }
    throw new DatabaseError('the accepts of this key kept changing', true);
  }

  /**
   * Confirms many grants and records them, in one transaction. Waits for nobody: what
   * somebody else has locked is left out, on some databases with all of them (`undefined`).
   * @throws {UniqueViolation} {@link DatabaseError}
   */
  recordGroup(by: GrantConfirmation, drafts: ConfirmedDraft[]): Promise<Set<ConfirmedDraft> | undefined> {
    return recordGroup(this.sql, by, drafts);
  }

  /** The steps that record a grant, for those that write several in one transaction. */
  recordSteps(grant: NewGrant): SqlStep[] {
    return recordSteps(this.sql.dialect, this.draft(grant));
  }

  /**
   * The grant as it would be written now. For endpoints that write many at once.
   * @throws {UnknownAccountError} {@link UnknownTemplateError} {@link InvalidInputError}
   */
  draft(grant: NewGrant): GrantDraft {
    const key = this.rules.keyOf(grant);
    this.rules.assertTemplate(key);
    const now = this.clock.now();
    const row: DraftRow = {
      id: this.random.id(now),
      app_id: key.appId,
      openid: key.openid,
      template_id: key.templateId,
      scene: key.scene,
      channel: key.channel,
      scene_key: sceneKeyOf(key),
      ...sourceColumns(grant.source),
      subject: grant.subject ?? null,
      proof: grant.proof ?? 'bound',
      granted_at: Math.min(grant.grantedAt?.getTime() ?? now, now),
      expires_at: grant.expiresAt?.getTime() ?? null,
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

  /**
   * As {@link countAvailable}, of grants whose openid is proven.
   * @throws {InvalidInputError} {@link DatabaseError}
   */
  async countProven(key: GrantKey): Promise<number> {
    const scope = this.rules.scopeOf(key);
    const [row] = await this.sql.all<{ available: string | number }>(
      `${countClaimable(scope)} AND proof <> 'unproven'`,
      claimableParams(scope, this.clock.now()),
    );
    return Number(row.available);
  }

  async find(id: string): Promise<Grant | undefined> {
    if (!isId(id)) return undefined;
    const [row] = await this.sql.all<GrantRow>(`${this.select} WHERE id = ?`, [id]);
    return row && toGrant(row);
  }

  /**
   * The grants that match, newest first: of a person, or of a scene of a template. However many there are
   * besides, these are found by an index.
   * @param limit 1–1,000
   * @throws {InvalidInputError} the filter names neither; or a scene, and what only those of a person are
   * told by: `subject`, or a status that is not `available`. {@link DatabaseError}
   */
  async list(filter: GrantFilter, limit = 100): Promise<Grant[]> {
    const most = Math.min(Math.max(1, Math.trunc(limit)), 1000);
    const { sql, params } = latestGrants(this.sql.dialect, this.use, this.rules.listable(filter), most);
    return (await this.sql.all<GrantRow>(sql, params)).map(toGrant);
  }

  /**
   * The steps that take one grant of this key and write down who has it; they refuse when there is none. For
   * `delivery/`.
   */
  claimSteps(key: GrantKey, into: ClaimTarget): SqlStep[] {
    const whole = this.rules.keyOf(key);
    return this.rules.isLongTerm(whole)
      ? [claimLongTerm(this.sql.dialect, whole, into, this.clock.now())]
      : claimOldest(this.sql.dialect, whole, into, this.clock.now());
  }

  /**
   * The steps that take one grant of each of these keys and write down who has it, the n-th for the n-th key;
   * the first of them affects as many rows as there are grants taken. No key twice, none of a long-term
   * template. For `delivery/`.
   */
  claimEachSteps(keys: GrantKey[], into: BatchTarget): SqlStep[] {
    const whole = keys.map((key) => this.rules.keyOf(key));
    return claimEach(this.sql.dialect, whole, into, this.clock.now());
  }

  /**
   * Whether sends leave a permission of this key as it is: a long-term template. The message then holds no
   * grant. @throws {InvalidInputError}
   */
  isLongTerm(key: GrantKey): boolean {
    return this.rules.isLongTerm(this.rules.keyOf(key));
  }

  /** The proof of the permission that a message of a long-term template would use. */
  proofOf(key: GrantKey): GrantRef {
    const whole = this.rules.keyOf(key);
    return { sql: oldestProof(whole), params: claimableParams(whole, this.clock.now()) };
  }

  /**
   * The steps that end what a person had given until `moment` of a long-term template: WeChat says that there
   * is no permission. For `delivery/`, which applies them together with the outcome that says so.
   */
  refusedSteps(key: GrantKey, moment: number): SqlStep[] {
    const whole = this.rules.keyOf(key);
    if (!this.rules.isLongTerm(whole)) return [];
    return endLive(this.sql.dialect, 'void', givenUntil(whole, moment), this.clock.now());
  }

  /** The oldest grant of this key, locked; to be written down, and then taken out by {@link takeStep}. */
  oldest(key: GrantKey): GrantRef {
    const whole = this.rules.keyOf(key);
    return {
      sql: `(${oldest(this.sql.dialect, whole, 'id')})`,
      params: claimableParams(whole, this.clock.now()),
    };
  }

  /** The step that takes out a grant that was written down in the same transaction. */
  takeStep(grant: GrantRef): SqlStep {
    return takeOut(grant);
  }

  /**
   * The step that refuses once the person has confirmed anew: then nothing may be posted for this grant. For
   * `delivery/`.
   */
  reclaimStep(key: GrantKey, grant: GrantRef): SqlStep {
    return stillCurrent(grant, liveKeyOf(this.rules.keyOf(key)));
  }

  /**
   * The step that ends a grant whose message failed; `at`: when that ended, which is how the two are known to
   * belong together. For `delivery/`.
   */
  endStep(grant: GrantRef, as: GrantEnding, at: number): SqlStep {
    return endGrant(grant, as, at);
  }

  /**
   * Applies `before`, gives a grant back that a message held and that surely was not used, and applies
   * `after`, as one transaction. If the person has confirmed the same key anew since, the two are one and the
   * held grant ends as `renewed`.
   */
  async release(
    before: SqlStep[],
    key: GrantKey,
    grant: GrantRef,
    after: SqlStep[] = [],
  ): Promise<{ refusedBy?: string }> {
    const liveKey = this.rules.liveKeyOf(this.rules.keyOf(key));
    try {
      return await this.apply([...before, ...releaseSteps(this.sql.dialect, grant, liveKey), ...after]);
    } catch (error) {
      // It had no live key, because the account's rule was `count` when it was confirmed; now another grant
      // has it.
      if (!(liveKey !== null && error instanceof UniqueViolation && error.concerns('live_key'))) throw error;
      return this.apply([
        ...before,
        ...mergeSteps(this.sql.dialect, grant, liveKey, this.clock.now()),
        ...after,
      ]);
    }
  }

  /** Applies the steps as one transaction. */
  async apply(steps: SqlStep[]): Promise<{ refusedBy?: string }> {
    const result = await this.sql.atomically(steps);
    return result.applied ? {} : { refusedBy: result.refusedBy };
  }

  /**
   * The steps that close what is available of a person: WeChat says that this openid can not be written to
   * from this account, so none of its grants is worth anything. For `delivery/`, which applies them together
   * with the outcome that says so.
   */
  voidSteps(appId: string, openid: string): SqlStep[] {
    const ofPerson = { sql: `${LIVE}.app_id = ? AND ${LIVE}.openid = ?`, params: [appId, openid] };
    return endLive(this.sql.dialect, 'void', ofPerson, this.clock.now());
  }

  /**
   * Closes what a person had given until `moment` (milliseconds since 1970 UTC) and is not used: they took it
   * back. Returns how many. One that a message holds stays: its send tells. The other report of a closed
   * accept, should it come later, adds nothing; a later accept does.
   */
  async voidGivenUntil(key: GrantKey, moment: number): Promise<number> {
    const given = givenUntil(this.rules.keyOf(key), moment);
    const steps = endLive(this.sql.dialect, 'void', given, this.clock.now(), { rejected_at: moment });
    return firstAffected(await this.sql.atomically(steps));
  }

  /** Grants whose time has run out, at most `limit`. @throws {DatabaseError} */
  async overdue(limit: number): Promise<string[]> {
    return this.ids(overdueGrants(limit), [this.clock.now()]);
  }

  /** Closes those of them that nobody has claimed meanwhile. Returns how many. @throws {DatabaseError} */
  async closeOverdue(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const steps = expireGrants(this.sql.dialect, ids, this.clock.now());
    const result = await this.sql.atomically(steps);
    // The first of each two ends grants in the log.
    return result.applied ? result.affected.reduce((sum, n, step) => (step % 2 === 0 ? sum + n : sum), 0) : 0;
  }

  /**
   * Closes grants whose time has run out, at most `limit`. Returns how many. Safe to run anywhere, any time.
   * @throws {DatabaseError}
   */
  async expire(limit = AT_ONCE): Promise<number> {
    return this.closeOverdue(await this.overdue(limit));
  }

  /**
   * Grants that ended before `moment` without a message that tells so, at most `limit`: `unknown` ones have
   * not. @throws {DatabaseError}
   */
  async endedBefore(moment: Date, limit: number): Promise<string[]> {
    return this.ids(endedGrants(limit, this.isOpen(`${LOG}.id`)), [moment.getTime()]);
  }

  /**
   * Deletes those of the grants that are over: not live, nor held by a message. Returns how many.
   * @throws {DatabaseError}
   */
  async deleteClosed(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return affectedBy(await this.sql.atomically(deleteGrants(this.sql.dialect, ids, this.isOpen('t.id'))));
  }

  /** Which of these grants there are. @throws {DatabaseError} */
  async existing(ids: string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const { sql, params } = this.sql.dialect.among('id', ids, 'id');
    return this.ids(`SELECT id FROM ${LOG} WHERE ${sql}`, params);
  }

  /** The steps that write down how grants ended whose messages are deleted. For `delivery/`. */
  endSteps(grants: GrantEnded[]): SqlStep[] {
    return endGrants(this.sql.dialect, grants);
  }

  private isOpen(grant: string): string {
    return this.use?.open(grant) ?? '1 = 0';
  }

  private async ids(sql: string, params: SqlValue[]): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(sql, params);
    return rows.map(({ id }) => id);
  }

  private async forget(appId: string, openid: string): Promise<{ erased: number; inFlight: number }> {
    const inFlight = this.use?.inFlight(`${LOG}.id`) ?? '1 = 0';
    const ofPerson = 'app_id = ? AND openid = ?';
    const params = [appId, openid];
    const result = await this.sql.atomically([
      { name: 'forget live grants', sql: `DELETE FROM ${LIVE} WHERE ${ofPerson}`, params },
      { name: 'forget grants', sql: `DELETE FROM ${LOG} WHERE ${ofPerson} AND NOT (${inFlight})`, params },
    ]);
    const [{ n }] = await this.sql.all<{ n: string | number }>(
      `SELECT COUNT(*) AS n FROM ${LOG} WHERE ${ofPerson}`,
      params,
    );
    return { erased: result.applied ? result.affected[1] : 0, inFlight: Number(n) };
  }
}

function givenUntil(key: Required<GrantKey>, moment: number): GrantRef {
  const { appId, openid, templateId, scene, channel } = key;
  return {
    sql: `${['app_id', 'openid', 'template_id', 'scene', 'channel'].map((name) => `${LIVE}.${name} = ? AND `).join('')}${LIVE}.granted_at <= ?`,
    params: [appId, openid, templateId, scene, channel, moment],
  };
}

/** What gave the grant is recorded already: one of the two columns that say it. */
const concernsSource = (error: UniqueViolation): boolean =>
  error.concerns('source') || error.concerns('intent_id');

const firstAffected = (result: AtomicResult): number => (result.applied ? result.affected[0] : 0);
