import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import { Channels } from '../channels/channels.js';
import type { Deferral, MessageRecord, OutgoingMessage } from '../ledger/message.types.js';
import { Dispatcher } from './dispatcher.js';
import { WaitingMessageRepository } from './waiting-message.repository.js';

/** Accepts messages that are to go out later. */
@Injectable()
export class Deferrals {
  constructor(
    private readonly channels: Channels,
    private readonly waiting: WaitingMessageRepository,
    private readonly dispatcher: Dispatcher,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a message down that a worker sends when its time has come. `no-grant`: every grant that it could
   * claim then is promised to an earlier one; that spares an acceptance in vain, and promises nothing: a
   * direct send may still take the grant. `duplicate`: its idempotency key is taken. In both cases nothing
   * was written.
   * @param manager of the host's transaction that the message is to be part of: it exists exactly when that
   * commits
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link DatabaseError} nothing was written
   */
  async accept(
    message: OutgoingMessage,
    deferral: Deferral,
    manager?: EntityManager,
  ): Promise<MessageRecord | 'no-grant' | 'duplicate'> {
    this.channels.checked(message);
    const moment = Math.max(this.clock.now(), deferral.notBefore.getTime());
    if ((await this.waiting.countUnpromised(message, moment, manager)) < 1) return 'no-grant';
    const record = await this.waiting.accept(message, deferral, manager);
    // What a host's transaction holds can not be seen before its commit, of which nobody tells us: the next
    // beat finds it.
    if (record !== 'duplicate' && !manager && moment <= this.clock.now()) this.dispatcher.wake();
    return record;
  }

  /**
   * The message that took an idempotency key, as the host's transaction sees it.
   * @throws {InvalidInputError} {@link DatabaseError}
   */
  findTaken(
    appId: string,
    idempotencyKey: string,
    manager: EntityManager,
  ): Promise<MessageRecord | undefined> {
    return this.waiting.findTaken(appId, idempotencyKey, manager);
  }

  /** Ends a message that waits. `false` when it does not. @throws {DatabaseError} */
  cancel(id: string): Promise<boolean> {
    return this.waiting.cancel(id);
  }
}
