import { Transform } from 'class-transformer';
import { IsIn, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import { SERVICE_SCOPES, type ServiceScope } from 'nestjs-weixin-subscribe';

const SERVICE_KEY = /^[\x21-\x7e]{16,512}$/;

/**
 * One rule with the sentence that follows the variable's name. Values are never repeated: some are secrets.
 */
function rule(name: string, expected: string, holds: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({ name, validator: { validate: holds, defaultMessage: () => expected } });
}

/**
 * The value as it stands in the variable; text that is no JSON stays text and is refused by the rules of its
 * property.
 */
export function parseJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}

/** A whole number written in digits. */
export function WholeNumber(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${max}`;
  return all(
    Transform(({ value }) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value)),
    Min(min, { message }),
    Max(max, { message }),
  );
}

/** One of a few words. */
export function OneOf(words: readonly string[]): PropertyDecorator {
  return IsIn(words, { message: `must be ${words.map((word) => `"${word}"`).join(' or ')}` });
}

/** The address of a server: http or https, at most with a path. */
export const HttpUrl = (): PropertyDecorator =>
  rule('httpUrl', 'must be an http or https address such as https://api.weixin.qq.com', isHttpUrl);

/** The address of this app: without a path, because its pages live at the root. */
export const HttpOrigin = (): PropertyDecorator =>
  rule(
    'httpOrigin',
    'must be the http or https address of this app without a path, such as https://remind.example.com',
    (value) => isHttpUrl(value) && new URL(value).pathname === '/',
  );

/**
 * The simulator, which has to be the platform of the accounts as well: what its people accept is written to
 * the ledger, and would be a grant that nobody gave at the real WeChat.
 */
export function SimulatorUrl(): PropertyDecorator {
  return all(
    IsOptional(),
    ValidateBy({
      name: 'simulatorUrl',
      validator: {
        validate: (value, about) => isHttpUrl(value) && isPlatform(value, about?.object),
        defaultMessage: () =>
          'must be the http or https address of the simulator, the same as WEIXIN_API_BASE_URL; with the real WeChat leave it out',
      },
    }),
  );
}

function isPlatform(url: string, environment: unknown): boolean {
  const { WEIXIN_API_BASE_URL: platform } = Object(environment) as { WEIXIN_API_BASE_URL?: unknown };
  return isHttpUrl(platform) && new URL(platform).origin === new URL(url).origin;
}

/** Addresses with commas between them. */
export function HttpUrls(): PropertyDecorator {
  return all(
    Transform(({ value }) =>
      typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value,
    ),
    rule(
      'httpUrls',
      'must be http or https addresses with commas between them, such as https://a.example.com,https://b.example.com/courses',
      (value) => Array.isArray(value) && value.every(isHttpUrl),
    ),
  );
}

/**
 * Name → key, or name → the two keys that are valid while one replaces the other, or name →
 * `{keys, scopes?, accounts?}` for a client with fewer rights. Which accounts there are the library knows
 * better.
 */
export function ServiceKeys(): PropertyDecorator {
  return all(
    Transform(({ value }) => parseJson(value)),
    rule(
      'serviceKeys',
      'must be a JSON object of names and keys, at most two each, of 16 to 512 printable ASCII characters without spaces, such as {"courses":"<random key>"}, ' +
        `or {"courses":{"keys":"<random key>","scopes":["token:read"],"accounts":["wx…"]}} with the scopes ${SERVICE_SCOPES.join(', ')}`,
      (value) => isPlainObject(value) && Object.values(value).every(isServiceClient),
    ),
  );
}

function isServiceClient(value: unknown): boolean {
  if (!isPlainObject(value)) return areKeys(value);
  const { keys, scopes, accounts, ...others } = value;
  const isList = (list: unknown, holds: (one: unknown) => boolean) =>
    list === undefined || (Array.isArray(list) && list.length > 0 && list.every(holds));
  return (
    areKeys(keys) &&
    isList(scopes, (scope) => SERVICE_SCOPES.includes(scope as ServiceScope)) &&
    isList(accounts, (appId) => typeof appId === 'string') &&
    Object.keys(others).length === 0
  );
}

function areKeys(value: unknown): boolean {
  const keys = [value].flat();
  return (
    (keys.length === 1 || keys.length === 2) &&
    keys.every((key) => typeof key === 'string' && SERVICE_KEY.test(key))
  );
}

/** No two entries of a list with the same `key`. */
export const DistinctBy = (key: string): PropertyDecorator =>
  rule('distinctBy', `must not list the same ${key} twice`, (value) => {
    const keys = Array.isArray(value) ? value.map((entry) => entry?.[key]) : [];
    return new Set(keys).size === keys.length;
  });

/** For what must not be there. */
export function Refused(why: string): PropertyDecorator {
  return all(
    IsOptional(),
    rule('refused', why, () => false),
  );
}

/** Needed with `WEIXIN_TOKEN_ROLE=remote`, and without use otherwise. */
function onlyForRemote(expected: string, holds: (value: unknown) => boolean): PropertyDecorator {
  const problem = (value: unknown, environment: unknown) => {
    if (!isRemote(environment))
      return value === undefined
        ? undefined
        : 'is used only with WEIXIN_TOKEN_ROLE=remote; remove it, or set that';
    if (value === undefined) return 'must be set with WEIXIN_TOKEN_ROLE=remote';
    return holds(value) ? undefined : expected;
  };
  return ValidateBy({
    name: 'onlyForRemote',
    validator: {
      validate: (value, about) => problem(value, about?.object) === undefined,
      defaultMessage: (about) => problem(about?.value, about?.object) ?? '',
    },
  });
}

/** Where the central's endpoints are. */
export const CentralUrl = (): PropertyDecorator =>
  onlyForRemote('must be an http or https address such as https://token.example.com/weixin', isHttpUrl);

/** One of our keys there. */
export const CentralKey = (): PropertyDecorator =>
  onlyForRemote(
    'must be 16 to 512 printable ASCII characters without spaces',
    (value) => typeof value === 'string' && SERVICE_KEY.test(value),
  );

export function isRemote(environment: unknown): boolean {
  return (environment as { WEIXIN_TOKEN_ROLE?: string } | undefined)?.WEIXIN_TOKEN_ROLE === 'remote';
}

function isHttpUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}
