import { Injectable } from '@nestjs/common';
import { MESSAGE_FACTS, MESSAGES, messageRows } from '../delivery/ledger/message.fragments.js';
import { HIGHEST_ID, isId, LOWEST_ID, wrongCursor } from '../kernel/ids.js';
import { nextTurn } from '../kernel/next-turn.js';
import { firstIdAt } from '../kernel/random-source.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlValue } from '../sql/sql-step.js';
import {
  type MessageFilter,
  type MessageListRow,
  type MessageSummary,
  toSummary,
} from './message-list.types.js';

/** Where a page ended. */
interface Place {
  /** Of the moment that the list is ordered by; absent where it is ordered by id, or there is none. */
  at?: number;
  id: string;
}

/** A page; `next` is there where more may follow, even if this page is empty. */
interface MessagePage {
  messages: MessageSummary[];
  next?: Place;
}

interface Where {
  sql: string;
  params: SqlValue[];
}

interface Read {
  range: Where;
  filter: Where;
  by: string;
  limit: number;
  within?: number;
}

const CURSOR = /^(-|\d{1,15})\.(.{36})$/;
/** Rows that one statement looks at, whatever its filters leave of them. */
const LOOKED_AT = 1000;
/** So often a page goes on behind them; the next page begins where it has come to. */
const STRETCHES = 5;

/** Reads messages page by page; writes nothing. */
@Injectable()
export class MessageListRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /**
   * Every order is a range of an index, and what the filters leave is looked for within it: a page costs the
   * same whatever the size of the table. Filters compare in a way that no index knows, or a planner might
   * read all messages of an account and sort them.
   *
   * `unknown`: those that no worker takes first, the oldest first, then the others, as `waiting` ones, by
   * when one takes them. `sending`: the newest first, also those of batches. Otherwise by when they were
   * accepted, the newest first, without what a batch has in flight.
   * @throws {DatabaseError}
   */
  page(appId: string, filter: MessageFilter, after: Place | undefined, limit: number): Promise<MessagePage> {
    const { status, openid } = filter;
    if (status === 'sending') return this.inFlight(appId, filter, after, limit);
    if (status === 'unknown' || status === 'waiting')
      return this.open(
        status,
        all([others(appId, { ...filter, status: undefined }), acceptedIn(filter)]),
        after,
        limit,
      );
    if (openid !== undefined) {
      const person = { sql: 'app_id = ? AND openid = ?', params: [appId, openid] };
      return this.newest('accepted_at', person, others(appId, filter), filter, after, limit);
    }
    return this.newest('id', undefined, others(appId, filter), filter, after, limit);
  }

  /** Ranges of ix_weixin_message_due: a page reads what is open, of all accounts, and not the table. */
  private async open(
    status: 'unknown' | 'waiting',
    filter: Where,
    after: Place | undefined,
    limit: number,
  ): Promise<MessagePage> {
    const found: MessageSummary[] = [];
    const read = async (where: string, params: SqlValue[]) => {
      const range = { sql: `status = '${status}' AND ${where}`, params };
      const left = limit + 1 - found.length;
      found.push(...(await this.read({ range, filter, by: 'due_at, id', limit: left })));
    };
    if (after?.at === undefined) await read('due_at IS NULL AND id > ?', [after?.id ?? LOWEST_ID]);
    if (found.length <= limit) {
      const [at, id] = [after?.at ?? 0, after?.at === undefined ? LOWEST_ID : after.id];
      await read('due_at >= ? AND (due_at > ? OR id > ?)', [at, at, id]);
    }
    const messages = found.slice(0, limit);
    const last = messages.at(-1);
    return {
      messages,
      next: found.length > limit && last ? { at: last.dueAt?.getTime(), id: last.id } : undefined,
    };
  }

  /** By ix_weixin_message_in_flight, and in the batches that are open: as many as are sent at this moment. */
  private async inFlight(
    appId: string,
    filter: MessageFilter,
    after: Place | undefined,
    limit: number,
  ): Promise<MessagePage> {
    const { sql, params } = all([
      { sql: "status = 'sending'", params: [] },
      others(appId, { ...filter, status: undefined }),
      idRange(filter, after),
    ]);
    const columns = `${MESSAGE_FACTS}, due_at`;
    const rows = await this.sql.all<MessageListRow>(
      `SELECT * FROM (${messageRows(this.sql.dialect, (from) => `SELECT ${columns} FROM ${from} WHERE ${sql}`)}) AS sending
        ORDER BY id DESC LIMIT ${limit + 1}`,
      [...params, ...params],
    );
    const messages = rows.slice(0, limit).map(toSummary);
    const last = messages.at(-1);
    return { messages, next: rows.length > limit && last ? { id: last.id } : undefined };
  }

  /** The newest first, of {@link LOOKED_AT} rows of an index and the next, until the page is full. */
  private async newest(
    order: 'id' | 'accepted_at',
    index: Where | undefined,
    filter: Where,
    bounds: MessageFilter,
    after: Place | undefined,
    limit: number,
  ): Promise<MessagePage> {
    const messages: MessageSummary[] = [];
    let next = after;
    for (let stretch = 0; stretch < STRETCHES; stretch++) {
      const left = limit - messages.length;
      const page = await this.stretch(order, index, filter, bounds, next, left);
      messages.push(...page.messages);
      next = page.next;
      if (!next || messages.length === limit) break;
      await nextTurn();
    }
    return { messages, next };
  }

  /**
   * Where the rows end that are looked at is read first, and the page stays within: what is written meanwhile
   * makes no row be told twice, or not at all.
   */
  private async stretch(
    order: 'id' | 'accepted_at',
    index: Where | undefined,
    filter: Where,
    bounds: MessageFilter,
    after: Place | undefined,
    limit: number,
  ): Promise<MessagePage> {
    const range = all([index, order === 'id' ? idRange(bounds, after) : momentRange(bounds, after)]);
    const by = order === 'id' ? 'id DESC' : 'accepted_at DESC, id DESC';
    const [end] = await this.sql.all<{ at: string | number; id: string }>(
      `SELECT accepted_at AS at, id FROM ${MESSAGES} WHERE ${range.sql} ORDER BY ${by} LIMIT 1 OFFSET ${LOOKED_AT - 1}`,
      range.params,
    );
    const place = (at: number, id: string): Place => (order === 'id' ? { id } : { at, id });
    const last = end && place(Number(end.at), end.id);
    // Filtered after it was read in the order of the index, whatever a planner thinks of the filters. What is
    // written between the two statements finds room within twice as many rows.
    const found = await this.read({
      range: all([range, last && downTo(last)]),
      filter,
      by,
      limit: limit + 1,
      within: 2 * LOOKED_AT,
    });
    const messages = found.slice(0, limit);
    if (found.length <= limit) return { messages, next: last };
    const { acceptedAt, id } = messages[limit - 1];
    return { messages, next: place(acceptedAt.getTime(), id) };
  }

  /** `within`: how many rows are read in this order before they are filtered. @default all of the range */
  private async read({ range, filter, by, limit, within }: Read): Promise<MessageSummary[]> {
    const where = within === undefined ? all([range, filter]) : range;
    const inOrder = `SELECT ${MESSAGE_FACTS}, due_at FROM ${MESSAGES} WHERE ${where.sql} ORDER BY ${by}`;
    const sql =
      within === undefined
        ? `${inOrder} LIMIT ${limit}`
        : `SELECT * FROM (${inOrder} LIMIT ${within}) AS part WHERE ${filter.sql} ORDER BY ${by} LIMIT ${limit}`;
    const params = within === undefined ? where.params : [...where.params, ...filter.params];
    return (await this.sql.all<MessageListRow>(sql, params)).map(toSummary);
  }
}

