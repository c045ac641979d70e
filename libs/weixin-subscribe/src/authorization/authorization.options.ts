import type { SubjectResolver } from '../http/http.options.js';
import { IsChoice, type OptionChecks } from '../kernel/option-checks.js';
import { IsWhole } from '../kernel/validation.js';
import { allowedAddress } from './return-addresses.js';

export const OAUTH_MODES = ['off', 'base'] as const;

export class AuthorizationOptions {
  /**
   * Where a browser may be sent after it answered: absolute URLs; the origin must be equal and the path must
   * start with the path given here (whole segments). Everything else is refused.
   * @default the origin of `publicBaseUrl`
   */
  returnTo?: string[];
  /**
   * Used when a caller of `GET authorize` names none. Must itself be allowed. Without it `returnTo` is
   * required.
   */
  defaultReturnTo?: string;
  /**
   * The address of our callback as the browser sees it. Needed only where a proxy rewrites the path, where a
   * prefix of the host has a parameter, or where the host answers the callback itself.
   * @default `publicBaseUrl` + the path that Nest mounts it at: `/weixin/callback`, moved by
   * `setGlobalPrefix`, URI versioning and `RouterModule`
   */
  callbackUrl?: string;
  /** How long an intent may wait for its answer, 30–86,400 s. @default 600 */
  @IsWhole(30, 86_400)
  intentTtlSeconds?: number = 600;

  /**
   * How the openid of the web flow is proven. `base`: `GET authorize` goes through WeChat's silent OAuth
   * (snsapi_base) first, and only the openid that it gave may confirm; the host of `publicBaseUrl` must be an
   * OAuth domain (网页授权域名) of the account. Left out where `subject` gives the openid. `off`: the openid is
   * what the browser says, unproven.
   * @default 'off'
   */
  @IsChoice(OAUTH_MODES)
  oauth?: (typeof OAUTH_MODES)[number] = 'off';

  /**
   * As `callbackUrl`, of the way back from WeChat's OAuth.
   * @default `publicBaseUrl` + the path that Nest mounts it at: `/weixin/oauth/callback`
   */
  oauthCallbackUrl?: string;

  subject?: SubjectResolver;
}

export abstract class AuthorizationConfig {
  abstract readonly returnTo: readonly URL[];
  abstract readonly defaultReturnTo?: string;
  /** Absent: derived from how Nest mounts the route. */
  abstract readonly callbackUrl?: string;
  abstract readonly intentTtlMs: number;
  /** Where the confirm page is, without a slash at the end. */
  abstract readonly mpBaseUrl: string;
  abstract readonly oauth: (typeof OAUTH_MODES)[number];
  /** Absent: derived from how Nest mounts the route. */
  abstract readonly oauthCallbackUrl?: string;
  /** Where OAuth is, without a slash at the end. */
  abstract readonly openBaseUrl: string;
}

/** What the options beside the section say. */
interface PlatformPages {
  mpBaseUrl?: string;
  openBaseUrl?: string;
  /** This process holds no AppSecret. */
  isRemote: boolean;
}

export function resolveAuthorization(
  checks: OptionChecks,
  section: AuthorizationOptions | undefined,
  publicBaseUrl: URL,
  { mpBaseUrl, openBaseUrl, isRemote }: PlatformPages,
): AuthorizationConfig {
  const given = checks.read('authorization', AuthorizationOptions, section);
  const returnTo = returnAddresses(checks, given.returnTo ?? [publicBaseUrl.origin]);
  const { defaultReturnTo } = given;
  if (
    defaultReturnTo !== undefined &&
    !(typeof defaultReturnTo === 'string' && allowedAddress(defaultReturnTo, publicBaseUrl, returnTo))
  ) {
    checks.refuse(
      'authorization.defaultReturnTo',
      'is not under one of the addresses of "authorization.returnTo", so every use of it would be refused',
    );
  }
  if (given.subject !== undefined && typeof given.subject !== 'function') {
    checks.refuse('authorization.subject', 'must be a function');
  }
  if (given.oauth === 'base' && isRemote)
    checks.refuse(
      'authorization.oauth',
      '"base" needs the AppSecret, which a process with token.role "remote" does not have',
    );
  return {
    returnTo,
    defaultReturnTo,
    callbackUrl:
      given.callbackUrl === undefined
        ? undefined
        : checks.url('authorization.callbackUrl', given.callbackUrl).href,
    intentTtlMs: 1000 * Number(given.intentTtlSeconds),
    mpBaseUrl: checks.url('mpBaseUrl', mpBaseUrl ?? 'https://mp.weixin.qq.com').href.replace(/\/$/, ''),
    oauth: given.oauth as AuthorizationConfig['oauth'],
    oauthCallbackUrl:
      given.oauthCallbackUrl === undefined
        ? undefined
        : checks.url('authorization.oauthCallbackUrl', given.oauthCallbackUrl).href,
    openBaseUrl: checks
      .url('openBaseUrl', openBaseUrl ?? 'https://open.weixin.qq.com')
      .href.replace(/\/$/, ''),
  };
}

function returnAddresses(checks: OptionChecks, given: string[]): URL[] {
  if (Array.isArray(given) && given.length > 0)
    return given.map((url, index) => checks.url(`authorization.returnTo[${index}]`, url));
  checks.refuse('authorization.returnTo', 'must be a list of at least one address, or be left out');
  return [];
}
