import { redactCookies } from '../kernel/redact.js';
import { digest } from '../kernel/secret.js';

/** Names of our cookies begin with it. */
export const COOKIE_PREFIX = 'weixin_subscribe_';
redactCookies(COOKIE_PREFIX);

/**
 * A cookie that ties one intent to the browser that asked it. One cookie for each intent, so that two
 * tabs do not disturb each other.
 */
export interface BindingCookie {
  name: string;
  value: string;
  /** The narrowest one under which it is shown to all routes that need it. */
  path: string;
  /** 0: the browser drops it. */
  maxAgeSeconds: number;
  secure: boolean;
}

export const cookieNameFor = (stateDigest: string): string => `${COOKIE_PREFIX}${stateDigest.slice(0, 10)}`;
export const cookieDigest = (value: string): string => digest(`cookie:${value}`);
export const subjectDigest = (subjectId: string): string => digest(`subject:${subjectId}`);
