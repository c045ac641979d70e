import { OptionChecks } from '../kernel/option-checks.js';
import {
  type AccountConfig,
  resolveAccount,
  type TokenDefaults,
  type WeixinAccountOptions,
} from './account.options.js';

/** Makes of what a source says of an account what the library works with, by the rules of the options. */
export abstract class AccountRules {
  /**
   * @param at how the account is called in errors
   * @throws {InvalidOptionsError} naming everything that is wrong with it
   */
  abstract resolve(given: WeixinAccountOptions, at: string): AccountConfig;
}

/** @param token what accounts take over where they say nothing themselves */
export function accountRules(token: TokenDefaults): AccountRules {
  return {
    resolve(given, at) {
      const checks = new OptionChecks();
      const account = resolveAccount(checks, at, given, token);
      checks.finish();
      return account;
    },
  };
}
