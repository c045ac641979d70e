import { Injectable } from '@nestjs/common';
import { GrantRepository } from '../grant/grant.repository.js';
import type { GrantProof } from '../grant/grant.types.js';
import { confirmStep } from '../grant/grant-record.sql.js';
import { INTENT_SOURCE } from '../grant/intent-source.js';
import { Clock } from '../kernel/clock.js';
import { Telemetry, type TelemetryCounter } from '../kernel/telemetry.js';
import { SceneRepository } from '../scene/scene.repository.js';
import { affectedBy } from '../sql/affected-by.js';
import { GroupCommit } from '../sql/group-commit.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { PersonalDataService } from '../upkeep/personal-data.js';
import { type Confirm, ConfirmGroup } from './confirm-group.js';
import { intentsUnderScene } from './intent.fragments.js';
import { CONFIRM, cancelStep, INTENTS, type IntentRow, type WrittenIntent } from './intent.sql.js';
import type { Intent } from './intent.types.js';
import {
  deleteEnded,
  ENDED_STATUSES,
  endedIntents,
  expireIntents,
  overdueIntents,
} from './intent-ends.sql.js';

/** An intent that is not written yet. */
export interface NewIntent {
  intent: Intent;
  stateDigest: string;
}

/** The intents that were put to people, and their answers. */
@Injectable()
export class IntentRepository {
  private readonly answered: TelemetryCounter;
  private readonly confirms: GroupCommit<Confirm, boolean>;
  /** There is nothing to commit here, but one statement for many costs as much less. */
  private readonly finds: GroupCommit<string, IntentRow | null>;

  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
    personalData: PersonalDataService,
    scenes: SceneRepository,
    telemetry: Telemetry,
  ) {
    this.answered = telemetry.counter('weixin.intents', 'Intents that were answered, by flow and answer');
    scenes.register(intentsUnderScene);
    personalData.register({ holds: 'intents', forget: (appId, openid) => this.forget(appId, openid) });
    this.confirms = new GroupCommit(
      new ConfirmGroup(grants, (confirm) => this.confirmAlone(confirm)),
      sql.dialect.singlesInFlight,
    );
    const finding = {
      together: (digests: string[]) => this.rowsOf(digests),
      alone: (stateDigest: string) => this.rowOf(stateDigest),
    };
    this.finds = new GroupCommit(finding, sql.dialect.singlesInFlight);
  }

  /**
   * Writes the intent down, after `before` and only if that holds. `false`: it did not, and nothing was
   * written.
   */
  async create(intent: Intent, stateDigest: string, before: SqlStep[] = []): Promise<boolean> {
    return (await this.sql.atomically([...before, createStep([{ intent, stateDigest }])])).applied;
  }

  /** Writes the intents down that are asked together, in one statement. */
  async createAll(intents: NewIntent[]): Promise<void> {
    await this.sql.atomically([createStep(intents)]);
  }

  /** The intent as it stands now, looked up together with others that come at the same time. */
  async findByState(stateDigest: string): Promise<Intent | undefined> {
    const row = await this.finds.run(stateDigest);
    return row ? toIntent(row) : undefined;
  }

  /** The intents as they stand now, in the order of `stateDigests`; those that exist. */
  async findByStates(stateDigests: string[]): Promise<Intent[]> {
    const rows = await this.rowsOf(stateDigests);
    return rows.flatMap((row) => (row ? [toIntent(row)] : []));
  }

  private async rowOf(stateDigest: string): Promise<IntentRow | null> {
    const [row] = await this.sql.all<IntentRow>(`${INTENTS.select} WHERE state_digest = ?`, [stateDigest]);
    return row ?? null;
  }

  private async rowsOf(stateDigests: string[]): Promise<(IntentRow | null)[]> {
    const rows = await this.sql.all<IntentRow>(
      `SELECT ${INTENTS.list} ${this.sql.dialect.fromListed(INTENTS.name, 'state_digest')}`,
      [JSON.stringify(stateDigests)],
    );
    const found = new Map(rows.map((row) => [row.state_digest, row]));
    return stateDigests.map((stateDigest) => found.get(stateDigest) ?? null);
  }

  /**
   * Records the confirm and the grant it gives, both or neither; together with others that come at the same
   * time. The grant of a front end's report may be there already, by WeChat's push of the same accept: then
   * it is marked. `false`: somebody answered first, or time ran out; nothing was written.
   */
  async confirm(intent: Intent, openid: string): Promise<boolean> {
    const { id, appId, templateId, scene, subject } = intent;
    const proof = proofOf(intent, openid);
    const grant = { appId, openid, templateId, scene, subject, proof, source: INTENT_SOURCE + id };
    const confirm = { grant, draft: { ...this.grants.draft(grant), confirmedBy: id } };
    // WeChat may push the same accept: each report is one transaction, which looks for the other.
    const confirming = intent.flow === 'report' ? this.confirmAlone(confirm) : this.confirms.run(confirm);
    return this.counted(intent, 'confirmed', await confirming);
  }

  private async confirmAlone({ grant, draft }: Confirm): Promise<boolean> {
    const result = await this.grants.recordAfter([confirmStep(CONFIRM, draft)], grant);
    return result === 'recorded' || result === 'paired';
  }

  /**
   * Writes down who may confirm the intent, once. `false`: it is written already, or the intent is not open.
   * @throws {DatabaseError}
   */
  async expectOpenid(id: string, openid: string): Promise<boolean> {
    const changed = await this.sql.run(
      `UPDATE weixin_intent SET expected_openid = ?
        WHERE id = ? AND status = 'pending' AND expected_openid IS NULL AND expires_at > ?`,
      [openid, id, this.clock.now()],
    );
    return changed === 1;
  }

  /** Records the cancel. `false`: somebody answered first, or time ran out; nothing was written. */
  async cancel(intent: Intent): Promise<boolean> {
    const step = cancelStep(intent.id, this.clock.now());
    return this.counted(intent, 'cancelled', (await this.sql.atomically([step])).applied);
  }

  private counted({ flow }: Intent, answer: 'confirmed' | 'cancelled', isWritten: boolean): boolean {
    if (isWritten) this.answered.add(1, { 'weixin.flow': flow, 'weixin.answer': answer });
    return isWritten;
  }

  /** Intents that nobody answered in time, at most `limit`. @throws {DatabaseError} */
  overdue(limit: number): Promise<string[]> {
    return this.ids(overdueIntents(limit), [this.clock.now()]);
  }

  /** Closes those of them that are still open. Returns how many. @throws {DatabaseError} */
  async closeOverdue(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return affectedBy(await this.sql.atomically(expireIntents(this.sql.dialect, ids, this.clock.now())));
  }

  /** Intents that ended before `moment`, at most `limit`. @throws {DatabaseError} */
  endedBefore(moment: Date, limit: number): Promise<string[]> {
    const at = moment.getTime();
    return this.ids(
      endedIntents(limit),
      ENDED_STATUSES.map(() => at),
    );
  }

  /** Deletes those of the intents that ended before `moment`. Returns how many. @throws {DatabaseError} */
  async deleteEnded(ids: string[], moment: Date): Promise<number> {
    if (ids.length === 0) return 0;
    return affectedBy(await this.sql.atomically(deleteEnded(this.sql.dialect, ids, moment.getTime())));
  }

  private async ids(sql: string, params: SqlValue[]): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(sql, params);
    return rows.map(({ id }) => id);
  }

  private async forget(appId: string, openid: string): Promise<{ erased: number }> {
    const erased = await this.sql.run(
      'DELETE FROM weixin_intent WHERE app_id = ? AND (openid = ? OR expected_openid = ?)',
      [appId, openid, openid],
    );
    return { erased };
  }
}

/** An answer is what a browser or an app says; it proves an openid only where the host knew it before. */
function proofOf({ expectedOpenid }: Intent, openid: string): GrantProof {
  return expectedOpenid === openid ? 'bound' : 'unproven';
}

function createStep(intents: NewIntent[]): SqlStep {
  const written = intents.map(({ intent, stateDigest }) => ({ ...intent, stateDigest }));
  return { name: 'create intent', ...INTENTS.insert(written) };
}

/** Without the digest of its state. */
function toIntent(row: IntentRow): Intent {
  const { stateDigest: _, ...intent }: WrittenIntent = INTENTS.read(row);
  return intent;
}
