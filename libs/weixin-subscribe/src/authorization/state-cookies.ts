import { Injectable } from '@nestjs/common';
import { BrowserRoutesConfig } from '../http/http.options.js';
import type { RequestCookies } from '../http/request-cookies.js';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { digest } from '../kernel/secret.js';
import { AuthorizationConfig } from './authorization.options.js';
import { AuthorizationUrls } from './authorization-urls.js';
import { type BindingCookie, COOKIE_PREFIX, cookieDigest, cookieNameFor } from './browser-binding.js';
import type { Intent } from './intent.types.js';

/**
 * Intents that one browser may have open. A tab has one; servers refuse requests whose headers have more
 * than 8 or 16 KiB.
 */
const MOST_OPEN = 8;
/** Answered intents whose answer one browser may bring again. */
const MOST_ANSWERED = 4;
/**
 * Cookies that one response drops: proxies refuse long headers of responses, too. What is left goes with the
 * next.
 */
const MOST_DROPPED = 16;

/** The moment of the intent in base 36, so that the oldest one is known, and 142 random bits. */
const STAMP_LENGTH = 8;
const RANDOM_LENGTH = 24;
const VALUE = /^[0-9a-z]{8}[0-9A-Za-z]{24}$/;

/**
 * The cookies that tie intents to the browser that asked them. An intent has one until it is answered;
 * then its value moves into a cookie that all answered ones share, so that the same answer is taken again
 * when a page is refreshed or the way back is gone twice.
 *
 * Their path is the narrowest that leads to all routes that need them, rather than `/` as the prefix
 * `__Host-` demands: they are of no use to other pages of the host. On HTTPS they have the prefix
 * `__Secure-`, or `__Host-` where that path is `/`. A sibling domain may therefore set one of the same name;
 * every value that a browser shows is looked at, so that it takes nothing away.
 */
@Injectable()
export class StateCookies {
  constructor(
    private readonly urls: AuthorizationUrls,
    private readonly authorizationConfig: AuthorizationConfig,
    private readonly routesConfig: BrowserRoutesConfig,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  newValue(): string {
    const stamp = this.clock.now().toString(36).padStart(STAMP_LENGTH, '0');
    return stamp + this.random.alphanumeric(RANDOM_LENGTH);
  }

  /** For the browser that asked the intent of `state`. */
  of(state: string, value: string): BindingCookie {
    const cookie = this.cookie('', value);
    return { ...cookie, name: this.prefix(cookie.path) + cookieNameFor(digest(state)) };
  }

  /** The values that may show whose an intent is. */
  shown(stateDigest: string, cookies: Record<string, string | readonly string[] | undefined>): string[] {
    const prefix = this.prefix(this.urls.cookiePath());
    const own = valuesOf(cookies[prefix + cookieNameFor(stateDigest)]);
    return [...own, ...answeredIn(valuesOf(cookies[prefix + ANSWERED]))];
  }

  /**
   * The oldest intents of a browser that makes room for one more. Cookies of a form that is not ours go
   * first.
   */
  surplus(cookies: RequestCookies): BindingCookie[] {
    const prefix = this.prefix(this.urls.cookiePath());
    const open = Object.entries(cookies)
      .filter(([name]) => name.startsWith(prefix) && OPEN.test(name.slice(prefix.length)))
      .map(([name, values]) => ({ name, askedAt: Math.max(...values.map((value) => this.askedAt(value))) }))
      .sort((one, other) => one.askedAt - other.askedAt);
    const surplus = open.slice(0, Math.max(0, open.length - MOST_OPEN + 1));
    return surplus.slice(0, MOST_DROPPED).map(({ name }) => this.dropped(name));
  }

  /**
   * What a browser is to keep when it has brought the answer to `intent`. Nothing, where it showed no cookie
   * of that intent.
   */
  answered(stateDigest: string, { bindingDigest }: Intent, cookies: RequestCookies): BindingCookie[] {
    const prefix = this.prefix(this.urls.cookiePath());
    const name = prefix + cookieNameFor(stateDigest);
    const own = valuesOf(cookies[name]);
    const proof = own.find((value) => cookieDigest(value) === bindingDigest);
    if (proof === undefined) return own.length > 0 ? [this.dropped(name)] : [];
    const values = new Set([proof, ...answeredIn(valuesOf(cookies[prefix + ANSWERED]))]);
    const kept = [...values].slice(0, MOST_ANSWERED).join(SEPARATOR);
    return [this.dropped(name), this.cookie(prefix + ANSWERED, kept)];
  }

  /** One from the future is not ours, or a clock was set back: it must not outlive all others. */
  private askedAt(value: string): number {
    const askedAt = VALUE.test(value) ? Number.parseInt(value.slice(0, STAMP_LENGTH), 36) : 0;
    return askedAt <= this.clock.now() ? askedAt : 0;
  }

  private cookie(name: string, value: string): BindingCookie {
    return {
      name,
      value,
      path: this.urls.cookiePath(),
      maxAgeSeconds: this.authorizationConfig.intentTtlMs / 1000,
      secure: this.isSecure(),
    };
  }

  private dropped(name: string): BindingCookie {
    return { ...this.cookie(name, ''), maxAgeSeconds: 0 };
  }

  private prefix(path: string): string {
    if (!this.isSecure()) return '';
    return path === '/' ? '__Host-' : '__Secure-';
  }

  private isSecure(): boolean {
    return this.routesConfig.publicBaseUrl.protocol === 'https:';
  }
}

const OPEN = new RegExp(`^${COOKIE_PREFIX}[\\w-]{10}$`);
const ANSWERED = `${COOKIE_PREFIX}answered`;
const SEPARATOR = '.';

function answeredIn(values: string[]): string[] {
  return values.flatMap((value) => value.split(SEPARATOR)).filter((value) => VALUE.test(value));
}

const valuesOf = (given: string | readonly string[] | undefined): string[] =>
  given === undefined ? [] : [given].flat();

/**
 * As a line of `Set-Cookie`. Lax: the browser comes back from WeChat by a top-level GET, which Lax lets
 * through; a forged POST it does not. Without a domain, so that no other host is shown it.
 */
export function cookieLine({ name, value, path, maxAgeSeconds, secure }: BindingCookie): string {
  return `${name}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
