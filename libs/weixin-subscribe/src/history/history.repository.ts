import { Injectable } from '@nestjs/common';
import { MessageRepository } from '../delivery/ledger/message.repository.js';
import { GrantRepository } from '../grant/grant.repository.js';
import { intentIdOf } from '../grant/intent-source.js';
import { isId } from '../kernel/ids.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import { byId, type HistoryScope, messagesOfGrant, selectEvents } from './history.sql.js';
import type { HistoryEvent } from './history.types.js';
import { HISTORY_BRANCHES, type HistoryBranch } from './history-branches.js';
import { boundAt, type HistoryCursor, newestFirst } from './history-cursor.js';

/** An event and where it stands. */
export interface PlacedEvent {
  event: HistoryEvent;
  place: HistoryCursor;
}

/** Reads what happened from the rows of intents, grants, messages and cards; writes nothing. */
@Injectable()
export class HistoryRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly messages: MessageRepository,
  ) {}

  /**
   * Up to `limit` events after the cursor, newest first. Each kind of event is read on its own, a page at
   * most, so that a page costs no more than eleven pages of rows, however long the history is.
   */
  async page(scope: HistoryScope, cursor: HistoryCursor, limit: number): Promise<PlacedEvent[]> {
    const found: PlacedEvent[] = [];
    for (const branch of HISTORY_BRANCHES) found.push(...(await this.read(branch, scope, cursor, limit)));
    return found.sort((a, b) => newestFirst(a.place, b.place)).slice(0, limit);
  }

  private async read(
    branch: HistoryBranch,
    scope: HistoryScope,
    cursor: HistoryCursor,
    limit: number,
  ): Promise<PlacedEvent[]> {
    const where = scope[branch.of];
    if (!where) return [];
    const { sql, params } = selectEvents(
      this.sql.dialect,
      branch,
      where,
      boundAt(cursor, branch.step),
      limit,
    );
    const rows = await this.sql.all<{ id: string; happened_at: string | number }>(sql, params);
    return rows.map((row) => ({
      event: branch.toEvent(row as never),
      place: { at: Number(row.happened_at), step: branch.step, id: row.id },
    }));
  }

  /** A grant, the intent that gave it, and every message that took it. */
  async scopeOfGrant(grantId: string): Promise<HistoryScope> {
    const grant = await this.grants.find(grantId);
    if (!grant) return {};
    const intentId = intentIdOf(grant.source);
    // A host may have recorded any source.
    return {
      intents: isId(intentId) ? byId(intentId) : undefined,
      grants: byId(grantId),
      messages: messagesOfGrant(grant),
    };
  }

  /** A message, the grant that it took, and the intent that gave it. */
  async scopeOfMessage(messageId: string): Promise<HistoryScope> {
    const message = await this.messages.find(messageId);
    if (!message) return {};
    const ofGrant = message.grantId ? await this.scopeOfGrant(message.grantId) : {};
    return { ...ofGrant, messages: byId(messageId) };
  }
}
