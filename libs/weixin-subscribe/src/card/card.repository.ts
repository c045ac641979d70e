import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { isId, LOWEST_ID } from '../kernel/ids.js';
import { digest } from '../kernel/secret.js';
import { recordable, recordableOrNull } from '../kernel/text.js';
import { affectedBy } from '../sql/affected-by.js';
import { DatabaseError } from '../sql/database.error.js';
import { BY_ID } from '../sql/dialect.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import type { SqlStep } from '../sql/sql-step.js';
import { PersonalDataService } from '../upkeep/personal-data.js';
import {
  CARD_TABLE_NAME,
  type CardBeginning,
  type CardChange,
  type CardRow,
  type CardUpdateRow,
  claimStep,
  dueUpdates,
  insertCard,
  insertUpdate,
  latecomerStep,
  moveStep,
  openUpdates,
  releaseStep,
  SELECT_CARDS,
  SELECT_UPDATES,
  takeUpdate,
  toCard,
  toUpdate,
  UPDATE_TABLE_NAME,
  type UpdateVerdict,
} from './card.sql.js';
import type { CardEnd, CardRecord, CardUpdateRecord, CardUpdateStatus } from './card.types.js';

export type NewCard = Pick<
  CardRecord,
  'id' | 'appId' | 'openid' | 'notifyType' | 'payment' | 'createdAt' | 'expiresAt'
> & { notifyCode: string };

export type NewCardUpdate = Pick<
  CardUpdateRecord,
  'id' | 'kind' | 'state' | 'content' | 'contentDigest' | 'requestedBy' | 'acceptedAt'
>;

/** How an update ends. */
export interface CardOutcome {
  status: Extract<CardUpdateStatus, 'sent' | 'refused' | 'failed' | 'unknown'>;
  verdict: UpdateVerdict;
  card: CardChange;
}

/** Where an update waits until it is taken again; it holds its card meanwhile. */
export interface CardDelay {
  status: Extract<CardUpdateStatus, 'waiting' | 'unknown'>;
  verdict: UpdateVerdict;
  dueAt: number;
}

const SHOWN_UPDATES = 100;

