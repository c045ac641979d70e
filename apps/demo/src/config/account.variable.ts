import { ArrayNotEmpty, IsArray, IsOptional, Matches } from 'class-validator';
import type { AccountKind, GrantRule, TokenFamily, WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import { NotSupportedYet, OneOf } from './rules.js';

const TEMPLATES = { message: 'must list at least one template id, each 1 to 64 letters, digits, "_" or "-"' };

/** One entry of `WEIXIN_ACCOUNTS`. */
export class AccountVariable implements WeixinAccountOptions {
  @Matches(/^[\w-]{1,32}$/, { message: 'must be 1 to 32 letters, digits, "_" or "-"' })
  appId!: string;

  @Matches(/\S/, { message: 'must be the AppSecret of the account' })
  appSecret!: string;

  @OneOf(['official-account', 'mobile-app', 'mini-program'])
  kind!: AccountKind;

  @IsArray(TEMPLATES)
  @ArrayNotEmpty(TEMPLATES)
  @Matches(/^[\w-]{1,64}$/, { each: true, ...TEMPLATES })
  templates!: string[];

  @IsOptional()
  @OneOf(['set', 'count'])
  grantRule?: GrantRule;

  @IsOptional()
  @OneOf(['token', 'stable'])
  tokenFamily?: TokenFamily;

  @NotSupportedYet()
  push?: never;
}
