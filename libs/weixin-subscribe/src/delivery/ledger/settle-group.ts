import type { Clock } from '../../kernel/clock.js';
import { BY_ID } from '../../sql/dialect.js';
import type { GroupWork } from '../../sql/group-commit.js';
import type { SqlExecutor } from '../../sql/sql-executor.js';
import type { SqlStep } from '../../sql/sql-step.js';
import type { SettledMessage } from './message.types.js';
import { isPlainlySent, type Settlement } from './settlement.js';

export const SENT = { outcome: 'sent', grant: 'spent', errcode: 0 } as const satisfies Settlement;

/** A message in flight that WeChat has accepted, on its latest attempt. */
export type SentMessage = SettledMessage & { attempts: number };

/**
 * Whether a settlement is one of those that may be written together: nearly all on a good day, and all of
 * them alike.
 */
export function isSent(message: SettledMessage, settlement: Settlement): message is SentMessage {
  return isPlainlySent(settlement) && message.attempts !== undefined && message.broadcastId === undefined;
}

/**
 * Ends single messages as sent, those that came together in one transaction. Where one of them is not in
 * flight on that attempt any more, nothing is written, and the group is halved until that one stands alone.
 */
export class SettleGroup implements GroupWork<SentMessage, boolean> {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    readonly alone: (message: SentMessage) => Promise<boolean>,
    private readonly prepared: boolean,
  ) {}

  async together(messages: SentMessage[]): Promise<true[] | undefined> {
    const now = this.clock.now();
    const { applied } = await this.sql.atomically(this.messageSteps(messages, now));
    return applied ? messages.map(() => true) : undefined;
  }

  private messageSteps(messages: SentMessage[], now: number): SqlStep[] {
    const steps = this.sql.dialect.updateRows({
      name: 'settle message',
      table: 'weixin_message',
      ...BY_ID,
      keys: messages.map(({ id }) => id),
      from: 'sending',
      set: {
        status: SENT.outcome,
        errcode: SENT.errcode,
        settled_at: now,
        errmsg: null,
        rid: null,
        reason: null,
        msgid: null,
        due_at: null,
        leased_until: null,
      },
      // So that a sender who comes too late never ends what somebody else has begun since.
      matching: { attempts: 'int' },
      rows: messages.map(({ attempts }) => ({ attempts })),
      all: true,
    });
    return steps.map((step) => ({ ...step, prepared: this.prepared }));
  }
}