/** What no index is asked for. */
function others(appId: string, filter: MessageFilter): Where {
  const { status, openid, templateId, errcode, requestedBy } = filter;
  const equal: [string, SqlValue | undefined][] = [
    ["COALESCE(app_id, '') = ?", appId],
    ["COALESCE(status, '') = ?", status],
    ["COALESCE(openid, '') = ?", openid],
    ["COALESCE(template_id, '') = ?", templateId],
    ['errcode = ?', errcode],
    ["COALESCE(requested_by, '') = ?", requestedBy],
  ];
  const given = equal.filter(([, value]) => value !== undefined) as [string, SqlValue][];
  return { sql: given.map(([sql]) => sql).join(' AND '), params: given.map(([, value]) => value) };
}

const acceptedIn = ({ from, to }: MessageFilter): Where => ({
  sql: 'accepted_at >= ? AND accepted_at < ?',
  params: [from?.getTime() ?? 0, to?.getTime() ?? Number.MAX_SAFE_INTEGER],
});

function idRange({ from, to }: MessageFilter, after: Place | undefined): Where {
  const upper = to ? [firstIdAt(to.getTime())] : [];
  return {
    sql: ['id >= ?', 'id < ?', ...upper.map(() => 'id < ?')].join(' AND '),
    params: [from ? firstIdAt(from.getTime()) : LOWEST_ID, after?.id ?? HIGHEST_ID, ...upper],
  };
}

function momentRange({ from, to }: MessageFilter, after: Place | undefined): Where {
  const at = after?.at ?? Number.MAX_SAFE_INTEGER;
  return {
    sql: 'accepted_at >= ? AND accepted_at < ? AND accepted_at <= ? AND (accepted_at < ? OR id < ?)',
    params: [from?.getTime() ?? 0, to?.getTime() ?? Number.MAX_SAFE_INTEGER, at, at, after?.id ?? HIGHEST_ID],
  };
}

function downTo({ at, id }: Place): Where {
  if (at === undefined) return { sql: 'id >= ?', params: [id] };
  return { sql: 'accepted_at >= ? AND (accepted_at > ? OR id >= ?)', params: [at, at, id] };
}

function all(parts: (Where | undefined)[]): Where {
  const given = parts.filter((part) => part !== undefined);
  return {
    sql: given.map(({ sql }) => sql).join(' AND '),
    params: given.flatMap(({ params }) => params),
  };
}

export const toCursor = ({ at, id }: Place): string => `${at ?? '-'}.${id}`;

/** @throws {InvalidInputError} */
export function placeOf(cursor: string | null | undefined): Place | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  const [, at, id] = CURSOR.exec(cursor) ?? [];
  if (!isId(id)) throw wrongCursor();
  return { at: at === '-' ? undefined : Number(at), id };
}
