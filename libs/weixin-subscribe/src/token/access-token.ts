import { inspect } from 'node:util';

/** The documented lifetime of an access_token, and the longest we believe. */
export const LIFETIME_SECONDS = 7200;

/** The characters that an HTTP header and a query carry, in the room that WeChat's documentation asks for. */
export const TOKEN_PATTERN = /^[\x21-\x7e]{1,512}$/;
export const TOKEN_SHAPE = '1 to 512 printable ASCII characters';

/**
 * Anything else could not be sent, stored or reported: WeChat, a central or a store that gives it gave no
 * token.
 */
export function isAccessToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN_PATTERN.test(value);
}

/** A live access_token. It prints and serialises without its value, so that it can not slip into a log. */
export class AccessToken {
  readonly #accessToken: string;

  constructor(
    accessToken: string,
    readonly mintedAt: Date,
    readonly expiresAt: Date,
    /** Grows with every mint of the account: of two tokens the one with the greater number is the newer. */
    readonly generation: number,
  ) {
    this.#accessToken = accessToken;
  }

  get accessToken(): string {
    return this.#accessToken;
  }

  [inspect.custom](): string {
    return `AccessToken { accessToken: [redacted], expiresAt: ${this.expiresAt.toISOString()} }`;
  }
}
