import { Injectable } from '@nestjs/common';
import { InvalidInputError } from '../common/errors.js';
import { validateInput } from '../common/validation.js';
import { NoGrantError, outcomeError } from '../delivery/delivery.errors.js';
import { Delivery } from '../delivery/delivery.js';
import { contentDigest, MessageRepository } from '../delivery/message.repository.js';
import type { MessageRecord, OutgoingMessage } from '../delivery/message.types.js';
import { resolutionReason } from '../delivery/resolution.js';
import { SendMessageDto } from './dto/send-message.dto.js';
import {
  IdempotencyKeyReusedError,
  MessageInFlightError,
  MessageNotFoundError,
  MessageNotUnknownError,
} from './message.errors.js';

/** Says one thing to one person. */
@Injectable()
export class SubscribeService {
  constructor(
    private readonly delivery: Delivery,
    private readonly messages: MessageRepository,
  ) {}

  /**
   * Sends one message for one permission. Resolves only when WeChat accepted it; every other end is thrown. The input is validated here,
   * so jobs may call it as they are.
   *
   * An error that has a `messageId` tells the outcome of an accepted message (`refused`, `failed`, `unknown`). With any other error nothing was
   * sent, and the permission is untouched; only where the database was lost while it committed the claim, a {@link DatabaseError} may leave the
   * permission closed until recovery calls its message `unknown`.
   * @param requestedBy who asks, for the record; at most 64 characters
   * @throws {InvalidInputError} a field is wrong
   * @throws {UnknownAccountError} {@link UnknownTemplateError} {@link AccountKindError} not configured, or of another kind
   * @throws {NoGrantError} no unused permission
   * @throws {TokenUnavailableError} {@link DatabaseError} nothing could be sent right now
   * @throws {MessageRefusedError} {@link MessageFailedError} {@link MessageUnknownError} accepted, with this outcome
   * @throws {IdempotencyKeyReusedError} {@link MessageInFlightError} the idempotency key is taken
   */
  async send(input: SendMessageDto, requestedBy?: string): Promise<MessageRecord> {
    const message = outgoing(validateInput(SendMessageDto, input), requestedBy);
    const earlier = await this.earlier(message);
    if (earlier) return this.repeat(message, earlier);
    const result = await this.delivery.deliver(message);
    if (typeof result !== 'string') return sentOrThrow(result);
    // Somebody else may have used the key, and the only grant, since the look above.
    const other = await this.earlier(message);
    if (other) return this.repeat(message, other);
    throw new NoGrantError(message);
  }

  /** A message and what became of it. @throws {MessageNotFoundError} */
  async get(id: string): Promise<MessageRecord> {
    const record = await this.messages.find(id);
    if (!record) throw new MessageNotFoundError(id);
    return record;
  }

  /**
   * Ends an `unknown` message by a person's word. `sent`: its grant is spent. `not-sent`: it ends as `failed` and its grant may be used
   * again; should it have arrived after all, the next send for it is refused by WeChat, unless the person has confirmed anew since.
   * @throws {InvalidInputError} {@link MessageNotFoundError} {@link MessageNotUnknownError} {@link DatabaseError}
   */
  async resolve(id: string, word: 'sent' | 'not-sent'): Promise<MessageRecord> {
    if (word !== 'sent' && word !== 'not-sent')
      throw new InvalidInputError([{ field: 'word', message: 'word must be "sent" or "not-sent"' }]);
    const record = await this.get(id);
    const { errcode, errmsg, rid } = record;
    const resolved = await this.messages.resolve(record, {
      outcome: word === 'sent' ? 'sent' : 'failed',
      grant: word === 'sent' ? 'spent' : 'available',
      errcode,
      errmsg,
      rid,
      reason: resolutionReason(word),
    });
    if (!resolved) throw new MessageNotUnknownError(id, (await this.get(id)).status);
    return this.get(id);
  }

  private async earlier({ appId, idempotencyKey }: OutgoingMessage): Promise<MessageRecord | undefined> {
    return idempotencyKey === undefined
      ? undefined
      : this.messages.findByIdempotencyKey(appId, idempotencyKey);
  }

  private repeat(message: OutgoingMessage, earlier: MessageRecord): MessageRecord {
    if (earlier.contentDigest !== contentDigest(message)) {
      throw new IdempotencyKeyReusedError(String(message.idempotencyKey), earlier.id);
    }
    if (earlier.status === 'sending') throw new MessageInFlightError(earlier.id);
    return sentOrThrow(earlier);
  }
}

function sentOrThrow(record: MessageRecord): MessageRecord {
  const error = outcomeError(record);
  if (error) throw error;
  return record;
}

/** Optional fields may be null as well as absent: from here on they are absent. */
function outgoing(dto: SendMessageDto, requestedBy?: string): OutgoingMessage {
  const { appId, openid, templateId, scene, title, content, url, miniprogram, idempotencyKey, channel } = dto;
  return {
    appId,
    openid,
    templateId,
    scene,
    channel: channel ?? 'one-time',
    content: {
      title,
      content: { value: content.value, color: content.color ?? undefined },
      url: url ?? undefined,
      miniprogram: miniprogram ? { appId: miniprogram.appId, pagepath: miniprogram.pagepath } : undefined,
    },
    idempotencyKey: idempotencyKey ?? undefined,
    requestedBy: requestedBy?.slice(0, 64),
  };
}
