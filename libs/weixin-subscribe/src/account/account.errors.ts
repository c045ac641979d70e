import { describe } from '../kernel/describe.js';
import { WeixinSubscribeError } from '../kernel/errors.js';

/** The `appId` is not one of the configured accounts. */
export class UnknownAccountError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_UNKNOWN_ACCOUNT';

  constructor(readonly appId: string) {
    super(`appId ${describe(appId)} is not a configured account`, {
      remedy: 'Add it to the "accounts" option, or correct the appId.',
    });
  }
}

/** The `templateId` is not one of the account's configured templates. */
export class UnknownTemplateError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_UNKNOWN_TEMPLATE';

  constructor(appId: string, templateId: string) {
    super(`templateId ${describe(templateId)} is not configured for account ${describe(appId)}`, {
      remedy:
        'Add it to "templates" of that account; it is shown in the console beside the one-time subscription.',
    });
  }
}

/** The account is of another kind than this door serves. */
export class AccountKindError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_ACCOUNT_KIND';
}
