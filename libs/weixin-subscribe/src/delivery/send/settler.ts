import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { Telemetry } from '../../kernel/telemetry.js';
import { retriedWrite } from '../../sql/retried-write.js';
import { WaitingMessageRepository } from '../deferred/waiting-message.repository.js';
import { DeliveryMetrics } from '../delivery.metrics.js';
import { MessageRepository } from '../ledger/message.repository.js';
import { aboutMessage, type MessageRecord } from '../ledger/message.types.js';
import { because, logOutcome } from '../ledger/outcome-log.js';
import type { Settlement } from '../ledger/settlement.js';

const PAUSES_MS = [100, 400, 1600];

/** Records what became of a message in flight, also where the database needs several tries. Never rejects. */
@Injectable()
export class Settler {
  private readonly logger = new LibraryLogger(Settler.name);

  constructor(
    private readonly messages: MessageRepository,
    private readonly waiting: WaitingMessageRepository,
    private readonly clock: Clock,
    private readonly metrics: DeliveryMetrics,
    private readonly telemetry: Telemetry,
  ) {}

  /**
   * Returns the record as the ledger has it: where another process was faster, with the outcome that it
   * recorded.
   */
  settle(record: MessageRecord, settlement: Settlement): Promise<MessageRecord> {
    return this.telemetry.part('weixin message settle', () => this.write(record, settlement));
  }

  private async write(record: MessageRecord, settlement: Settlement): Promise<MessageRecord> {
    const recorded = await this.persist(record, settlement.outcome, () =>
      this.messages.settle(record, settlement),
    );
    if (!recorded) return this.unrecorded(record, settlement);
    this.metrics.ended(record, settlement);
    logOutcome(this.logger, record, settlement);
    const { outcome, errcode, errmsg, rid, reason, msgid } = settlement;
    return {
      ...record,
      status: outcome,
      errcode,
      errmsg,
      rid,
      reason,
      msgid,
      settledAt: new Date(this.clock.now()),
    };
  }

  /**
   * Ends a message that waits, without a post: it failed. Where it does not wait any more, nothing happens.
   * @throws {DatabaseError} it waits as before
   */
  async endWaiting(record: MessageRecord, reason: string): Promise<void> {
    if (!(await this.waiting.end(record, reason))) return;
    const settlement = { outcome: 'failed', grant: 'available', reason } as const;
    this.metrics.ended(record, settlement);
    logOutcome(this.logger, record, settlement);
  }

  /**
   * Lets the message wait until `dueAt`, with its grant given back. If the attempt is not in flight any more,
   * its outcome is recorded instead.
   */
  async putBack(record: MessageRecord, settlement: Settlement, dueAt: number): Promise<void> {
    const write = () => this.waiting.putBack(record, settlement, dueAt);
    if (await this.persist(record, 'waiting', write)) this.reportWaiting(record, settlement, dueAt);
    else await this.settle(record, settlement);
  }

  private reportWaiting(record: MessageRecord, settlement: Settlement, dueAt: number): void {
    const reason = because(settlement);
    const until = new Date(dueAt).toISOString();
    this.logger.warn(
      `message ${record.id}: waits until ${until}${reason === undefined ? '' : `, ${reason}`}`,
      {
        ...aboutMessage(record),
        outcome: 'waiting',
        errcode: settlement.errcode,
        reason,
      },
    );
  }

  private async persist(
    record: MessageRecord,
    status: string,
    write: () => Promise<boolean>,
  ): Promise<boolean> {
    const written = await retriedWrite(PAUSES_MS, write, (error) =>
      this.logger.error(
        `message ${record.id}: its outcome "${status}" could not be recorded: ${error.message}`,
        { ...aboutMessage(record), outcome: status, reason: error.message },
      ),
    );
    return written?.value ?? false;
  }

  /**
   * What the ledger does not hold must not be returned as a fact. The ledger may hold the outcome all the
   * same, when the response to our COMMIT was lost, or the resolution by a person, when the message was
   * resolved meanwhile.
   */
  private async unrecorded(record: MessageRecord, { outcome, errcode }: Settlement): Promise<MessageRecord> {
    const stored = await this.messages.find(record.id).catch(() => undefined);
    if (stored && stored.status !== 'sending') return stored;
    const code = errcode === undefined ? '' : ` (errcode ${errcode})`;
    const reason = `the outcome was "${outcome}"${code}, but it could not be recorded`;
    const fields = { ...aboutMessage(record), outcome: 'unknown', errcode, reason };
    this.logger.error(`message ${record.id}: ${reason}; it will become "unknown"`, fields);
    return { ...record, status: 'unknown', reason };
  }
}
