import { Injectable, NotFoundException } from '@nestjs/common';
import { WeixinSubscribeConfig } from 'nestjs-weixin-subscribe';
import type { ChannelEntry } from './channel.catalog.js';
import type { ChannelAccount } from './channel.types.js';

/** Which account and templates stand behind a channel here. */
@Injectable()
export class ChannelAccounts {
  constructor(private readonly config: WeixinSubscribeConfig) {}

  of({ name }: ChannelEntry): ChannelAccount | undefined {
    for (const { appId, templates, push } of this.config.accounts.values()) {
      const templateIds = [...templates].filter(([, channel]) => channel === name).map(([id]) => id);
      if (templateIds.length > 0) return { appId, templateIds, takesPushes: push !== undefined };
    }
    return undefined;
  }

  /** @throws {NotFoundException} there is none with this template */
  withTemplate(channel: ChannelEntry, templateId: string): ChannelAccount {
    const account = this.of(channel);
    if (!account?.templateIds.includes(templateId)) throw new NotFoundException();
    return account;
  }
}
