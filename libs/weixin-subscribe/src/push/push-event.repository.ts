import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { assertCursor, isId } from '../kernel/ids.js';
import { firstIdAt, RandomSource } from '../kernel/random-source.js';
import { digest } from '../kernel/secret.js';
import { recordable } from '../kernel/text.js';
import { affectedBy } from '../sql/affected-by.js';
import { toDate } from '../sql/epoch-column.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import type { SqlValue } from '../sql/sql-step.js';
import { PersonalDataService } from '../upkeep/personal-data.js';
import type { IncomingPush } from './incoming-push.js';
import type { PushEventRecord, PushEventStatus } from './push.types.js';
import {
  countDueEvents,
  DELETE_OF_PERSON,
  deleteEnded,
  dueEvents,
  END_DONE,
  END_FAILED,
  EVENT_FACTS,
  endedEvents,
  HAS_IDENTITY,
  insertEvent,
  PUT_OFF,
  type PushEventRow,
  type PushFactRow,
  RETRY_FAILED,
  recentFailures,
  SELECT_EVENTS,
  TAKE_EVENT,
  toRecord,
} from './push-event.sql.js';

/** An event whose listeners are to be called. */
export interface WaitingEvent {
  id: string;
  appId: string;
  name: string;
  openid: string;
  fields: Record<string, unknown>;
  /** The listeners that are done with it. */
  handledBy: readonly string[];
  attempts: number;
  receivedAt: Date;
  dueAt: Date;
}

export interface NewPushEvent extends IncomingPush {
  appId: string;
  payload: string;
  /** See {@link VerifiedPush.signature}. */
  signature?: string;
}

export interface PushEventFilter {
  appId?: string;
  status?: PushEventStatus;
  /** 1–1,000. @default 100 */
  limit?: number;
}

/** Which events, the last that came first. */
export interface PushEventPageQuery {
  appId?: string;
  status?: PushEventStatus;
  name?: string;
  /** From the page before. */
  cursor?: string;
  limit: number;
}

/** A page. Where `next` is there, more may follow, even if this page is empty. */
export interface PushEventPage {
  events: PushEventRecord[];
  next?: string;
}

export interface PushFailures {
  appId: string;
  count: number;
  /** When the first of them came. */
  since: Date;
}

const MOST_REASON = 255;
/** Rows that one page reads at most, whatever its filters leave of them; the next goes on behind them. */
const MOST_READ = 2000;
const RECENT = 1000;

/**
 * The pushes that were accepted. Every change is one conditional statement whose affected rows are the
 * answer.
 */
