import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { redact } from '../../kernel/redact.js';
import { retriedWrite } from '../../sql/retried-write.js';
import { WaitingMessageRepository } from '../deferred/waiting-message.repository.js';
import { DeliveryMetrics } from '../delivery.metrics.js';
import { MessageRepository } from '../ledger/message.repository.js';
import { aboutMessage, type MessageRecord } from '../ledger/message.types.js';
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
  ) {}

  /**
   * Returns the record as the ledger has it: where another process was faster, with the outcome that it
   * recorded.
   */
  async settle(record: MessageRecord, settlement: Settlement): Promise<MessageRecord> {
    const recorded = await this.persist(record, settlement.outcome, () =>
      this.messages.settle(record, settlement),
    );
    if (!recorded) return this.unrecorded(record, settlement);
    this.metrics.ended(record, settlement);
    this.report(record, settlement);
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

  /** One line for each message that has ended, so that a log tells its story by its id. */
  private report(record: MessageRecord, { outcome, errcode, errmsg, reason }: Settlement): void {
    const because = reason ?? (errcode ? `errcode ${errcode} ${redact(errmsg ?? '')}`.trimEnd() : undefined);
    const line = `message ${record.id}: ${outcome}${because === undefined ? '' : `, ${because}`}`;
    const fields = { ...aboutMessage(record), outcome, errcode, reason: because };
    if (outcome === 'sent') this.logger.debug(line, fields);
    else this.logger.warn(line, fields);
  }

  /**
   * Lets the message wait until `dueAt`, with its grant given back. If the attempt is not in flight any more,
   * its outcome is recorded instead.
   */
  async putBack(record: MessageRecord, settlement: Settlement, dueAt: number): Promise<void> {
    const write = () => this.waiting.putBack(record, settlement, dueAt);
    if (!(await this.persist(record, 'waiting', write))) await this.settle(record, settlement);
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
