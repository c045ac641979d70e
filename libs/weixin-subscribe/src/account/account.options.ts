import { IsOptional } from 'class-validator';
import { IsChoice, IsSetAndFit, type OptionChecks } from '../kernel/option-checks.js';
import { IsFlag } from '../kernel/validation.js';
import {
  type ApiSecurityConfig,
  type ApiSecurityOptions,
  resolveApiSecurity,
} from '../weixin/signing/api-security.options.js';
import { ACCOUNT_KINDS, type AccountKind } from './account-kinds.js';
import {
  type AccountTemplateOptions,
  type GrantChannel,
  resolveTemplates,
} from './account-templates.options.js';
import type { ComponentPlatform } from './component.options.js';
import {
  type CredentialConfig,
  type CredentialDefaults,
  type CredentialOptions,
  resolveCredential,
} from './credential.options.js';
import {
  type PrivateNetworkPushOptions,
  type PushConfig,
  type PushOptions,
  resolvePush,
} from './push.options.js';
import { type QuietHours, type QuietHoursOptions, resolveQuietHours } from './quiet-hours.js';

/**
 * `token`: `GET /cgi-bin/token`, each mint kills the older token. `stable`: `POST /cgi-bin/stable_token`.
 * They do not affect each other.
 */
export const TOKEN_FAMILIES = ['token', 'stable'] as const;
export type TokenFamily = (typeof TOKEN_FAMILIES)[number];

/**
 * Of the channel `one-time`. `set`: several confirms under one scene are one grant (what the platform
 * documents). `count`: each confirm adds one.
 */
export const GRANT_RULES = ['set', 'count'] as const;
export type GrantRule = (typeof GRANT_RULES)[number];

/** One `appId` of the WeChat platform, as far as its access_token is concerned. */
export class TokenAccountOptions {
  @IsSetAndFit(/^[\w-]{1,32}$/, 'must be 1–32 letters, digits, "_" or "-"')
  appId!: string;

  /**
   * From the console. Never logged, never returned. Required, except with `token.role: 'remote'` or another
   * `credential`, where there must be none.
   */
  appSecret?: string;

  /** How WeChat is called for it. @default `secret` with `appSecret`; `remote` with `token.role: 'remote'` */
  credential?: CredentialOptions;

  @IsChoice(ACCOUNT_KINDS)
  kind!: AccountKind;

  /** @default the module's `token.family` */
  @IsOptional()
  @IsChoice(TOKEN_FAMILIES)
  tokenFamily?: TokenFamily;

  /**
   * `false`: switched off. Nothing is sent for it and WeChat is not called for it; deferred messages wait,
   * and broadcasts pause.
   * @default true
   */
  @IsFlag()
  enabled?: boolean = true;
}

/** One `appId` of the WeChat platform. */
export class WeixinAccountOptions extends TokenAccountOptions {
  /**
   * The templates this account may send; others are refused before WeChat is asked. An id alone is a
   * `mini-subscribe` template of a mini-program, and a `one-time` template of every other account.
   */
  templates!: (string | AccountTemplateOptions)[];
  /** @default 'set' */
  @IsChoice(GRANT_RULES)
  grantRule?: GrantRule = 'set';

  /** Deferred messages wait while it lasts; direct sends do not ask. @default none; `null` says the same */
  quietHours?: QuietHoursOptions | null;
  /** Opens `GET` and `POST` `push/:appId` for this account. @default none: both answer 404 */
  push?: PushOptions | PrivateNetworkPushOptions;
  /**
   * Of a mini-program whose console has API security (API 安全) switched on. @default none: calls go in clear
   */
  apiSecurity?: ApiSecurityOptions;
}

export interface AccountConfig {
  readonly appId: string;
  readonly credential: CredentialConfig;
  readonly kind: AccountKind;
  readonly enabled: boolean;
  /** Why, where nobody switched it off: its owner took the authorisation back. */
  readonly disabledBecause?: string;
  /** The channel of each. */
  readonly templates: ReadonlyMap<string, GrantChannel>;
  /** Of the templates where the options say whether it is long-term; see `Accounts.isLongTerm`. */
  readonly longTerm: ReadonlyMap<string, boolean>;
  readonly grantRule: GrantRule;
  readonly tokenFamily: TokenFamily;
  readonly refreshMarginMs: number;
  readonly quietHours?: QuietHours;
  /** Absent: this account takes no pushes. */
  readonly push?: PushConfig;
  /** Absent: calls go in clear. */
  readonly apiSecurity?: ApiSecurityConfig;
}

/**
 * Of the `token` options: what an account takes over where it says nothing itself, and whether it has a
 * secret.
 */
export interface TokenDefaults extends CredentialDefaults {
  component?: ComponentPlatform;
  family?: TokenFamily;
  refreshMarginSeconds?: number;
}

