import { IsOptional } from 'class-validator';
import { IsChoice, IsFit, type OptionChecks } from '../kernel/option-checks.js';
import { digest, Secret } from '../kernel/secret.js';
import { IsFlag } from '../kernel/validation.js';

/**
 * `secret`: this library mints with the AppSecret. `remote`: another central of this library gives tokens
 * over HTTP (`token.central`). `custom`: a function of the host gives them. `authorizer`: it authorised the
 * third-party platform that the option `component` describes. `cloud`: this process runs on WeChat Cloud Run,
 * whose relay adds the identity: there is no token.
 */
export const CREDENTIAL_KINDS = ['secret', 'remote', 'custom', 'authorizer', 'cloud'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Why a function of the host is asked for a token. */
export interface AccessTokenRequest {
  appId: string;
  /**
   * The token that WeChat refused (40001, 40014, 42001), if that is why: give another one. Never log it: it
   * may be alive.
   */
  refused?: string;
}

/** What a function of the host gives. */
export interface ProvidedAccessToken {
  /** 1 to 512 printable ASCII characters. */
  accessToken: string;
  /** When it ends; of what is more than two hours ahead, two hours are believed. */
  expiresAt: Date;
}

/**
 * Gives a token of an account whose tokens somebody else mints. Called by one process at a time for all of
 * them: ahead of the end of the last one, and when WeChat refused it. It may take twice `http.timeoutMs`.
 * What it throws is logged without the text of `refused`.
 */
export type AccessTokenProvider = (request: AccessTokenRequest) => Promise<ProvidedAccessToken>;

/** How WeChat is called for an account. */
export class CredentialOptions {
  @IsChoice(CREDENTIAL_KINDS)
  kind!: CredentialKind;

  /** Of `secret`; the same as `appSecret` beside `credential`. Never logged, never returned. */
  @IsOptional()
  @IsFit(/^\S+$/, 'must be text without white space')
  appSecret?: string;

  /** Of `custom`, required there. */
  getAccessToken?: AccessTokenProvider;

  /**
   * Of `cloud`: the environment belongs to another account, which shares it, so that each call names this one
   * (`from_appid`). @default false
   */
  @IsOptional()
  @IsFlag()
  shared?: boolean;
}

/** As the library works with it. `id` tells credentials apart, and is none: a digest. */
export type CredentialConfig =
  | { readonly kind: 'secret'; readonly id: string; readonly appSecret: Secret }
  | { readonly kind: 'remote'; readonly id?: undefined }
  | { readonly kind: 'custom'; readonly id?: undefined; readonly getAccessToken: AccessTokenProvider }
  | { readonly kind: 'authorizer'; readonly id?: undefined }
  | { readonly kind: 'cloud'; readonly id?: undefined; readonly shared: boolean };

/** Of the `token` options what decides about credentials. */
export interface CredentialDefaults {
  role?: 'central' | 'remote';
  /** Where accounts with a credential of kind `remote` read. */
  central?: object;
  /** The third-party platform, where there is one. */
  component?: object;
}

/** Which options belong to which kind. */
const OF_KIND: Record<'appSecret' | 'getAccessToken' | 'shared', CredentialKind> = {
  appSecret: 'secret',
  getAccessToken: 'custom',
  shared: 'cloud',
};

/** The `appSecret` of an account, where that is its credential. */
export function secretOf({ credential }: { credential: CredentialConfig }): Secret | undefined {
  return credential.kind === 'secret' ? credential.appSecret : undefined;
}

/**
 * @param at how the account is called in errors
 * @param appSecret the short form of the credential `secret`
 */
export function resolveCredential(
  checks: OptionChecks,
  at: string,
  { appSecret, credential }: { appSecret?: string; credential?: CredentialOptions },
  token: CredentialDefaults,
): CredentialConfig {
  const isRemote = token.role === 'remote';
  if (credential === undefined)
    return isRemote ? withoutSecret(checks, at, appSecret) : secret(checks, `${at}.appSecret`, appSecret);
  const here = `${at}.credential`;
  const given = checks.read(here, CredentialOptions, credential);
  refuseOthers(checks, here, given);
  if (isRemote && given.kind !== 'remote')
    checks.refuse(
      `${here}.kind`,
      'must be "remote" with token.role "remote"; leave the role out, so that each account has its own',
    );
  if (given.kind === 'secret') {
    if (appSecret !== undefined && given.appSecret !== undefined)
      checks.refuse(`${here}.appSecret`, `stands in "${at}.appSecret" already; leave one of them out`);
    const isInside = given.appSecret !== undefined;
    return secret(
      checks,
      isInside ? `${here}.appSecret` : `${at}.appSecret`,
      isInside ? given.appSecret : appSecret,
    );
  }
  if (appSecret !== undefined && appSecret !== '')
    checks.refuse(`${at}.appSecret`, `must be left out with a credential of kind "${given.kind}"`);
  if (given.kind === 'remote') return remote(checks, here, token);
  if (given.kind === 'custom') return custom(checks, here, given.getAccessToken);
  if (given.kind === 'authorizer') return authorizer(checks, here, token);
  if (given.kind === 'cloud') return { kind: 'cloud', shared: given.shared ?? false };
  // Refused above.
  return { kind: 'remote' };
}

function secret(checks: OptionChecks, at: string, given: string | undefined): CredentialConfig {
  const text = checks.text(at, given, /^\S+$/, 'must be text without white space');
  return { kind: 'secret', appSecret: new Secret(text), id: digest(String(text)).slice(0, 16) };
}

function withoutSecret(checks: OptionChecks, at: string, given: string | undefined): CredentialConfig {
  if (given !== undefined && given !== '')
    checks.refuse(
      `${at}.appSecret`,
      'must be left out with token.role "remote": only the central holds the secret',
    );
  return { kind: 'remote' };
}

function remote(checks: OptionChecks, at: string, { role, central }: CredentialDefaults): CredentialConfig {
  if (role !== 'remote' && (central === undefined || central === null))
    checks.refuse(at, 'of kind "remote" needs token.central, which says where the central is');
  return { kind: 'remote' };
}

function custom(
  checks: OptionChecks,
  at: string,
  getAccessToken: AccessTokenProvider | undefined,
): CredentialConfig {
  if (typeof getAccessToken !== 'function')
    checks.refuse(`${at}.getAccessToken`, 'must be a function: a credential of kind "custom" calls it');
  return { kind: 'custom', getAccessToken: getAccessToken as AccessTokenProvider };
}

function authorizer(checks: OptionChecks, at: string, { component }: CredentialDefaults): CredentialConfig {
  if (component === undefined || component === null)
    checks.refuse(at, 'of kind "authorizer" needs the option "component", which describes the platform');
  return { kind: 'authorizer' };
}

function refuseOthers(checks: OptionChecks, at: string, given: CredentialOptions): void {
  for (const [name, kind] of Object.entries(OF_KIND)) {
    const isGiven = given[name as keyof typeof OF_KIND] !== undefined;
    if (isGiven && kind !== given.kind)
      checks.refuse(
        `${at}.${name}`,
        `is for a credential of kind "${kind}", and this one is "${given.kind}"`,
      );
  }
}
