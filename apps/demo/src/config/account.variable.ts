import { ArrayNotEmpty, IsArray, IsObject, IsOptional, Matches, ValidateNested } from 'class-validator';
import type {
  AccountKind,
  GrantRule,
  PushOptions,
  TokenFamily,
  WeixinAccountOptions,
} from 'nestjs-weixin-subscribe';
import { AccountTemplates, AccountTemplateVariable } from './account-template.variable.js';
import { OneOf, Refused } from './rules.js';

const TEMPLATES = { message: 'must list at least one template id, or {"id", "channel"}' };

/** What every entry of `WEIXIN_ACCOUNTS` says. */
class PublicAccountVariable {
  @Matches(/^[\w-]{1,32}$/, { message: 'must be 1 to 32 letters, digits, "_" or "-"' })
  appId!: string;

  @OneOf(['official-account', 'mobile-app', 'mini-program'])
  kind!: AccountKind;

  @IsArray(TEMPLATES)
  @ArrayNotEmpty(TEMPLATES)
  @ValidateNested({ each: true })
  @AccountTemplates()
  templates!: AccountTemplateVariable[];

  @IsOptional()
  @OneOf(['set', 'count'])
  grantRule?: GrantRule;

  @IsOptional()
  @OneOf(['token', 'stable'])
  tokenFamily?: TokenFamily;

  /** What is in it, the library checks. */
  @IsOptional()
  @IsObject({ message: 'must be an object {"token", "encodingAesKey"}, as the console shows them' })
  push?: PushOptions;
}

/** One entry of `WEIXIN_ACCOUNTS`. */
export class AccountVariable extends PublicAccountVariable implements WeixinAccountOptions {
  @Matches(/\S/, { message: 'must be the AppSecret of the account' })
  appSecret!: string;
}

/** The same with `WEIXIN_TOKEN_ROLE=remote`. */
export class RemoteAccountVariable extends PublicAccountVariable implements WeixinAccountOptions {
  @Refused('must be removed: with WEIXIN_TOKEN_ROLE=remote only the central holds the secret')
  appSecret?: never;
}