/**
 * The accounts by appId.
 * @param sourced whether a source has some as well, so that there need be none here
 * @param resolve {@link resolveAccount}, or {@link resolveTokenAccount} where nothing else is needed of them
 */
export function resolveAccounts<Given extends TokenAccountOptions>(
  checks: OptionChecks,
  given: Given[] | undefined,
  token: TokenDefaults,
  resolve: (checks: OptionChecks, at: string, given: Given, token: TokenDefaults) => AccountConfig,
  sourced = false,
): Map<string, AccountConfig> {
  if (sourced && (given === undefined || given === null)) return new Map();
  if (!Array.isArray(given) || (given.length === 0 && !sourced)) {
    checks.refuse('accounts', 'must list at least one account');
    return new Map();
  }
  const known = new Map<string, AccountConfig>();
  given.forEach((account, index) => {
    const at = `accounts[${index}]`;
    const resolved = resolve(checks, at, account, token);
    if (known.has(resolved.appId) && resolved.appId !== undefined)
      checks.refuse(`${at}.appId`, `"${resolved.appId}" is listed twice`);
    known.set(resolved.appId, resolved);
  });
  return known;
}

export function resolveAccount(
  checks: OptionChecks,
  at: string,
  given: WeixinAccountOptions,
  token: TokenDefaults,
): AccountConfig {
  const account = checks.read(at, WeixinAccountOptions, given);
  return Object.freeze({
    ...tokenAccount(checks, at, account, token),
    ...resolveTemplates(checks, `${at}.templates`, account.templates, account.kind),
    grantRule: account.grantRule as GrantRule,
    quietHours: resolveQuietHours(checks, `${at}.quietHours`, account.quietHours),
    push: pushOf(checks, `${at}.push`, account, token),
    apiSecurity: securityOf(checks, `${at}.apiSecurity`, account),
  });
}

/** Pushes of accounts that authorised a third-party platform come to the platform, with its keys. */
function pushOf(
  checks: OptionChecks,
  at: string,
  { push, credential }: WeixinAccountOptions,
  { component }: TokenDefaults,
): PushConfig | undefined {
  if (push?.mode === 'private-network' && credential?.kind !== 'cloud')
    checks.refuse(`${at}.mode`, 'must be a signed one: "private-network" is for the credential "cloud"');
  if (credential?.kind !== 'authorizer') return resolvePush(checks, at, push);
  if (push !== undefined && push !== null)
    checks.refuse(at, 'must be left out: the pushes of an authorizer come with the keys of "component"');
  return (
    component &&
    Object.freeze({
      token: component.token,
      encodingAesKey: component.encodingAesKey,
      mode: 'safe' as const,
      format: 'xml' as const,
      sealedFor: component.appId,
    })
  );
}

/** WeChat has it for mini-programs only (docs/platform.md §13.1). */
function securityOf(
  checks: OptionChecks,
  at: string,
  { apiSecurity, kind, appId, credential }: WeixinAccountOptions,
): ApiSecurityConfig | undefined {
  const config = resolveApiSecurity(checks, at, apiSecurity, appId);
  if (config && kind !== 'mini-program')
    checks.refuse(at, `is for accounts of kind "mini-program", and this one is a "${kind}"`);
  if (config && credential?.kind === 'cloud')
    checks.refuse(at, 'must be left out: calls of the credential "cloud" are secured by its relay');
  return config;
}

/** An account of a token service that is used alone: it has no templates, so it can send nothing. */
export function resolveTokenAccount(
  checks: OptionChecks,
  at: string,
  given: TokenAccountOptions,
  token: TokenDefaults,
): AccountConfig {
  const account = checks.read(at, TokenAccountOptions, given);
  return Object.freeze({
    ...tokenAccount(checks, at, account, token),
    templates: new Map(),
    longTerm: new Map(),
    grantRule: 'set',
  });
}

function tokenAccount(
  checks: OptionChecks,
  at: string,
  { appId, appSecret, credential, kind, ...account }: TokenAccountOptions,
  token: TokenDefaults,
) {
  const tokenFamily = account.tokenFamily ?? token.family ?? 'token';
  return {
    appId,
    credential: resolveCredential(checks, at, { appSecret, credential }, token),
    kind,
    enabled: account.enabled !== false,
    tokenFamily,
    refreshMarginMs: 1000 * refreshMargin(token.refreshMarginSeconds, tokenFamily),
  };
}

/**
 * `stable_token` answers the same token until 300 s remain (docs/platform.md §4.2), so a larger margin there
 * only repeats the call.
 */
function refreshMargin(seconds: number | undefined, family: TokenFamily): number {
  return family === 'stable' ? Math.min(seconds ?? 290, 290) : (seconds ?? 600);
}
