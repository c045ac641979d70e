import { inspect } from 'node:util';

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
