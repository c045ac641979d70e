import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { nextTurn } from '../kernel/next-turn.js';
import type { ServerDialect } from '../sql/bulk-update.js';
import { SqlExecutor, type SqlStep } from '../sql/sql-executor.js';
import { keepProof, mergeClaim, releaseClaim, settleClaim } from './grant.sql.js';
import type {
  ClaimedGrant,
  GrantCursor,
  GrantKey,
  GrantList,
  GrantProof,
  GrantSelection,
  SettledGrantStatus,
} from './grant.types.js';
import {
  availableAmong,
  type ClaimedRow,
  type CursorRow,
  claimListed,
  claimNext,
  closeHeld,
  countSelected,
  firstSelected,
  type GrantCondition,
  keepProofs,
  nthSelected,
  releaseHeld,
  SELECT_CLAIMED,
} from './grant-batch.sql.js';
import { GrantRules } from './grant-rules.js';

/**
 * The most grants in one transaction: more would stop the event loop too long on SQLite, and hold locks too
 * long elsewhere.
 */
export const BATCH_LIMIT = 500;
const COUNT_PART = 10_000;

/** The end of one claim. */
export interface GrantEnd {
  message: GrantKey & { id: string; proof?: GrantProof };
  to: SettledGrantStatus;
}

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
   * The step that gives the next grants of a selection, at most `limit` (1–500), or one grant of each person
   * of a list, to the messages of `ids`. Zero rows is fine: there are none. `also`: what else must hold of a
   * grant.
   */
  claimStep(from: GrantSelection | GrantList, limit: number, ids: BatchIds, also?: GrantCondition): SqlStep {
    const { dialect } = this.sql;
    const now = this.clock.now();
    if ('openids' in from) return claimListed(dialect, from, ids.batchId, now, also);
    const most = Math.min(Math.max(1, Math.trunc(limit)), BATCH_LIMIT);
    return claimNext(dialect, from, most, ids.batchId, now, also);
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

  /** The grants that the messages of `ids` hold, in the order of the selection. */
  async claimed({ first, last }: BatchIds): Promise<ClaimedGrant[]> {
    const rows = await this.sql.all<ClaimedRow>(SELECT_CLAIMED, [first, last]);
    return rows.map((row) => ({
      ...cursorOf(row),
      messageId: row.claimed_by,
      openid: row.openid,
    }));
  }

  /**
   * The steps that move the grants of messages that were in flight, by the rules of a single settle: a grant
   * that is given back after its person has confirmed anew ends as `renewed`. One that had no live key,
   * because the rule was `count` then, may be a UniqueViolation of `live_key`.
   */
  settleSteps(ends: GrantEnd[]): SqlStep[] {
    const { dialect } = this.sql;
    const now = this.clock.now();
    return dialect === 'sqlite'
      ? ends.flatMap((end) => this.settleOne(end, now))
      : this.settleAll(dialect, ends, now);
  }

  private settleOne({ message, to }: GrantEnd, now: number): SqlStep[] {
    if (to !== 'available') return [settleClaim(message.id, 'claimed', to, now)];
    const liveKey = this.liveKey(message);
    const release = releaseClaim(message.id, 'claimed', liveKey);
    const { proof = 'unproven' } = message;
    const keep = liveKey === null || proof === 'unproven' ? [] : [keepProof(liveKey, proof)];
    return [{ ...release, expect: undefined }, ...keep, mergeClaim(message.id, 'claimed', now, false)];
  }

  private settleAll(dialect: ServerDialect, ends: GrantEnd[], now: number): SqlStep[] {
    const messagesOf = (to: SettledGrantStatus) =>
      ends.filter((end) => end.to === to).map(({ message }) => message);
    const close = (messages: GrantEnd['message'][], as: Parameters<typeof closeHeld>[2]) =>
      messages.length > 0 ? [closeHeld(dialect, idsOf(messages), as, now)] : [];
    const released = messagesOf('available');
    const liveKeys = released.map((message) => this.liveKey(message));
    return [
      ...(['spent', 'void', 'unknown'] as const).flatMap((to) => close(messagesOf(to), to)),
      ...(released.length > 0 ? [releaseHeld(dialect, idsOf(released), liveKeys)] : []),
      // What the release left behind is one permission with the newer confirm.
      ...close(released, 'renewed'),
      ...this.keepProofs(dialect, released),
    ];
  }

  private keepProofs(dialect: ServerDialect, released: GrantEnd['message'][]): SqlStep[] {
    const proven = released.flatMap((message) => {
      const liveKey = this.liveKey(message);
      const { proof = 'unproven' } = message;
      return liveKey === null || proof === 'unproven' ? [] : [{ liveKey, proof }];
    });
    return proven.length > 0 ? [keepProofs(dialect, proven)] : [];
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

/** What the ids of the messages of one batch have in common. */
export function batchIdOf(messageId: string): string {
  return messageId.slice(0, -3);
}

function cursorOf({ scene, proof, granted_at, id }: CursorRow): GrantCursor {
  return { scene: Number(scene), proof: proof as GrantProof, grantedAt: Number(granted_at), id };
}

function idsOf(messages: { id: string }[]): string[] {
  return messages.map(({ id }) => id);
}
