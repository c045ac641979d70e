import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { nextTurn } from '../kernel/next-turn.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlStep } from '../sql/sql-step.js';
import type {
  GrantChannel,
  GrantCursor,
  GrantKey,
  GrantList,
  GrantProof,
  GrantSelection,
} from './grant.types.js';
import {
  availableAmong,
  type BatchTarget,
  type CursorRow,
  claimListed,
  claimNext,
  countSelected,
  firstOfPerson,
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
/** Where a person may have several grants, which costs a look for each. */
const COUNT_PEOPLE_PART = 1000;

/** A message that is given its grant back; one that holds none (a long-term template) has none to give. */
export type Released = GrantKey & { grantId?: string; proof?: GrantProof };

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
   * a grant. Where `into` names no grants, they stay as they are.
   */
  claimSteps(
    from: GrantSelection | GrantList,
    limit: number,
    into: BatchTarget,
    also?: GrantCondition,
  ): SqlStep[] {
    const { dialect } = this.sql;
    const now = this.clock.now();
    const kept = this.asKept(from);
    if ('openids' in kept) return claimListed(dialect, kept, into, now, also);
    const most = Math.min(Math.max(1, Math.trunc(limit)), BATCH_LIMIT);
    // Two grants of one person may be next to each other: `also` knows only what claims before have taken.
    const once = this.addsUp(kept) ? bothOf(firstOfPerson(now), also) : also;
    return claimNext(dialect, kept, most, into, now, once);
  }

  /** Whether sends leave these grants as they are: a long-term template. @throws {InvalidInputError} */
  isLongTerm(from: GrantSelection | GrantList): boolean {
    const { appId, templateId, channel = 'one-time' } = from;
    return this.rules.isLongTerm({ appId, openid: '', templateId, scene: 0, channel });
  }

  /**
   * How many people a selection would meet: those of each scene. Counted in parts, each a look of a few
   * milliseconds, so that SQLite does not keep the event loop for long.
   * @throws {DatabaseError}
   */
  async count(selection: GrantSelection): Promise<number> {
    const now = this.clock.now();
    const kept = this.asKept(selection);
    const [size, also] = this.addsUp(kept) ? [COUNT_PEOPLE_PART, firstOfPerson(now)] : [COUNT_PART];
    let counted = 0;
    for (let after = selection.after; ; counted += size) {
      const part = { ...kept, after };
      const [last] = await this.sql.all<CursorRow>(...nthSelected(this.sql.dialect, part, size, now, also));
      if (!last) {
        const [{ n }] = await this.sql.all<{ n: string | number }>(
          ...countSelected(this.sql.dialect, part, now, also),
        );
        return counted + Number(n);
      }
      after = cursorOf(last);
      await nextTurn();
    }
  }

  /** The grants that a selection would meet first, one of each person. @throws {DatabaseError} */
  async first(selection: GrantSelection, limit: number): Promise<(GrantCursor & { openid: string })[]> {
    const now = this.clock.now();
    const kept = this.asKept(selection);
    const also = this.addsUp(kept) ? firstOfPerson(now) : undefined;
    const rows = await this.sql.all<CursorRow & { openid: string }>(
      ...firstSelected(this.sql.dialect, kept, limit, now, also),
    );
    return rows.map((row) => ({ ...cursorOf(row), openid: row.openid }));
  }

  /** Which of these people have an available grant. @throws {DatabaseError} */
  async withGrant(list: GrantList): Promise<Set<string>> {
    const rows = await this.sql.all<{ openid: string }>(
      ...availableAmong(this.asKept(list), this.clock.now()),
    );
    return new Set(rows.map(({ openid }) => openid));
  }

  /**
   * The steps that give grants back, by the rules of {@link GrantRepository.release}: one whose person has
   * confirmed anew ends as `renewed`. One that had no live key, because the rule was `count` then, may be a
   * UniqueViolation of `live_key`.
   */
  releaseSteps(messages: Released[]): SqlStep[] {
    const { dialect } = this.sql;
    const grants = messages.flatMap(({ grantId: id, proof = 'unproven', ...key }) =>
      id === undefined ? [] : [{ id, liveKey: this.liveKey(key), proof }],
    );
    return grants.length === 0 ? [] : releaseHeld(dialect, grants);
  }

  /** Named as the channel keeps them: of no template, or of no scene, where a permission is for all. */
  private asKept<From extends GrantSelection | GrantList>(from: From) {
    const key = { ...from, channel: from.channel ?? 'one-time', openid: '' };
    const { templateId, scene, channel } = this.rules.scopeOf(key);
    return { ...from, templateId, scene, channel };
  }

  /** Whether each confirm adds a grant, so that a person may have several. */
  private addsUp({ appId, templateId, channel }: GrantSelection & { channel: GrantChannel }): boolean {
    return this.rules.liveKeyOf({ appId, openid: '', templateId, scene: 0, channel }) === null;
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
    return this.of(0);
  }

  get last(): string {
    return this.of(0xfff);
  }

  /** The message at that place, from 0. */
  of(n: number): string {
    return this.batchId + n.toString(16).padStart(3, '0');
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

const bothOf = (one: GrantCondition, other: GrantCondition | undefined): GrantCondition =>
  other ? { sql: `${one.sql} AND ${other.sql}`, params: [...one.params, ...other.params] } : one;
