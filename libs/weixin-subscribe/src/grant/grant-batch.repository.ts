import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { nextTurn } from '../kernel/next-turn.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlStep } from '../sql/sql-step.js';
import type { GrantCursor, GrantKey, GrantList, GrantProof, GrantSelection } from './grant.types.js';
import {
  availableAmong,
  type BatchTarget,
  type CursorRow,
  claimListed,
  claimNext,
  countSelected,
  firstSelected,
  type GrantCondition,
  nthSelected,
  releaseHeld,
} from './grant-batch.sql.js';
import { GrantRules } from './grant-rules.js';

/**
 * The most grants in one transaction: more would stop the event loop too long on SQLite, and hold locks too
 * long elsewhere.
 */
export const BATCH_LIMIT = 500;
const COUNT_PART = 10_000;

/** A message that is given its grant back. */
export type Released = GrantKey & { grantId: string; proof?: GrantProof };

/**
 * The ledger by the hundred: the same transitions as {@link GrantRepository}, each one statement for up to
 * 500 grants. For `delivery/`.
 */
@Injectable()
export class GrantBatchRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly rules: GrantRules,
    private readonly clock: Clock,
  ) {}

  /**
   * The steps that take the next grants of a selection, at most `limit` (1–500), or one grant of each person
   * of a list, and write down who has them. Zero rows is fine: there are none. `also`: what else must hold of
   * a grant.
   */
  claimSteps(
    from: GrantSelection | GrantList,
    limit: number,
    into: BatchTarget,
    also?: GrantCondition,
  ): SqlStep[] {
    const { dialect } = this.sql;
    const now = this.clock.now();
    if ('openids' in from) return claimListed(dialect, from, into, now, also);
    const most = Math.min(Math.max(1, Math.trunc(limit)), BATCH_LIMIT);
    return claimNext(dialect, from, most, into, now, also);
  }

  /**
   * How many grants a selection would meet. Counted in parts, each a look of a millisecond or two, so that
   * SQLite does not keep the event loop for long.
   * @throws {DatabaseError}
   */
  async count(selection: GrantSelection): Promise<number> {
    const now = this.clock.now();
    let counted = 0;
    for (let after = selection.after; ; counted += COUNT_PART) {
      const part = { ...selection, after };
      const [last] = await this.sql.all<CursorRow>(...nthSelected(this.sql.dialect, part, COUNT_PART, now));
      if (!last) {
        const [{ n }] = await this.sql.all<{ n: string | number }>(
          ...countSelected(this.sql.dialect, part, now),
        );
        return counted + Number(n);
      }
      after = cursorOf(last);
      await nextTurn();
    }
  }

  /** The grants that a selection would meet first. @throws {DatabaseError} */
  async first(selection: GrantSelection, limit: number): Promise<(GrantCursor & { openid: string })[]> {
    const rows = await this.sql.all<CursorRow & { openid: string }>(
      ...firstSelected(this.sql.dialect, selection, limit, this.clock.now()),
    );
    return rows.map((row) => ({ ...cursorOf(row), openid: row.openid }));
  }

  /** Which of these people have an available grant. @throws {DatabaseError} */
  async withGrant(list: GrantList): Promise<Set<string>> {
    const rows = await this.sql.all<{ openid: string }>(...availableAmong(list, this.clock.now()));
    return new Set(rows.map(({ openid }) => openid));
  }

  /**
   * The steps that give grants back, by the rules of {@link GrantRepository.release}: one whose person has
   * confirmed anew ends as `renewed`. One that had no live key, because the rule was `count` then, may be a
   * UniqueViolation of `live_key`.
   */
  releaseSteps(messages: Released[]): SqlStep[] {
    const { dialect } = this.sql;
    if (messages.length === 0) return [];
    const grants = messages.map(({ grantId: id, proof = 'unproven', ...key }) => ({
      id,
      liveKey: this.liveKey(key),
      proof,
    }));
    return releaseHeld(dialect, grants);
  }

  private liveKey(message: GrantKey): string | null {
    return this.rules.liveKeyOf(this.rules.keyOf(message));
  }
}

/**
 * The ids of up to 4,096 messages that differ in their last three digits, so that one range names them all.
 */
export class BatchIds {
  readonly batchId: string;

  /** @param id a UUIDv7; its last 12 bits are replaced, 62 random ones stay */
  constructor(id: string) {
    this.batchId = batchIdOf(id);
  }

  get first(): string {
    return `${this.batchId}000`;
  }

  get last(): string {
    return `${this.batchId}fff`;
  }
}

/** The place of a message in its batch, from 0, in the order in which the batch is posted. */
export function numberOf(messageId: string): number {
  return Number.parseInt(messageId.slice(-3), 16);
}

/** What the ids of the messages of one batch have in common. */
export function batchIdOf(messageId: string): string {
  return messageId.slice(0, -3);
}

function cursorOf({ scene, proof, granted_at, id }: CursorRow): GrantCursor {
  return { scene: Number(scene), proof: proof as GrantProof, grantedAt: Number(granted_at), id };
}