@Injectable()
export class PushEventRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    personalData: PersonalDataService,
  ) {
    personalData.register({
      holds: 'pushEvents',
      forget: async (appId, openid) => ({ erased: await this.sql.run(DELETE_OF_PERSON, [appId, openid]) }),
    });
  }

  /**
   * Writes an event down: `duplicate` when it is there already, `reused` when its signature came with another
   * body before.
   * @throws {DatabaseError}
   */
  async accept(event: NewPushEvent): Promise<{ id: string; receivedAt: Date } | 'duplicate' | 'reused'> {
    const { appId, identity, signature, name, openid, payload } = event;
    const now = this.clock.now();
    const id = this.random.id(now);
    const signed = signature === undefined ? null : digest(signature);
    const params = [id, appId, identity, signed, name, openid, payload, now, now];
    if (await this.inserted(params)) return { id, receivedAt: new Date(now) };
    // The row that was in the way is committed: an insert waits for the other one's end.
    const known = await this.sql.all(HAS_IDENTITY, [appId, identity]);
    return known.length > 0 ? 'duplicate' : 'reused';
  }

  /** Those that may be taken, at most `limit`, the first due first. @throws {DatabaseError} */
  async due(limit: number, last?: WaitingEvent): Promise<WaitingEvent[]> {
    const at = last?.dueAt.getTime() ?? 0;
    const rows = await this.sql.all<PushEventRow>(dueEvents(limit, last === undefined), [
      this.clock.now(),
      ...(last ? [at, at, last.id] : []),
    ]);
    return rows.map(toWaiting);
  }

  /** How many may be taken; at most `limit`. @throws {DatabaseError} */
  async countDue(limit: number): Promise<number> {
    const [{ n }] = await this.sql.all<{ n: string | number }>(countDueEvents(limit), [this.clock.now()]);
    return Number(n);
  }

  /** Takes an event for `ms` milliseconds; `undefined` when somebody else did. @throws {DatabaseError} */
  async take(event: WaitingEvent, ms: number): Promise<WaitingEvent | undefined> {
    const now = this.clock.now();
    const taken = await this.sql.run(TAKE_EVENT, [now + ms, event.id, event.attempts, now]);
    return taken === 1 ? { ...event, attempts: event.attempts + 1 } : undefined;
  }

  /** `false`: somebody else took it meanwhile, because this took too long. @throws {DatabaseError} */
  async markDone({ id, attempts }: WaitingEvent): Promise<boolean> {
    return (await this.sql.run(END_DONE, [this.clock.now(), id, attempts])) === 1;
  }

  /** @throws {DatabaseError} */
  async markFailed({ id, attempts }: WaitingEvent, handledBy: string[], reason: string): Promise<boolean> {
    const params = [
      handledByText(handledBy),
      recordable(reason, MOST_REASON),
      this.clock.now(),
      id,
      attempts,
    ];
    return (await this.sql.run(END_FAILED, params)) === 1;
  }

  /** For another attempt in `ms` milliseconds. @throws {DatabaseError} */
  async putOff(
    { id, attempts }: WaitingEvent,
    handledBy: string[],
    reason: string,
    ms: number,
  ): Promise<boolean> {
    const params = [
      handledByText(handledBy),
      recordable(reason, MOST_REASON),
      this.clock.now() + ms,
      id,
      attempts,
    ];
    return (await this.sql.run(PUT_OFF, params)) === 1;
  }

  /** @throws {DatabaseError} */
  async retry(id: string): Promise<boolean> {
    return isId(id) && (await this.sql.run(RETRY_FAILED, [this.clock.now(), id])) === 1;
  }

  /** The last that came first. @throws {DatabaseError} */
  async list({ appId, status, limit = 100 }: PushEventFilter): Promise<PushEventRecord[]> {
    const all: [string, SqlValue | undefined][] = [
      ['app_id = ?', appId],
      ['status = ?', status],
    ];
    const given = all.filter(([, value]) => value !== undefined);
    const where = given.length === 0 ? '' : `WHERE ${given.map(([sql]) => sql).join(' AND ')}`;
    const most = Math.min(Math.max(1, Math.trunc(limit)), 1000);
    const rows = await this.sql.all<PushEventRow>(
      `${SELECT_EVENTS} ${where} ORDER BY id DESC LIMIT ${most}`,
      given.map(([, value]) => value as SqlValue),
    );
    return rows.map(toRecord);
  }

  /**
   * The primary key is the order in which they came; filters are applied to the rows that it gives, since an
   * index for them would cost every push.
   * @throws {InvalidInputError} no page gave this cursor
   * @throws {DatabaseError}
   */
  async page({ appId, status, name, cursor, limit }: PushEventPageQuery): Promise<PushEventPage> {
    assertCursor(cursor);
    const isFiltered = (appId ?? status ?? name) !== undefined;
    const read = isFiltered ? MOST_READ : limit + 1;
    const rows = await this.sql.all<PushFactRow>(
      `${EVENT_FACTS.select} ${cursor === undefined ? '' : 'WHERE id < ?'} ORDER BY id DESC LIMIT ${read}`,
      cursor === undefined ? [] : [cursor],
    );
    const matching = rows.filter(
      (row) =>
        (appId === undefined || row.app_id === appId) &&
        (status === undefined || row.status === status) &&
        (name === undefined || row.name === name),
    );
    const events = matching.slice(0, limit).map((row) => EVENT_FACTS.read(row));
    if (matching.length > limit) return { events, next: events.at(-1)?.id };
    return { events, next: isFiltered && rows.length === MOST_READ ? rows.at(-1)?.id : undefined };
  }

  /** @throws {DatabaseError} */
  async get(id: string): Promise<PushEventRecord | undefined> {
    if (!isId(id)) return undefined;
    const [row] = await this.sql.all<PushFactRow>(`${EVENT_FACTS.select} WHERE id = ?`, [id]);
    return row && EVENT_FACTS.read(row);
  }

  /** Among the last thousand. @throws {DatabaseError} */
  async recentFailures(): Promise<PushFailures[]> {
    const rows = await this.sql.all<{ app_id: string; n: string | number; since: string | number }>(
      recentFailures(RECENT),
      [],
    );
    return rows.map(({ app_id: appId, n, since }) => ({ appId, count: Number(n), since: toDate(since) }));
  }

  /** Those that came before `moment` and have ended, at most `limit`. @throws {DatabaseError} */
  async endedBefore(moment: Date, limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(endedEvents(limit), [firstIdAt(moment.getTime())]);
    return rows.map(({ id }) => id);
  }

  /** Deletes those of the events that have ended. Returns how many. @throws {DatabaseError} */
  async deleteEnded(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return affectedBy(await this.sql.atomically(deleteEnded(this.sql.dialect, ids)));
  }

  private async inserted(params: SqlValue[]): Promise<boolean> {
    try {
      return (await this.sql.run(insertEvent(this.sql.dialect), params)) === 1;
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }
}

function handledByText(handledBy: string[]): string | null {
  return handledBy.length === 0 ? null : JSON.stringify(handledBy);
}

function toWaiting(row: PushEventRow): WaitingEvent {
  return {
    id: row.id,
    appId: row.app_id,
    name: row.name,
    openid: row.openid,
    fields: JSON.parse(row.payload ?? '{}'),
    handledBy: row.handled_by === null ? [] : JSON.parse(row.handled_by),
    attempts: Number(row.attempts),
    receivedAt: toDate(row.received_at),
    dueAt: toDate(row.due_at ?? 0),
  };
}
