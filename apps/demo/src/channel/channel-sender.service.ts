import { Injectable, Logger } from '@nestjs/common';
import { isUUID } from 'class-validator';
import {
  type FieldError,
  InvalidInputError,
  MessageInFlightError,
  MessageNotFoundError,
  MessageOutcomeError,
  SubscribeService,
  WeixinApiError,
  WeixinSubscribeError,
} from 'nestjs-weixin-subscribe';
import { outcomeOfCode, outcomeOfMessage } from '../course/reminder.outcome.js';
import type { Attempt, Outcome } from '../course/reminder.types.js';
import type { ChannelEntry } from './channel.catalog.js';
import type { SendChannelMessageDto } from './channel.dto.js';
import { ChannelAccounts } from './channel-accounts.js';

const ASK_AGAIN = {
  zh: '请此人在客户端再允许一次。',
  en: 'Let the person accept once more in the client.',
};

/** What was filled in breaks a rule: nothing was sent. */
export interface Refusal {
  errors: FieldError[];
}

/** Sends one message of a channel, and tells what became of it. */
@Injectable()
export class ChannelSenderService {
  private readonly logger = new Logger(ChannelSenderService.name);

  constructor(
    private readonly accounts: ChannelAccounts,
    private readonly subscribe: SubscribeService,
  ) {}

  /** Every end that the library knows is answered; only a surprise is thrown. */
  async send(
    channel: ChannelEntry,
    { openid, templateId, idempotencyKey }: SendChannelMessageDto,
    data: Record<string, { value: string }>,
  ): Promise<Attempt | Refusal> {
    const { appId } = this.accounts.withTemplate(channel, templateId);
    try {
      const input = { appId, openid, templateId, idempotencyKey, data };
      return { messageId: (await this.subscribe.send(input, 'channel-page')).id };
    } catch (error) {
      if (error instanceof InvalidInputError) return { errors: error.errors };
      if (!(error instanceof WeixinSubscribeError)) throw error;
      // The message knows its outcome; of everything else only the log tells the details.
      if (error instanceof MessageOutcomeError || error instanceof MessageInFlightError)
        return { messageId: error.messageId };
      this.logger.warn(`${channel.name}: ${error.code}: ${error.message}`);
      return { code: error.code, errcode: error instanceof WeixinApiError ? error.errcode : undefined };
    }
  }

  /** What an address brought: the id of a message, or the code of an error. */
  async outcome(message = '', errcode = ''): Promise<Outcome | undefined> {
    if (message === '') return undefined;
    if (message === 'WEIXIN_NO_GRANT') return { ...outcomeOfCode(message), remedy: ASK_AGAIN };
    if (!isUUID(message)) return outcomeOfCode(message, Number(errcode) || undefined);
    try {
      return outcomeOfMessage(await this.subscribe.get(message));
    } catch (error) {
      if (error instanceof MessageNotFoundError) return undefined;
      throw error;
    }
  }
}
