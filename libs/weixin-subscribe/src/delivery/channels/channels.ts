import { Inject, Injectable } from '@nestjs/common';
import { Accounts } from '../../common/config/accounts.js';
import { AccountKindError, InvalidInputError } from '../../common/errors.js';
import type { OutgoingMessage } from '../message.types.js';
import { CHANNELS, type Channel } from './channel.js';

/** Finds the channel of a message and checks that it may take it. */
@Injectable()
export class Channels {
  private readonly byName: ReadonlyMap<string, Channel>;

  constructor(
    @Inject(CHANNELS) channels: Channel[],
    private readonly accounts: Accounts,
  ) {
    this.byName = new Map(channels.map((channel) => [channel.name, channel]));
  }

  /** @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError} {@link AccountKindError} */
  for(message: OutgoingMessage): Channel {
    const channel = this.named(message);
    const errors = channel.check(message, this.accounts.get(message.appId).kind);
    if (errors.length > 0) throw new InvalidInputError(errors);
    return channel;
  }

  /**
   * The channel, for a message whose content is not known yet.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError} {@link AccountKindError}
   */
  named(to: Pick<OutgoingMessage, 'appId' | 'templateId' | 'channel'>): Channel {
    const account = this.accounts.withTemplate(to.appId, to.templateId);
    const channel = this.byName.get(to.channel);
    if (!channel)
      throw new InvalidInputError([{ field: 'channel', message: `channel "${to.channel}" is not known` }]);
    if (!channel.kinds.includes(account.kind)) {
      throw new AccountKindError(
        `account "${account.appId}" is a ${account.kind}; ${channel.name} messages need ${channel.kinds.join(' or ')}`,
      );
    }
    return channel;
  }
}
