import { IsOptional, ValidateNested } from 'class-validator';
import {
  GRANT_RULES,
  type GrantRule,
  TOKEN_FAMILIES,
  type TokenFamily,
} from '../../account/account.options.js';
import { ACCOUNT_KINDS, type AccountKind } from '../../account/account-kinds.js';
import { GRANT_CHANNELS, type GrantChannel } from '../../account/account-templates.options.js';
import { PUSH_FORMATS, PUSH_MODES, type PushFormat, type PushMode } from '../../account/push.options.js';
import { Described } from '../../kernel/schema.js';
import {
  FromDigits,
  IsAppId,
  IsFlag,
  IsLike,
  IsObjects,
  IsOneOf,
  IsPlainObject,
  IsTemplateId,
  IsText,
  IsWhole,
  Nested,
} from '../../kernel/validation.js';

export class AccountParamsDto {
  @IsAppId()
  appId!: string;
}

export class AccountQueryDto {
  /** The appId that the page before this one ended with. */
  @IsOptional()
  @IsAppId()
  after?: string;

  /** How many, 1–100. @default 100 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 100)
  @Described('How many at most', { default: 100 })
  limit?: number;
}

export class AccountTemplateDto {
  @IsTemplateId()
  id!: string;

  @IsOptional()
  @IsOneOf(GRANT_CHANNELS)
  @Described('By default the usual one of the kind of account')
  channel?: GrantChannel;

  @IsOptional()
  @IsFlag()
  @Described("No send uses its permission up; by default as WeChat's list of templates says")
  longTerm?: boolean;
}

export class AccountQuietHoursDto {
  @IsLike(/^([01]\d|2[0-3]):([0-5]\d)$/, 'a time of day as "HH:mm"')
  from!: string;

  @IsLike(/^([01]\d|2[0-3]):([0-5]\d)$/, 'a time of day as "HH:mm"')
  to!: string;

  @IsText(1, 64)
  @Described('IANA name of a time zone', { example: 'Asia/Shanghai' })
  timeZone!: string;
}

export class AccountPushDto {
  @IsOptional()
  @IsLike(/^[A-Za-z0-9]{3,32}$/, '3–32 letters or digits')
  @Described('The Token of the page of message push; write-only')
  token?: string;

  @IsOptional()
  @IsLike(/^[A-Za-z0-9+/]{43}$/, 'the 43 characters that the console shows')
  @Described('The EncodingAESKey of that page; write-only')
  encodingAesKey?: string;

  @IsOptional()
  @IsOneOf(PUSH_MODES)
  mode?: PushMode;

  @IsOptional()
  @IsOneOf(PUSH_FORMATS)
  format?: PushFormat;
}

/** Kinds that hold no secret and no function; `null` is the AppSecret again. */
export const STORED_CREDENTIALS = ['remote', 'authorizer', 'cloud'] as const;

export class AccountCredentialDto {
  @IsOneOf(STORED_CREDENTIALS)
  @Described(
    'remote: token.central gives its tokens · authorizer: it authorised the third-party platform · cloud: through WeChat Cloud Run',
  )
  kind!: (typeof STORED_CREDENTIALS)[number];

  @IsOptional()
  @IsFlag()
  @Described('Of cloud: the environment belongs to another account, which shares it', { default: false })
  shared?: boolean;
}

/** What may be changed of an account. Left out: it stays as it is; `null`: it is taken away. */
export class ChangeAccountDto {
  @IsOptional()
  @IsLike(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable ASCII characters without spaces')
  @Described('The AppSecret; write-only')
  appSecret?: string | null;

  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => AccountCredentialDto)
  @Described('In place of appSecret, which is then to be left out, or taken away by null')
  credential?: AccountCredentialDto | null;

  @IsOptional()
  @IsFlag()
  @Described('false: nothing is sent for it, and WeChat is not called for it', { default: true })
  enabled?: boolean | null;

  @IsOptional()
  @IsOneOf(TOKEN_FAMILIES)
  @Described('By default that of the module')
  tokenFamily?: TokenFamily | null;

  @IsOptional()
  @IsObjects(1, 500)
  @ValidateNested({ each: true })
  @Nested(() => AccountTemplateDto)
  @Described('The templates that it may send, all of them')
  templates?: AccountTemplateDto[] | null;

  @IsOptional()
  @IsOneOf(GRANT_RULES)
  grantRule?: GrantRule | null;

  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => AccountQuietHoursDto)
  quietHours?: AccountQuietHoursDto | null;

  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => AccountPushDto)
  @Described('Message push; what is left out of it stays as it is')
  push?: AccountPushDto | null;
}

export class AddAccountDto extends ChangeAccountDto {
  @IsAppId()
  appId!: string;

  @IsOneOf(ACCOUNT_KINDS)
  kind!: AccountKind;
}
