import { describe } from '../kernel/describe.js';
import { WeixinSubscribeError } from '../kernel/errors.js';

/** The `appId` is not one of the configured accounts. */
export class UnknownAccountError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_UNKNOWN_ACCOUNT',
    status: 404,
    title: 'No such account',
    remedy: 'Add it to the "accounts" option or to the account source, or correct the appId.',
  };

  constructor(readonly appId: string) {
    super(`appId ${describe(appId)} is not a configured account`);
  }
}

/** The account is switched off: nothing is sent for it, and WeChat is not called for it. */
export class AccountDisabledError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_ACCOUNT_DISABLED',
    status: 409,
    title: 'The account is switched off',
    remedy: 'Switch it on ("enabled": true) where it is kept, or use another account.',
  };

  constructor(
    readonly appId: string,
    message = `account ${describe(appId)} is switched off`,
  ) {
    super(message);
  }
}

/** Its owner took the authorisation of the third-party platform back: nothing is sent for it. */
export class AccountNotAuthorizedError extends AccountDisabledError {
  static override readonly problem = {
    code: 'WEIXIN_ACCOUNT_NOT_AUTHORIZED',
    status: 409,
    title: 'The account does not authorise the platform',
    remedy: 'Have its owner authorise the third-party platform again (POST component/authorizations).',
  };

  constructor(appId: string, reason: string) {
    super(appId, `account ${describe(appId)} is not authorised: ${reason}`);
  }
}

/** The source of accounts has not been read yet, so that nobody knows whether there is such an account. */
export class AccountsUnavailableError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_ACCOUNTS_UNAVAILABLE',
    status: 503,
    title: 'The accounts are not known yet',
    remedy: 'Try again in a few seconds; if it lasts, see in the log why the account source can not be read.',
  };

  constructor() {
    super('the account source could not be read yet');
  }
}

/** The `templateId` is not one of the account's configured templates. */
export class UnknownTemplateError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_UNKNOWN_TEMPLATE',
    status: 404,
    title: 'No such template',
    remedy:
      'Add it to "templates" of that account; mp.weixin.qq.com shows it beside the one-time subscription.',
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
