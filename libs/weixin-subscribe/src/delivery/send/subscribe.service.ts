import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import { InvalidInputError } from '../../kernel/errors.js';
import { plainInput, unknownField } from '../../kernel/input-shape.js';
import { recordable } from '../../kernel/text.js';
import { validateInput } from '../../kernel/validation.js';
import { Channels } from '../channels/channels.js';
import type { SendMiniSubscribeDto } from '../channels/mini-subscribe.channel.js';
import type { SendMiniTemplateDto } from '../channels/mini-template.channel.js';
import type { SendMessageDto } from '../channels/one-time.channel.js';
import type { SendServiceNoticeDto } from '../channels/service-notice.channel.js';
import { Deferrals } from '../deferred/deferrals.js';
import { NoGrantError, outcomeError } from '../delivery.errors.js';
import { contentDigest } from '../ledger/content-digest.js';
import { MessageRepository } from '../ledger/message.repository.js';
import type { Deferral, MessageRecord, OutgoingMessage } from '../ledger/message.types.js';
import { isResolvedAs, RESOLUTIONS, type Resolution, resolutionReason } from '../ledger/resolution.js';
import type { SendPause } from '../pauses/send-pause.repository.js';
import { SendPauses } from '../pauses/send-pauses.js';
import { Delivery } from './delivery.js';
import { Explainers } from './explainers.js';
import type { ExplainQuery, Explanation } from './explanation.types.js';
import {
  IdempotencyKeyReusedError,
  MessageInFlightError,
  MessageNotFoundError,
  MessageNotUnknownError,
  MessageNotWaitingError,
} from './message.errors.js';
import { deferralOf, outgoing } from './outgoing-message.js';
import { Resends } from './resends.js';

/** A message of any channel; the channel of its template decides which. */
export type SendInput = SendMessageDto | SendMiniSubscribeDto | SendServiceNoticeDto | SendMiniTemplateDto;

/** What goes with a message but is not shown to the person. */
export interface SendOptions {
  /** Who asks, for the record; at most 64 characters. */
  requestedBy?: string;
  /**
   * An EntityManager of the host's open transaction on the DataSource that the module works on. The message
   * becomes part of that transaction: a rollback leaves nothing behind, after a commit it is never lost. A
   * worker sends it after the commit, within about 5 s.
   */
  manager?: EntityManager;
}

