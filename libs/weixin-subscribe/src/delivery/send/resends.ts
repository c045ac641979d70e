import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { recordable } from '../../kernel/text.js';
import { Deferrals } from '../deferred/deferrals.js';
import { NoGrantError } from '../delivery.errors.js';
import { contentDigest } from '../ledger/content-digest.js';
import { MessageRepository } from '../ledger/message.repository.js';
import {
  type DeliverableMessage,
  isDeliverable,
  type MessageRecord,
  type MessageStatus,
} from '../ledger/message.types.js';
import { MessageNotResendableError } from './message.errors.js';

/** Later ones are looked for among so many of the person: `MessageRepository.latest` reads no more. */
const LOOKED_THROUGH = 100;

/** Why another room does not want a message to be sent again; `undefined`: it has nothing against it. */
export type ResendObjection = (message: MessageRecord) => Promise<string | undefined>;

/** Sends once more what has ended without reaching its person, because somebody asks for it. */
@Injectable()
export class Resends {
  private readonly objections: ResendObjection[] = [];

  constructor(
    private readonly messages: MessageRepository,
    private readonly deferrals: Deferrals,
    private readonly clock: Clock,
  ) {}

  /** For rooms that know more of a message. */
  register(objection: ResendObjection): void {
    this.objections.push(objection);
  }

  /**
   * A new message with the same content, which waits as a deferred one does. Its idempotency key names the
   * old message, and is unique in the database: of any number of calls, in any number of processes, one
   * makes a message, and the others return it. A later message with the same content stands for the older
   * ones, so that nothing is sent twice where a host has repeated it itself.
   * @throws {MessageNotResendableError} {@link NoGrantError} {@link UnknownAccountError}
   * {@link UnknownTemplateError} {@link InvalidInputError} {@link DatabaseError} nothing was written
   */
  async resend(record: MessageRecord, requestedBy?: string): Promise<MessageRecord> {
    const idempotencyKey = `resend:${record.id}`;
    const madeBefore = () => this.messages.findByIdempotencyKey(record.appId, idempotencyKey);
    const earlier = await madeBefore();
    if (earlier) return standing(record, earlier);
    const message = await this.resendable(record);
    const later = await this.laterThan(message);
    // Made by a call that runs beside this one.
    if (later?.idempotencyKey === idempotencyKey) return standing(record, later);
    if (later) throw refusal(record, `message ${later.id} came later with the same content`, later);
    const { appId, openid, templateId, scene, channel, content, deadline } = message;
    const again = {
      ...{ appId, openid, templateId, scene, channel, content, idempotencyKey },
      requestedBy: requestedBy && recordable(requestedBy, 64),
    };
    const result = await this.deferrals.accept(again, { notBefore: new Date(this.clock.now()), deadline });
    if (typeof result !== 'string') return result;
    // Another call for this message may have been faster, and its message have the only grant promised.
    const other = await madeBefore();
    if (other) return standing(record, other);
    throw new NoGrantError(message);
  }

  private async resendable(record: MessageRecord): Promise<DeliverableMessage> {
    if (!hasNotArrived(record.status)) throw refusal(record, WHY_NOT[record.status]);
    if (!isDeliverable(record)) throw refusal(record, 'its person was forgotten, and its text with them');
    if (record.deadline && record.deadline.getTime() <= this.clock.now())
      throw refusal(record, 'its deadline has passed: what it says is out of date');
    for (const objection of this.objections) {
      const why = await objection(record);
      if (why !== undefined) throw refusal(record, why);
    }
    return record;
  }

  private async laterThan(message: DeliverableMessage): Promise<MessageRecord | undefined> {
    const latest = await this.messages.latest(message, LOOKED_THROUGH);
    const at = latest.findIndex(({ id }) => id === message.id);
    if (at < 0) throw refusal(message, `this person was sent more than ${LOOKED_THROUGH} messages since`);
    const digest = contentDigest(message);
    return latest.slice(0, at).find((other) => isDeliverable(other) && contentDigest(other) === digest);
  }
}

const hasNotArrived = (status: MessageStatus): status is 'failed' | 'refused' =>
  status === 'failed' || status === 'refused';

const WHY_NOT: Record<Exclude<MessageStatus, 'failed' | 'refused'>, string> = {
  waiting: 'it still waits for its time',
  sending: 'it is being sent',
  sent: 'WeChat has accepted it',
  unknown: 'nobody knows yet whether it has arrived: resolve it first',
};

const refusal = ({ id }: MessageRecord, why: string, later?: MessageRecord) =>
  new MessageNotResendableError(id, why, later?.id);

/** What an earlier call has made; once that has ended without arriving, it is the one to be sent again. */
function standing(record: MessageRecord, again: MessageRecord): MessageRecord {
  if (!hasNotArrived(again.status)) return again;
  throw refusal(record, `it was sent again as message ${again.id}`, again);
}
