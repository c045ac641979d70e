import { Injectable } from '@nestjs/common';
import { type AccountConfig, WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { UnknownAccountError, UnknownTemplateError } from './account.errors.js';

/** Looks up the configured accounts. */
@Injectable()
export class Accounts {
  constructor(private readonly config: WeixinSubscribeConfig) {}

  /** @throws {UnknownAccountError} */
  get(appId: string): AccountConfig {
    const account = this.config.accounts.get(appId);
    if (!account) throw new UnknownAccountError(appId);
    return account;
  }

  /** The account, provided that the template is one of its own. @throws {UnknownAccountError} {@link UnknownTemplateError} */
  withTemplate(appId: string, templateId: string): AccountConfig {
    const account = this.get(appId);
    if (!account.templates.has(templateId)) throw new UnknownTemplateError(appId, templateId);
    return account;
  }

  all(): AccountConfig[] {
    return [...this.config.accounts.values()];
  }
}
