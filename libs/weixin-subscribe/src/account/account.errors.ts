import { describe } from '../kernel/describe.js';
import { WeixinSubscribeError } from '../kernel/errors.js';

/** The `appId` is not one of the configured accounts. */
export class UnknownAccountError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_UNKNOWN_ACCOUNT',
    status: 404,
    title: 'No such account',
    remedy: 'Add it to the "accounts" option, or correct the appId.',
  };

  constructor(readonly appId: string) {
    super(`appId ${describe(appId)} is not a configured account`);
  }
}

/** The `templateId` is not one of the account's configured templates. */
export class UnknownTemplateError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_UNKNOWN_TEMPLATE',
    status: 404,
    title: 'No such template',
    remedy:
      'Add it to "templates" of that account; it is shown in the console beside the one-time subscription.',
  };

  constructor(appId: string, templateId: string) {
    super(`templateId ${describe(templateId)} is not configured for account ${describe(appId)}`);
  }
}

/** The account is of another kind than this route or method serves. */
export class AccountKindError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_ACCOUNT_KIND',
    status: 400,
    title: 'The account is of another kind',
  };
}