/** Sends one message to one person. */
@Injectable()
export class SubscribeService {
  constructor(
    private readonly delivery: Delivery,
    private readonly deferrals: Deferrals,
    private readonly messages: MessageRepository,
    private readonly channels: Channels,
    private readonly sendPauses: SendPauses,
    private readonly resends: Resends,
    private readonly explainers: Explainers,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends one message for one grant. Resolves only when WeChat accepted it; every other end is thrown.
   * The input is validated here, so jobs may call it as they are.
   *
   * An error that has a `messageId` tells the outcome of an accepted message (`refused`, `failed`,
   * `unknown`). With any other error nothing was sent, and the grant is untouched; only where the
   * database was lost while it committed the claim, a {@link DatabaseError} may leave the grant closed
   * until recovery calls its message `unknown`.
   *
   * **Deferred:** with `notBefore`, `deadline` or `manager` it resolves when the message is written down,
   * with its record of status `waiting`. A worker sends it when its time has come, outside the account's
   * quiet hours and pauses, and tries again what WeChat surely did not deliver, until the deadline or,
   * without one, for 24 hours. It holds no grant while it waits: one is claimed when it goes.
   * {@link NoGrantError} here only says that every unused grant is promised to an earlier waiting
   * message; one that is used up or renewed in between ends the message as `failed`, "no unused grant
   * was left". {@link get} tells what became of it.
   * @param options who asks, for the record; or {@link SendOptions}
   * @throws {InvalidInputError} a field is wrong
   * @throws {UnknownAccountError} {@link UnknownTemplateError} not configured
   * @throws {NoGrantError} no unused grant
   * @throws {SendingPausedError} {@link TokenUnavailableError} {@link DatabaseError} nothing could be sent
   * right now
   * @throws {MessageRefusedError} {@link MessageFailedError} {@link MessageUnknownError} accepted, with this
   * outcome
   * @throws {IdempotencyKeyReusedError} {@link MessageInFlightError} the idempotency key is taken
   */
  async send(input: SendInput, options: SendOptions | string = {}): Promise<MessageRecord> {
    const { requestedBy, manager, ...unknown }: SendOptions =
      typeof options === 'string' ? { requestedBy: options } : options;
    // Such as a `notBefore` that belongs to the input: the message would go out at once.
    const names = Object.keys(unknown);
    if (names.length > 0) throw new InvalidInputError(names.map((name) => unknownField(`options.${name}`)));
    const now = this.clock.now();
    const given = plainInput(input);
    const channel = this.channels.ofInput(given);
    const checked = validateInput(channel.input, given);
    const message = outgoing(channel, checked, requestedBy);
    const deferral = deferralOf(checked, now) ?? (manager && { notBefore: new Date(now) });
    return deferral ? this.defer(message, deferral, manager) : this.sendNow(message);
  }

  /**
   * An input whose fields are those of its channel and within their limits. For callers that check it before
   * they send.
   * @throws {InvalidInputError}
   */
  checked(input: unknown): SendInput {
    const given = plainInput(input);
    return validateInput(this.channels.ofInput(given).input, given) as SendInput;
  }

  private async sendNow(message: OutgoingMessage): Promise<MessageRecord> {
    const earlier = await this.earlier(message);
    if (earlier) return this.repeat(message, earlier);
    const result = await this.delivery.deliver(message);
    if (typeof result !== 'string') return sentOrThrow(result);
    // Somebody else may have used the key, and the only grant, since the look above.
    const other = await this.earlier(message);
    if (other) return this.repeat(message, other);
    throw new NoGrantError(message);
  }

  private async defer(
    message: OutgoingMessage,
    deferral: Deferral,
    manager: EntityManager | undefined,
  ): Promise<MessageRecord> {
    const earlier = await this.earlier(message, manager);
    if (earlier) return this.repeatDeferred(message, earlier);
    const result = await this.deferrals.accept(message, deferral, manager);
    if (typeof result !== 'string') return result;
    const other = await this.earlier(message, manager);
    if (other) return this.repeatDeferred(message, other);
    throw new NoGrantError(message);
  }

  /** A message and what became of it. @throws {MessageNotFoundError} */
  async get(id: string): Promise<MessageRecord> {
    const record = await this.messages.find(id);
    if (!record) throw new MessageNotFoundError(id);
    return record;
  }

  /**
   * Why a person did not get a message, by its id; or, before sending, whether they would get the next one.
   * In plain words of both languages, with exactly one next step. Asks WeChat at most twice (its record of
   * the request, and the quota) and changes nothing.
   * @throws {InvalidInputError} {@link DatabaseError}
   * @throws {MessageNotFoundError} of an id
   * @throws {UnknownAccountError} {@link UnknownTemplateError} before sending
   */
  async explain(about: string | ExplainQuery): Promise<Explanation> {
    const explainer = this.explainers.get();
    return typeof about === 'string' ? explainer.ofMessage(about) : explainer.before(about);
  }

  /**
   * Ends a deferred message that still waits, as `failed`; the grant it would have used stays.
   * @throws {MessageNotFoundError} {@link MessageNotWaitingError} it is being sent, or has ended
   * {@link DatabaseError}
   */
  async cancel(id: string): Promise<MessageRecord> {
    if (!(await this.deferrals.cancel(id))) throw new MessageNotWaitingError(id, (await this.get(id)).status);
    return this.get(id);
  }

  /**
   * Sends once more what has ended without reaching its person (`failed` or `refused`): a new message with
   * the same content, status `waiting`, for a grant that is claimed when it goes. A worker sends it at once,
   * or after quiet hours and pauses, as any deferred one. However often it is called for one message, it
   * makes one; a later message with the same content stands for the older ones, and is the one to be sent
   * again.
   * @param requestedBy who asks, for the record; at most 64 characters
   * @throws {MessageNotFoundError}
   * @throws {MessageNotResendableError} it may have arrived, its deadline has passed, its person was
   * forgotten, a later message stands for it, more than 100 came later, or its broadcast has not ended
   * @throws {NoGrantError} no unused grant
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError} it could not be sent
   * any more as it is
   * @throws {DatabaseError}
   */
  async resend(id: string, requestedBy?: string): Promise<MessageRecord> {
    return this.resends.resend(await this.get(id), requestedBy);
  }

  /**
   * Ends an `unknown` message because a person knows what became of it. `sent`: its grant is spent.
   * `not-sent`: it ends as `failed` and its grant may be used again; should it have arrived after all, the
   * next send for it is refused by WeChat, unless the person has confirmed anew since. A message that was
   * resolved with the same word before is returned as it is.
   * @param resolvedBy who says so, for its `reason` and its history; at most 64 characters
   * @throws {InvalidInputError} {@link MessageNotFoundError} {@link DatabaseError}
   * @throws {MessageNotUnknownError} it has another status, or was resolved with the other word
   */
  async resolve(id: string, word: Resolution, resolvedBy?: string): Promise<MessageRecord> {
    if (!RESOLUTIONS.includes(word))
      throw new InvalidInputError([{ field: 'word', message: 'word must be "sent" or "not-sent"' }]);
    const record = await this.get(id);
    const { errcode, errmsg, rid } = record;
    const resolved = await this.messages.resolve(record, {
      outcome: word === 'sent' ? 'sent' : 'failed',
      grant: word === 'sent' ? 'spent' : 'available',
      errcode,
      errmsg,
      rid,
      reason: resolutionReason(word, resolvedBy && recordable(resolvedBy, 64)),
    });
    const now = await this.get(id);
    if (resolved || isResolvedAs(word, now.reason)) return now;
    throw new MessageNotUnknownError(id, now.status);
  }

  /**
   * By which APIs WeChat refuses the sends of which accounts for a while, and until when; or of which
   * templates (`templateId`), because they are missing at WeChat.
   * @throws {DatabaseError}
   */
  async pauses(): Promise<SendPause[]> {
    return this.sendPauses.list();
  }

  /**
   * Ends the pause of an account's API, or of all its APIs without a `path`, for instance after the quota was
   * raised or cleared: deferred messages that waited for its end go on at once, other processes send again
   * within 15 s. Should WeChat refuse still, the pause begins anew. `false`: there was none.
   * @throws {UnknownAccountError} {@link DatabaseError}
   */
  async resume(appId: string, path?: string, templateId?: string): Promise<boolean> {
    return this.sendPauses.resume(appId, path, templateId);
  }

  private async earlier(
    { appId, idempotencyKey }: OutgoingMessage,
    manager?: EntityManager,
  ): Promise<MessageRecord | undefined> {
    if (idempotencyKey === undefined) return undefined;
    return manager
      ? this.deferrals.findTaken(appId, idempotencyKey, manager)
      : this.messages.findByIdempotencyKey(appId, idempotencyKey);
  }

  /** A caller who defers wants to know that the message is accepted: it is. */
  private repeatDeferred(message: OutgoingMessage, earlier: MessageRecord): MessageRecord {
    assertSame(message, earlier);
    return earlier.status === 'waiting' ? earlier : this.repeat(message, earlier);
  }

  private repeat(message: OutgoingMessage, earlier: MessageRecord): MessageRecord {
    assertSame(message, earlier);
    if (earlier.status === 'sending' || earlier.status === 'waiting')
      throw new MessageInFlightError(earlier.id, earlier.status);
    return sentOrThrow(earlier);
  }
}

function assertSame(message: OutgoingMessage, earlier: MessageRecord): void {
  if (earlier.contentDigest === contentDigest(message)) return;
  throw new IdempotencyKeyReusedError(String(message.idempotencyKey), earlier.id);
}

function sentOrThrow(record: MessageRecord): MessageRecord {
  const error = outcomeError(record);
  if (error) throw error;
  return record;
}
