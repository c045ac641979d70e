import { describe } from '../kernel/describe.js';
import { notAmong, type OptionChecks } from '../kernel/option-checks.js';
import { Secret } from '../kernel/secret.js';
import { sayUnfit, unfitCharacter } from '../kernel/text.js';
import type { ServiceKey } from './http.options.js';
import { ServiceClient } from './service-client.js';
import { SERVICE_SCOPES, type ServiceScope } from './service-scopes.js';

/** One of the company's services, and what it may do. */
export class ServiceClientOptions {
  /**
   * Its key, or two while one is being replaced: both are valid. 16–512 printable ASCII characters each. For
   * a client that shows it as the `secret` of an SDK take letters and digits only, since some SDKs do not
   * encode it.
   */
  keys!: string | undefined | (string | undefined)[];
  /** @default all */
  scopes?: ServiceScope[];
  /** appIds of `accounts`. @default all */
  accounts?: string[];
}

/**
 * Name → key, keys, or a client with fewer rights than all. A key that is `undefined`, as a variable of the
 * environment that is not set, stops the start and is named.
 */
export type ServiceKeysOption = Record<
  string,
  string | undefined | (string | undefined)[] | ServiceClientOptions
>;

/** One to replace the other, and no more: a third is one that somebody forgot. */
const MOST_KEYS = 2;

/**
 * Every key with the client it belongs to.
 * @param accounts all there are; `undefined`: others may come while the application runs
 */
export function resolveServiceKeys(
  checks: OptionChecks,
  options: ServiceKeysOption | undefined,
  accounts: ReadonlyMap<string, unknown> | undefined,
): ServiceKey[] {
  const all: ServiceKey[] = [];
  for (const [name, written] of Object.entries(checks.section('serviceKeys', options))) {
    if (name === '' || name.length > 64)
      checks.refuse(
        'serviceKeys',
        `has ${name === '' ? 'an empty name' : 'a name of more than 64 characters'}`,
      );
    // It is written down with whatever the client does.
    const unfit = unfitCharacter(name);
    if (unfit) checks.refuse('serviceKeys', `has a name that holds ${sayUnfit(unfit)}`);
    const at = `serviceKeys.${name}`;
    const { keys, ...rights } = isDetailed(written)
      ? checks.pick(at, ServiceClientOptions, written)
      : { keys: written };
    const client = new ServiceClient(
      name,
      scopesOf(checks, at, rights),
      accountsOf(checks, at, rights, accounts),
    );
    addKeys(checks, isDetailed(written) ? `${at}.keys` : at, keys, client, all);
  }
  return all;
}

function isDetailed(written: ServiceKeysOption[string] | undefined): written is ServiceClientOptions {
  return written !== null && typeof written === 'object' && !Array.isArray(written);
}

function addKeys(
  checks: OptionChecks,
  at: string,
  keys: string | undefined | (string | undefined)[],
  client: ServiceClient,
  all: ServiceKey[],
): void {
  const list = [keys].flat();
  if (list.length === 0) checks.refuse(at, 'lists no key: give one, or leave the name out');
  if (list.length > MOST_KEYS)
    checks.refuse(at, `lists ${list.length} keys; ${MOST_KEYS} at most, while one replaces the other`);
  for (const key of list) {
    checks.text(at, key, /^[\x21-\x7e]{16,512}$/, 'must be 16–512 printable ASCII characters without spaces');
    if (typeof key === 'string' && all.some((other) => other.key.reveal() === key))
      checks.refuse(at, 'repeats a key of another entry');
    all.push({ key: new Secret(String(key)), client });
  }
}

function scopesOf(
  checks: OptionChecks,
  at: string,
  { scopes }: Partial<ServiceClientOptions>,
): Set<ServiceScope> {
  const listed = listOf(checks, `${at}.scopes`, scopes);
  for (const scope of listed ?? []) {
    if (!SERVICE_SCOPES.includes(scope)) checks.refuse(`${at}.scopes`, notAmong(SERVICE_SCOPES, scope));
  }
  return new Set(listed ?? SERVICE_SCOPES);
}

function accountsOf(
  checks: OptionChecks,
  at: string,
  { accounts }: Partial<ServiceClientOptions>,
  known: ReadonlyMap<string, unknown> | undefined,
): Set<string> | undefined {
  const listed = listOf(checks, `${at}.accounts`, accounts);
  for (const appId of listed ?? []) {
    if (known && !known.has(appId))
      checks.refuse(`${at}.accounts`, `names ${describe(appId)}, which is not one of "accounts"`);
  }
  return listed && new Set(listed);
}

/**
 * `undefined`: left out. An empty list would close every endpoint, which leaving the client out does more
 * plainly.
 */
function listOf<T>(checks: OptionChecks, at: string, given: T[] | undefined): T[] | undefined {
  if (given === undefined || given === null) return undefined;
  if (Array.isArray(given) && given.length > 0) return given;
  checks.refuse(at, 'must be a list of at least one, or be left out, which means all');
  return undefined;
}