/** Cards and their updates. A card and the update that holds it change together, in one transaction. */
@Injectable()
export class CardRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    personalData: PersonalDataService,
  ) {
    personalData.register({ holds: 'cards', forget: (appId, openid) => this.forget(appId, openid) });
  }

  /**
   * Writes a new card with the update that begins it, or nothing. `false`: the code has a card already; the
   * unique index on it lets one of two inserts win.
   * @throws {DatabaseError}
   */
  async create(card: NewCard, update: NewCardUpdate, dueAt: number): Promise<boolean> {
    try {
      await this.sql.atomically([
        insertCard(cardOf(card, update.id)),
        insertUpdate(updateOf(card.id, 1, update, dueAt)),
      ]);
      return true;
    } catch (error) {
      if (error instanceof UniqueViolation && error.concerns('code_digest')) return false;
      if (!(await this.isWritten(error, update.id))) throw error;
      return true;
    }
  }

  /**
   * Lets an update hold the card, and writes it down. `false`: the card is not as it was read, and nothing
   * was written.
   * @throws {DatabaseError}
   */
  async claim(
    card: CardRecord,
    update: NewCardUpdate,
    dueAt: number,
    beginning?: CardBeginning,
  ): Promise<boolean> {
    try {
      const begun = updateOf(card.id, card.version + 1, update, dueAt);
      const steps = [claimStep(card, update.id, beginning), insertUpdate(begun)];
      return (await this.sql.atomically(steps)).applied;
    } catch (error) {
      if (!(await this.isWritten(error, update.id))) throw error;
      return true;
    }
  }

  /** The answer to our COMMIT may have been lost: then it is written all the same. */
  private async isWritten(error: unknown, updateId: string): Promise<boolean> {
    return (
      error instanceof DatabaseError && error.temporary && (await this.findUpdate(updateId)) !== undefined
    );
  }

  async find(id: string): Promise<CardRecord | undefined> {
    if (!isId(id)) return undefined;
    const [row] = await this.sql.all<CardRow>(`${SELECT_CARDS} WHERE id = ?`, [id]);
    return row && toCard(row);
  }

  async findByCode(appId: string, notifyCode: string): Promise<CardRecord | undefined> {
    const [row] = await this.sql.all<CardRow>(`${SELECT_CARDS} WHERE app_id = ? AND code_digest = ?`, [
      appId,
      digest(notifyCode),
    ]);
    return row && toCard(row);
  }

  async findUpdate(id: string): Promise<CardUpdateRecord | undefined> {
    const [row] = await this.sql.all<CardUpdateRow>(`${SELECT_UPDATES} WHERE id = ?`, [id]);
    return row && toUpdate(row);
  }

  /** The newest first, at most 100. */
  async updatesOf(cardId: string): Promise<CardUpdateRecord[]> {
    const rows = await this.sql.all<CardUpdateRow>(
      `${SELECT_UPDATES} WHERE card_id = ? ORDER BY seq DESC LIMIT ${SHOWN_UPDATES}`,
      [cardId],
    );
    return rows.map(toUpdate);
  }

  /** The updates to a state, the newest first, at most 100. */
  async updatesTo(cardId: string, state: number): Promise<CardUpdateRecord[]> {
    const rows = await this.sql.all<CardUpdateRow>(
      `${SELECT_UPDATES} WHERE card_id = ? AND kind = 'state' AND state = ? ORDER BY seq DESC LIMIT ${SHOWN_UPDATES}`,
      [cardId, state],
    );
    return rows.map(toUpdate);
  }

  /** Updates that are due, at most `limit`, after the one given; by an index. */
  async due(limit: number, after?: CardUpdateRecord): Promise<CardUpdateRecord[]> {
    const at = after?.dueAt?.getTime() ?? 0;
    const rows = await this.sql.all<CardUpdateRow>(dueUpdates(limit), [
      this.clock.now(),
      at,
      at,
      after?.id ?? LOWEST_ID,
    ]);
    return rows.map(toUpdate);
  }

  /** Updates without an outcome that nobody waits for by agreement, at most `limit`; by the same index. */
  async openUpdates(limit: number): Promise<{ status: CardUpdateStatus; acceptedAt: number }[]> {
    const rows = await this.sql.all<Pick<CardUpdateRow, 'status' | 'accepted_at'>>(openUpdates(limit), []);
    return rows.map(({ status, accepted_at }) => ({
      status: status as CardUpdateStatus,
      acceptedAt: Number(accepted_at),
    }));
  }

  /**
   * Takes an update for as long as `ms` milliseconds. Undefined: somebody else was faster.
   * @param early also before it is due
   * @throws {DatabaseError}
   */
  async take(seen: CardUpdateRecord, ms: number, early = false): Promise<CardUpdateRecord | undefined> {
    const now = this.clock.now();
    const taken = await this.sql.run(takeUpdate(seen.status), [
      ...[now + ms, seen.id, seen.attempts],
      early ? Number.MAX_SAFE_INTEGER : now,
    ]);
    return taken === 1 ? { ...seen, status: 'sending', attempts: seen.attempts + 1 } : undefined;
  }

  /**
   * Ends the attempt that `update` tells of, and gives its card back. Should another process have called it
   * `unknown` meanwhile, a definite answer that comes late still wins, unless another attempt has begun.
   * `false`: nothing was written.
   * @throws {DatabaseError}
   */
  async settle(update: CardUpdateRecord, { status, verdict, card }: CardOutcome): Promise<boolean> {
    const now = this.clock.now();
    const to = { status, verdict, settledAt: now };
    const attempt = async (from: CardUpdateStatus) => {
      const steps = [releaseStep(update.cardId, update.id, card, now), moveStep(update, from, to)];
      return (await this.sql.atomically(steps)).applied;
    };
    return (await attempt('sending')) || (status !== 'unknown' && (await attempt('unknown')));
  }

  /** Ends an update that was `unknown` for good, whose card goes on without it. @throws {DatabaseError} */
  async settleLate(update: CardUpdateRecord, { status, verdict, card }: CardOutcome): Promise<boolean> {
    const now = this.clock.now();
    const to = { status, verdict, settledAt: now };
    const steps = [latecomerStep(update.cardId, update.seq, card, now), moveStep(update, 'unknown', to)];
    return (await this.sql.atomically(steps)).applied;
  }

  /** Lets an update wait, with its card. @throws {DatabaseError} */
  async putOff(update: CardUpdateRecord, { status, verdict, dueAt }: CardDelay): Promise<boolean> {
    const step = moveStep(update, 'sending', { status, verdict, dueAt });
    return (await this.sql.atomically([step])).applied;
  }

  /** What WeChat says of a code, whoever asked. @throws {DatabaseError} */
  async observe(cardId: string, { expiresAt, end }: { expiresAt?: Date; end?: CardEnd }): Promise<boolean> {
    if (expiresAt)
      await this.sql.run(`UPDATE ${CARD_TABLE_NAME} SET expires_at = ? WHERE id = ? AND ended_at IS NULL`, [
        expiresAt.getTime(),
        cardId,
      ]);
    if (!end) return false;
    const ended = await this.sql.run(
      `UPDATE ${CARD_TABLE_NAME} SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL`,
      [this.clock.now(), end, cardId],
    );
    return ended === 1;
  }

  /** Writes down that the person was not notified of a state. @throws {DatabaseError} */
  async recordNotNotified(updateId: string, failRet: number, failMsg: string, at: Date): Promise<void> {
    await this.sql.run(
      `UPDATE ${UPDATE_TABLE_NAME} SET fail_ret = ?, fail_msg = ?, failed_at = ? WHERE id = ?`,
      [failRet, recordable(failMsg, 255), at.getTime(), updateId],
    );
  }

  /** Cards whose time is over, at most `limit`; one that an update holds is left to it. */
  async expired(limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(
      `SELECT id FROM ${CARD_TABLE_NAME} WHERE ended_at IS NULL AND expires_at <= ? AND update_id IS NULL
        ORDER BY expires_at LIMIT ${limit}`,
      [this.clock.now()],
    );
    return rows.map(({ id }) => id);
  }

  async endExpired(ids: string[]): Promise<number> {
    const now = this.clock.now();
    const set = { ended_at: now, end_reason: 'expired' };
    const also = { sql: 't.ended_at IS NULL AND t.update_id IS NULL AND t.expires_at <= ?', params: [now] };
    const name = 'end expired cards';
    const rows = { name, table: CARD_TABLE_NAME, ...BY_ID, keys: ids, set, also };
    return affectedBy(await this.sql.atomically(this.sql.dialect.updateRows(rows)));
  }

  /** Cards that ended before a moment, at most `limit`. One that has ended is never claimed again. */
  async endedBefore(moment: Date, limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(
      `SELECT id FROM ${CARD_TABLE_NAME} WHERE ended_at < ? AND update_id IS NULL ORDER BY ended_at LIMIT ${limit}`,
      [moment.getTime()],
    );
    return rows.map(({ id }) => id);
  }

  /** Deletes cards that have ended, with their updates. @throws {DatabaseError} */
  async deleteEnded(ids: string[]): Promise<number> {
    const { dialect } = this.sql;
    const any = { sql: '1 = 1', params: [] };
    const ended = { sql: 't.ended_at IS NOT NULL AND t.update_id IS NULL', params: [] };
    const updates = dialect.deleteRows({
      ...{
        name: 'delete updates of ended cards',
        table: UPDATE_TABLE_NAME,
        key: 'card_id',
        keyType: 'id',
        keys: ids,
        where: any,
      },
    });
    const cards = dialect.deleteRows({
      ...{ name: 'delete ended cards', table: CARD_TABLE_NAME, ...BY_ID, keys: ids, where: ended },
    });
    const result = await this.sql.atomically([...updates, ...cards]);
    return result.applied ? result.affected.slice(updates.length).reduce((sum, n) => sum + n, 0) : 0;
  }

  /**
   * Ends what waits, and erases person, code and contents; the outcomes stay. A card that an update holds
   * whose outcome is not known yet has to wait for it.
   */
  private async forget(appId: string, openid: string): Promise<{ erased: number; inFlight: number }> {
    const rows = await this.sql.all<CardRow>(`${SELECT_CARDS} WHERE app_id = ? AND openid = ?`, [
      appId,
      openid,
    ]);
    let erased = 0;
    for (const card of rows.map(toCard)) {
      if (card.updateId !== undefined && !(await this.giveUp(card, card.updateId))) continue;
      erased += (await this.sql.atomically(forgetSteps(card.id, this.clock.now()))).applied ? 1 : 0;
    }
    return { erased, inFlight: rows.length - erased };
  }

  private async giveUp(card: CardRecord, updateId: string): Promise<boolean> {
    const update = await this.findUpdate(updateId);
    if (update?.status !== 'waiting') return false;
    const verdict = { reason: 'its person was forgotten' };
    const now = this.clock.now();
    const result = await this.sql.atomically([
      releaseStep(card.id, updateId, { end: 'forgotten' }, now),
      moveStep(update, 'waiting', { status: 'failed', verdict, settledAt: now }),
    ]);
    return result.applied;
  }
}

const forgetSteps = (cardId: string, now: number): SqlStep[] => [
  {
    name: 'forget card',
    sql: `UPDATE ${CARD_TABLE_NAME} SET openid = '', notify_code = NULL, code_digest = NULL, payment = NULL, content_digest = NULL,
      ended_at = COALESCE(ended_at, ?), end_reason = COALESCE(end_reason, 'forgotten') WHERE id = ? AND update_id IS NULL`,
    params: [now, cardId],
    expect: 'one',
  },
  {
    name: 'forget contents',
    sql: `UPDATE ${UPDATE_TABLE_NAME} SET content = NULL, content_digest = '', errmsg = NULL, fail_msg = NULL WHERE card_id = ?`,
    params: [cardId],
  },
];

const cardOf = (card: NewCard, updateId: string) => ({
  ...card,
  codeDigest: digest(card.notifyCode),
  version: 1,
  updateId,
});

const updateOf = (cardId: string, seq: number, update: NewCardUpdate, dueAt: number): CardUpdateRecord => ({
  ...update,
  content: update.content ?? {},
  cardId,
  seq,
  status: 'sending',
  attempts: 1,
  requestedBy: recordableOrNull(update.requestedBy, 64) ?? undefined,
  dueAt: new Date(dueAt),
});
