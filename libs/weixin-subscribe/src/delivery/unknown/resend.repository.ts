import { Injectable } from '@nestjs/common';
import { GrantRepository } from '../../grant/grant.repository.js';
import { Clock } from '../../kernel/clock.js';
import { SqlExecutor } from '../../sql/sql-executor.js';
import type { SqlStep, SqlValue } from '../../sql/sql-step.js';
import { dueAfter, dueParams } from '../deferred/waiting-message.sql.js';
import { DeliveryConfig } from '../delivery.options.js';
import { grantOf, type MessageRow, SELECT_MESSAGES, toRecord } from '../ledger/message.sql.js';
import type { MessageRecord } from '../ledger/message.types.js';

/** Nobody acts on a look that is out of date. */
const AS_SEEN = "id = ? AND status = 'unknown' AND attempts = ? AND due_at = ?";

/** Messages whose outcome is unknown and that the policy posts again. */
@Injectable()
export class ResendRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
    private readonly config: DeliveryConfig,
  ) {}

  /** Those whose time has come, in the order of their times; at most `limit`, after `last`. */
  async due(limit: number, last?: MessageRecord): Promise<MessageRecord[]> {
    const rows = await this.sql.all<MessageRow>(
      `${SELECT_MESSAGES} ${dueAfter('unknown', limit, last)}`,
      dueParams(this.clock.now(), last),
    );
    return rows.map(toRecord);
  }

  /**
   * Moves the message to `sending` and its grant to `claimed`, both or neither. `renewed`: the ledger shows a
   * newer confirm of the same key, or the grant is gone. `gone`: somebody else took the message, or a person
   * resolved it, since it was read. In both cases nothing was written.
   *
   * Safe for any number of workers, as {@link WaitingMessageRepository.begin} is. A confirm takes the live
   * key of the grant that it replaces, and the statement that takes the grant requires it: a confirm that was
   * committed before is never missed, whatever the clocks say.
   */
  async begin(message: MessageRecord): Promise<MessageRecord | 'renewed' | 'gone'> {
    const take: SqlStep = {
      name: 'take message',
      sql: `UPDATE weixin_message SET status = 'sending', attempts = attempts + 1, resends = resends + 1, leased_until = ?,
          due_at = NULL, settled_at = NULL WHERE ${AS_SEEN} AND content IS NOT NULL`,
      params: [this.clock.now() + this.config.leaseMs, ...asSeen(message)],
      expect: 'one',
    };
    const result = await this.sql.atomically([take, this.grants.reclaimStep(message, grantOf(message.id))]);
    if (!result.applied) return result.refusedBy === take.name ? 'gone' : 'renewed';
    const { attempts, resends } = message;
    return {
      ...message,
      status: 'sending',
      attempts: attempts + 1,
      resends: resends + 1,
      dueAt: undefined,
      settledAt: undefined,
    };
  }

  /** It stays `unknown` and is not posted again. */
  async giveUp(message: MessageRecord): Promise<void> {
    await this.sql.run(`UPDATE weixin_message SET due_at = NULL WHERE ${AS_SEEN}`, asSeen(message));
  }
}

function asSeen({ id, attempts, dueAt }: MessageRecord): SqlValue[] {
  return [id, attempts, dueAt?.getTime() ?? null];
}
