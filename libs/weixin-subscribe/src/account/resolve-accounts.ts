import type { OptionChecks } from '../config/option-checks.js';
import {
  ACCOUNT_KINDS,
  GRANT_RULES,
  TOKEN_FAMILIES,
  type TokenFamily,
  type TokenOptions,
  type TokenRole,
  type WeixinAccountOptions,
} from '../config/options.js';
import { resolvePush } from '../config/resolve-push.js';
import type { AccountConfig } from '../config/weixin-subscribe.config.js';
import { Secret } from '../kernel/secret.js';
import { resolveQuietHours } from './quiet-hours.js';
import { resolveTemplates } from './resolve-templates.js';

/** The accounts by appId. */
export function resolveAccounts(
  checks: OptionChecks,
  given: WeixinAccountOptions[] | undefined,
  token: TokenOptions,
): Map<string, AccountConfig> {
  const defaults = tokenDefaults(checks, token);
  if (!Array.isArray(given) || given.length === 0) {
    checks.refuse('accounts', 'must list at least one account');
    return new Map();
  }
  const known = new Map<string, AccountConfig>();
  given.forEach((account, index) => {
    const at = `accounts[${index}]`;
    const resolved = resolveAccount(checks, at, checks.section(at, account), defaults);
    if (known.has(resolved.appId) && resolved.appId !== undefined)
      checks.refuse(`${at}.appId`, `"${resolved.appId}" is listed twice`);
    known.set(resolved.appId, resolved);
  });
  return known;
}

/** What an account takes over where it says nothing itself. */
interface TokenDefaults {
  role: TokenRole;
  family: TokenFamily;
  refreshMarginSeconds?: number;
}

function tokenDefaults(
  checks: OptionChecks,
  { role, family, refreshMarginSeconds }: TokenOptions,
): TokenDefaults {
  const unset = refreshMarginSeconds === undefined || refreshMarginSeconds === null;
  return {
    // What is wrong with it is said where the token options are resolved.
    role: role === 'remote' ? 'remote' : 'central',
    family: checks.oneOf('token.family', family, TOKEN_FAMILIES, 'token'),
    refreshMarginSeconds: unset
      ? undefined
      : checks.integer('token.refreshMarginSeconds', refreshMarginSeconds, 600, 60, 3600),
  };
}

function resolveAccount(
  checks: OptionChecks,
  at: string,
  account: Partial<WeixinAccountOptions>,
  token: TokenDefaults,
): AccountConfig {
  const tokenFamily = checks.oneOf(`${at}.tokenFamily`, account.tokenFamily, TOKEN_FAMILIES, token.family);
  const kind = checks.oneOf(`${at}.kind`, account.kind, ACCOUNT_KINDS);
  return Object.freeze({
    appId: checks.text(
      `${at}.appId`,
      account.appId,
      /^[\w-]{1,32}$/,
      'must be 1–32 letters, digits, "_" or "-"',
    ),
    ...appSecret(checks, `${at}.appSecret`, account.appSecret, token.role),
    kind,
    templates: resolveTemplates(checks, `${at}.templates`, account.templates, kind),
    grantRule: checks.oneOf(`${at}.grantRule`, account.grantRule, GRANT_RULES, 'set'),
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
  role: TokenRole,
): { appSecret?: Secret } {
  if (role === 'central')
    return { appSecret: new Secret(checks.text(at, given, /^\S+$/, 'is missing, or contains white space')) };
  if (given !== undefined && given !== '')
    checks.refuse(at, 'must be left out with token.role "remote": only the central holds the secret');
  return {};
}

/** `stable_token` answers the same token until 300 s remain (docs/platform.md §4.2), so a larger margin there only repeats the call. */
function refreshMargin(seconds: number | undefined, family: TokenFamily): number {
  return family === 'stable' ? Math.min(seconds ?? 290, 290) : (seconds ?? 600);
}
