import { describe } from '../kernel/describe.js';
import { WeixinSubscribeError } from '../kernel/errors.js';

/** There is an account with this appId already. */
export class AccountExistsError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_ACCOUNT_EXISTS',
    status: 409,
    title: 'There is such an account already',
    remedy: 'Change it with PATCH, or remove it first.',
  };

  constructor(readonly appId: string) {
    super(`there is an account ${describe(appId)} already`);
  }
}

/** The account stands in the options of the module, or the accounts come from a source of the host's own. */
export class AccountNotEditableError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_ACCOUNT_NOT_EDITABLE',
    status: 409,
    title: 'The account can not be changed here',
    remedy: 'Change it where it is kept: in the option "accounts", or in the account source of the host.',
  };
}
