import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { csvOf } from '../kernel/csv.js';
import { InvalidInputError } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { validateInput } from '../kernel/validation.js';
import { Calendar } from './calendar.js';
import { CountsRepository } from './counts.repository.js';
import type { CountsQuery, DayCounts } from './counts.types.js';
import { CountsDto, ExportDto, MessageListDto, PersonHistoryDto, RowHistoryDto } from './dto/history.dto.js';
import { GRANT_EXPORT, messageExport } from './export.columns.js';
import { type ExportRange, ExportRepository } from './export.repository.js';
import type { ExportQuery } from './export.types.js';
import { HistoryRepository } from './history.repository.js';
import { cardScope, type HistoryScope, personScope } from './history.sql.js';
import type { HistoryPage, HistoryPaging, PersonHistoryQuery } from './history.types.js';
import { fromCursor, toCursor } from './history-cursor.js';
import { MessageListRepository, placeOf, toCursor as toMessageCursor } from './message-list.repository.js';
import type { MessageFilter, MessageList, MessageListQuery } from './message-list.types.js';

const PAGE = 100;
const DAY_MS = 86_400_000;
const MAX_DAYS = 366;
const MAX_COUNTS = 20_000;
const TIME_ZONE = 'Asia/Shanghai';

/**
 * For people who have to explain what happened: histories, counts, and CSV, read from the rows of intents,
 * grants, messages and service cards. What retention has deleted, or erasure, is not told any more; an intent
 * that nobody answered is found by its openid only where the host's subject resolver gave one.
 */
@Injectable()
export class HistoryService {
  constructor(
    private readonly history: HistoryRepository,
    private readonly ledger: CountsRepository,
    private readonly exporter: ExportRepository,
    private readonly lists: MessageListRepository,
    private readonly accounts: Accounts,
  ) {}

  /**
   * What happened with one person of an account, newest first, page by page.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link DatabaseError}
   */
  async ofPerson(query: PersonHistoryQuery): Promise<HistoryPage> {
    const { appId, openid, templateId, cursor, limit } = validateInput(PersonHistoryDto, query);
    this.accounts.get(appId);
    return this.page(personScope(appId, openid, templateId ?? undefined), { cursor, limit });
  }

  /**
   * What happened with one grant: the intent that gave it, every message that took it, and its end; newest
   * first. An id that is not there has no history.
   * @throws {InvalidInputError} {@link DatabaseError}
   */
  async ofGrant(grantId: string, paging: HistoryPaging = {}): Promise<HistoryPage> {
    const { id, ...page } = validateInput(RowHistoryDto, { ...paging, id: grantId });
    return this.page(await this.history.scopeOfGrant(id), page);
  }

  /**
   * What happened with one message, with the grant that it took and the intent that gave it; newest first.
   * An id that is not there has no history.
   * @throws {InvalidInputError} {@link DatabaseError}
   */
  async ofMessage(messageId: string, paging: HistoryPaging = {}): Promise<HistoryPage> {
    const { id, ...page } = validateInput(RowHistoryDto, { ...paging, id: messageId });
    return this.page(await this.history.scopeOfMessage(id), page);
  }

  /**
   * What happened with one service card: its updates, what became of each, and its end; newest first. An id
   * that is not there has no history.
   * @throws {InvalidInputError} {@link DatabaseError}
   */
  async ofCard(cardId: string, paging: HistoryPaging = {}): Promise<HistoryPage> {
    const { id, ...page } = validateInput(RowHistoryDto, { ...paging, id: cardId });
    return this.page(isId(id) ? cardScope(id) : {}, page);
  }

  /**
   * The messages of an account, page by page, without their texts, by when they were accepted, the newest
   * first. Those of which more will become have their own order: `unknown` ones that only a person or
   * WeChat's report can end come first, the oldest first; `waiting` ones by their time. A page looks at 5,000
   * messages of all accounts at most (those that are open, or in flight, all): where filters leave little of
   * them it is short, or empty, and has a cursor.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link DatabaseError}
   */
  async messages(query: MessageListQuery): Promise<MessageList> {
    const { appId, cursor, limit, ...filter } = validateInput(MessageListDto, query);
    this.accounts.get(appId);
    const { messages, next } = await this.lists.page(appId, given(filter), placeOf(cursor), limit ?? PAGE);
    return next ? { messages, cursor: toMessageCursor(next) } : { messages };
  }

