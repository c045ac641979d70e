import { setTimeout as wait } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Accounts } from '../common/config/accounts.js';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { AccountKindError, DatabaseError, InvalidInputError } from '../common/errors.js';
import { AuthorizedApiClient } from '../token/authorized-api.client.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import { TokenService } from '../token/token.service.js';
import { CHANNELS, type Channel } from './channels/channel.js';
import { MessageRepository } from './message.repository.js';
import type { MessageRecord, OutgoingMessage } from './message.types.js';
import { type Settlement, settlementOf } from './settlement.js';

const SETTLE_PAUSES_MS = [100, 400, 1600];

/**
 * One grant, one message: claim, post, settle. Whatever happens after the claim, the message ends in one of the four outcomes, here or in
 * recovery, and a grant is given back only where the message surely was not delivered.
 */
@Injectable()
export class Delivery implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Delivery.name);
  private readonly channels: ReadonlyMap<string, Channel>;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    @Inject(CHANNELS) channels: Channel[],
    private readonly accounts: Accounts,
    private readonly messages: MessageRepository,
    private readonly tokens: TokenService,
    private readonly api: AuthorizedApiClient,
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
  ) {
    this.channels = new Map(channels.map((channel) => [channel.name, channel]));
  }

  /**
   * Sends a message for one grant. `no-grant` and `duplicate` (its idempotency key is taken): nothing was written, WeChat was not asked.
   * Otherwise the record of what became of it.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError} {@link AccountKindError} {@link TokenUnavailableError} {@link DatabaseError}
   *   before anything was accepted
   */
  async deliver(message: OutgoingMessage): Promise<MessageRecord | 'no-grant' | 'duplicate'> {
    const delivery = this.claimAndPost(message);
    this.underWay.add(delivery);
    try {
      return await delivery;
    } finally {
      this.underWay.delete(delivery);
    }
  }

  /** Closing the database under a send would leave its outcome unrecorded. Bounded by the lease, after which recovery would take over. */
  async beforeApplicationShutdown(): Promise<void> {
    const settled = Promise.allSettled([...this.underWay]);
    await Promise.race([settled, wait(this.config.leaseMs, undefined, { ref: false })]);
  }

  private async claimAndPost(message: OutgoingMessage): Promise<MessageRecord | 'no-grant' | 'duplicate'> {
    const channel = this.channelFor(message);
    // Without a token nothing could be posted: find that out before a grant is claimed.
    await this.tokens.getToken(message.appId);
    const record = await this.messages.accept(message);
    if (typeof record === 'string') return record;
    const settlement = await this.post(record, message, channel);
    return this.settle(record, settlement);
  }

  private channelFor(message: OutgoingMessage): Channel {
    const account = this.accounts.withTemplate(message.appId, message.templateId);
    const channel = this.channels.get(message.channel);
    if (!channel)
      throw new InvalidInputError([
        { field: 'channel', message: `channel "${message.channel}" is not known` },
      ]);
    if (!channel.kinds.includes(account.kind)) {
      throw new AccountKindError(
        `account "${account.appId}" is a ${account.kind}; ${channel.name} messages need ${channel.kinds.join(' or ')}`,
      );
    }
    const errors = channel.check(message, account.kind);
    if (errors.length > 0) throw new InvalidInputError(errors);
    return channel;
  }

  private async post(record: MessageRecord, message: OutgoingMessage, channel: Channel): Promise<Settlement> {
    const call = { method: 'POST', path: channel.path, body: channel.body(message) } as const;
    // What is posted must be answered before the lease ends: after it, recovery calls the message unknown and a person may resolve it.
    const latest = record.acceptedAt.getTime() + this.config.leaseMs - this.config.http.timeoutMs;
    try {
      return settlementOf(await this.api.call(message.appId, call, () => this.clock.now() <= latest));
    } catch (error) {
      const reason = (error as Error).message;
      const beforeSending = error instanceof TokenUnavailableError || error instanceof DatabaseError;
      return settlementOf({ kind: beforeSending ? 'not-sent' : 'no-answer', reason });
    }
  }

  private async settle(record: MessageRecord, settlement: Settlement): Promise<MessageRecord> {
    if (!(await this.record(record, settlement))) return this.unrecorded(record, settlement);
    const { outcome, errcode, errmsg, rid, reason } = settlement;
    return {
      ...record,
      status: outcome,
      errcode,
      errmsg,
      rid,
      reason,
      settledAt: new Date(this.clock.now()),
    };
  }

  private async record(record: MessageRecord, settlement: Settlement): Promise<boolean> {
    for (const pause of [...SETTLE_PAUSES_MS, undefined]) {
      try {
        return await this.messages.settle(record, settlement);
      } catch (error) {
        this.logger.error(
          `message ${record.id}: its outcome "${settlement.outcome}" could not be recorded: ${(error as Error).message}`,
        );
        if (pause === undefined || !(error instanceof DatabaseError && error.temporary)) return false;
        await wait(pause);
      }
    }
    return false;
  }

  /**
   * The ledger has the last word: what it does not hold, nobody can be told as a fact. It may hold the outcome all the same, when the answer to
   * our COMMIT was lost, or a person's word, when the message was resolved meanwhile.
   */
  private async unrecorded(record: MessageRecord, { outcome, errcode }: Settlement): Promise<MessageRecord> {
    const stored = await this.messages.find(record.id).catch(() => undefined);
    if (stored && stored.status !== 'sending') return stored;
    const said = errcode === undefined ? '' : ` (errcode ${errcode})`;
    const reason = `the outcome was "${outcome}"${said}, but it could not be recorded`;
    this.logger.error(`message ${record.id}: ${reason}; it will become "unknown"`);
    return { ...record, status: 'unknown', reason };
  }
}
