import { Injectable } from '@nestjs/common';
import { MESSAGE_FACTS, MESSAGES } from '../delivery/ledger/message.fragments.js';
import { InvalidInputError } from '../kernel/errors.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlValue } from '../sql/sql-step.js';
import {
  type MessageListRow,
  type MessageSummary,
  type OpenStatus,
  toSummary,
} from './message-list.types.js';

/** Where a page ended. */
interface Place {
  dueAt?: number;
  id: string;
}

const CURSOR = /^(-|\d{1,15})\.([0-9a-f-]{36})$/;

/** Reads the messages of which more will become; writes nothing. */
@Injectable()
export class MessageListRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /**
   * Those that no worker takes first, the oldest first; then the others, by when one takes them. Both are
   * ranges of ix_weixin_message_due: a page reads what is open, of all accounts, and not the table. The
   * account is compared in a way that no index knows, or MariaDB might read all its messages and sort them.
   */
  async page(appId: string, status: OpenStatus, after: Place | undefined, limit: number) {
    const found: MessageSummary[] = [];
    if (after?.dueAt === undefined)
      found.push(...(await this.read(appId, status, 'due_at IS NULL AND id > ?', [after?.id ?? ''], limit)));
    if (found.length === limit) return found;
    const at = after?.dueAt ?? 0;
    const due = 'due_at >= ? AND (due_at > ? OR id > ?)';
    const id = after?.dueAt === undefined ? '' : after.id;
    found.push(...(await this.read(appId, status, due, [at, at, id], limit - found.length)));
    return found;
  }

  private async read(appId: string, status: OpenStatus, where: string, params: SqlValue[], limit: number) {
    const rows = await this.sql.all<MessageListRow>(
      `SELECT ${MESSAGE_FACTS}, due_at FROM ${MESSAGES}
        WHERE status = '${status}' AND ${where} AND COALESCE(app_id, '') = ? ORDER BY due_at, id LIMIT ${limit}`,
      [...params, appId],
    );
    return rows.map(toSummary);
  }
}

export function cursorAfter({ dueAt, id }: MessageSummary): string {
  return `${dueAt?.getTime() ?? '-'}.${id}`;
}

/** @throws {InvalidInputError} */
export function placeOf(cursor: string | null | undefined): Place | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  const [, dueAt, id] = CURSOR.exec(cursor) ?? [];
  if (id === undefined)
    throw new InvalidInputError([
      { field: 'cursor', message: 'cursor must be one that the page before gave' },
    ]);
  return { dueAt: dueAt === '-' ? undefined : Number(dueAt), id };
}
