import { IsOptional } from 'class-validator';
import { IsChoice, IsSetAndFit, type OptionChecks } from '../kernel/option-checks.js';
import { Secret } from '../kernel/secret.js';
import { ACCOUNT_KINDS, type AccountKind } from './account-kinds.js';
import {
  type AccountTemplateOptions,
  type GrantChannel,
  resolveTemplates,
} from './account-templates.options.js';
import { type PushConfig, type PushOptions, resolvePush } from './push.options.js';
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

/** One `appId` of the WeChat platform. */
export class WeixinAccountOptions {
  @IsSetAndFit(/^[\w-]{1,32}$/, 'must be 1–32 letters, digits, "_" or "-"')
  appId!: string;

  /**
   * From the console. Never logged, never returned. Required, except with `token.role: 'remote'`, where there
   * must be none.
   */
  appSecret?: string;

  @IsChoice(ACCOUNT_KINDS)
  kind!: AccountKind;

  /**
   * The templates this account may send; others are refused before WeChat is asked. An id alone is a
   * `mini-subscribe` template of a mini-program, and a `one-time` template of every other account.
   */
  templates!: (string | AccountTemplateOptions)[];
  /** @default 'set' */
  @IsChoice(GRANT_RULES)
  grantRule?: GrantRule = 'set';

  /** @default the module's `token.family` */
  @IsOptional()
  @IsChoice(TOKEN_FAMILIES)
  tokenFamily?: TokenFamily;

  /** Deferred messages wait while it lasts; direct sends do not ask. @default none; `null` says the same */
  quietHours?: QuietHoursOptions | null;
  /** Opens `GET` and `POST` `push/:appId` for this account. @default none: both answer 404 */
  push?: PushOptions;
}

export interface AccountConfig {
  readonly appId: string;
  /** Absent in a `remote`. */
  readonly appSecret?: Secret;
  readonly kind: AccountKind;
  /** The channel of each. */
  readonly templates: ReadonlyMap<string, GrantChannel>;
  readonly grantRule: GrantRule;
  readonly tokenFamily: TokenFamily;
  readonly refreshMarginMs: number;
  readonly quietHours?: QuietHours;
  /** Absent: this account takes no pushes. */
  readonly push?: PushConfig;
}

/**
 * Of the `token` options: what an account takes over where it says nothing itself, and whether it has a
 * secret.
 */
interface TokenDefaults {
  role?: 'central' | 'remote';
  family?: TokenFamily;
  refreshMarginSeconds?: number;
}

/** The accounts by appId. */
export function resolveAccounts(
  checks: OptionChecks,
  given: WeixinAccountOptions[] | undefined,
  token: TokenDefaults,
): Map<string, AccountConfig> {
  if (!Array.isArray(given) || given.length === 0) {
    checks.refuse('accounts', 'must list at least one account');
    return new Map();
  }
  const known = new Map<string, AccountConfig>();
  given.forEach((account, index) => {
    const at = `accounts[${index}]`;
    const resolved = resolveAccount(checks, at, account, token);
    if (known.has(resolved.appId) && resolved.appId !== undefined)
      checks.refuse(`${at}.appId`, `"${resolved.appId}" is listed twice`);
    known.set(resolved.appId, resolved);
  });
  return known;
}

function resolveAccount(
  checks: OptionChecks,
  at: string,
  given: WeixinAccountOptions,
  token: TokenDefaults,
): AccountConfig {
  const account = checks.read(at, WeixinAccountOptions, given);
  const { appId, kind, grantRule, tokenFamily = token.family ?? 'token' } = account;
  return Object.freeze({
    appId,
    ...appSecret(checks, `${at}.appSecret`, account.appSecret, token.role === 'remote'),
    kind,
    templates: resolveTemplates(checks, `${at}.templates`, account.templates, kind),
    grantRule: grantRule as GrantRule,
    tokenFamily,
    refreshMarginMs: 1000 * refreshMargin(token.refreshMarginSeconds, tokenFamily),
    quietHours: resolveQuietHours(checks, `${at}.quietHours`, account.quietHours),
    push: resolvePush(checks, `${at}.push`, account.push),
  });
}

function appSecret(
  checks: OptionChecks,
  at: string,
  given: string | undefined,
  isRemote: boolean,
): { appSecret?: Secret } {
  if (!isRemote)
    return { appSecret: new Secret(checks.text(at, given, /^\S+$/, 'must be text without white space')) };
  if (given !== undefined && given !== '')
    checks.refuse(at, 'must be left out with token.role "remote": only the central holds the secret');
  return {};
}

/**
 * `stable_token` answers the same token until 300 s remain (docs/platform.md §4.2), so a larger margin there
 * only repeats the call.
 */
function refreshMargin(seconds: number | undefined, family: TokenFamily): number {
  return family === 'stable' ? Math.min(seconds ?? 290, 290) : (seconds ?? 600);
}