  /**
   * Grants by state and messages by outcome, for each day, template and scene that has any; days, then
   * templates, then scenes in order. Both are counted on the day they began, with the state they have now, so
   * the sum is exact whenever it is taken.
   *
   * Reads each grant and message of those days once, of all accounts, by their primary key: seconds for a
   * million rows. For reports, not for every request.
   * @throws {InvalidInputError} also for more than 366 days, or more than 20,000 counts
   * @throws {UnknownAccountError} {@link DatabaseError}
   */
  async counts(query: CountsQuery): Promise<DayCounts[]> {
    const { appId, templateId, scene, from, to, timeZone } = validateInput(CountsDto, query);
    this.accounts.get(appId);
    checkDays(from, to, MAX_DAYS);
    const days = new Calendar(timeZone ?? TIME_ZONE).days(from, to);
    const what = { appId, templateId: templateId ?? undefined, scene: scene ?? undefined, from, to };
    const counts = await this.ledger.byDay(what, days, MAX_COUNTS);
    if (counts) return counts;
    throw new InvalidInputError([
      {
        field: 'to',
        message: `to must be nearer to from: these days have more than ${MAX_COUNTS} counts; or name a template, or a scene`,
      },
    ]);
  }

  /**
   * The messages accepted on those days as CSV (RFC 4180, UTF-8), in the order of time, without their texts;
   * moments are ISO 8601 in UTC. Pieces of whole lines, read as they are asked for, 500 rows at a time, so
   * that memory stays flat: `Readable.from(history.exportMessages({ … }))`. Text that a spreadsheet would
   * take for a formula starts with `'`.
   * @throws {InvalidInputError} {@link UnknownAccountError} before the first piece; {@link DatabaseError} at
   * any
   */
  exportMessages(query: ExportQuery): AsyncGenerator<string, void, undefined> {
    const { rows, bom, language } = this.checkExport(query);
    return csvOf(messageExport(language), this.exporter.messages(rows), { bom });
  }

  /**
   * The grants given on those days as CSV, likewise.
   * @throws {InvalidInputError} {@link UnknownAccountError} before the first piece; {@link DatabaseError} at
   * any
   */
  exportGrants(query: ExportQuery): AsyncGenerator<string, void, undefined> {
    const { rows, bom } = this.checkExport(query);
    return csvOf(GRANT_EXPORT, this.exporter.grants(rows), { bom });
  }

  private async page(scope: HistoryScope, { cursor, limit }: HistoryPaging): Promise<HistoryPage> {
    const size = limit ?? PAGE;
    // One more than asked for tells whether there is a next page.
    const found = await this.history.page(scope, fromCursor(cursor ?? undefined), size + 1);
    const events = found.slice(0, size).map(({ event }) => event);
    return found.length > size ? { events, cursor: toCursor(found[size - 1].place) } : { events };
  }

  private checkExport(query: ExportQuery): { rows: ExportRange; bom: boolean; language: 'en' | 'zh' } {
    const { appId, templateId, from, to, timeZone, bom, language } = validateInput(ExportDto, query);
    this.accounts.get(appId);
    checkDays(from, to);
    const days = new Calendar(timeZone ?? TIME_ZONE).days(from, to);
    return {
      rows: { appId, templateId: templateId ?? undefined, from: days[0].from, to: days[days.length - 1].to },
      bom: bom ?? false,
      language: language ?? 'en',
    };
  }
}

/** `null`, which a host may write, is no filter. */
function given(filter: MessageFilter): MessageFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
}

function checkDays(from: string, to: string, max = Number.POSITIVE_INFINITY): void {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1) throw new InvalidInputError([{ field: 'to', message: 'to must not be before from' }]);
  if (days > max)
    throw new InvalidInputError([
      { field: 'to', message: `to must be at most ${max} days from from, counted with both, got ${days}` },
    ]);
}
