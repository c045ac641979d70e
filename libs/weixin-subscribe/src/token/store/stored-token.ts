import { inspect } from 'node:util';

/** An access_token as a store keeps it. Prints and serialises without its value. */
export class StoredToken {
  readonly #value: string;

  constructor(
    /**
     * The access_token, or what became of it when tokens are encrypted at rest: opaque to a store, up to
     * 4,096 characters.
     */
    value: string,
    /** Recognises the access_token whatever `value` looks like: SHA-256, 43 characters of base64url. */
    readonly digest: string,
    readonly mintedAt: Date,
    readonly expiresAt: Date,
    /**
     * The fence of the lease it was minted under: of two tokens of one account the one with the greater
     * number is the newer.
     */
    readonly generation: number,
  ) {
    this.#value = value;
  }

  get value(): string {
    return this.#value;
  }

  /** The same token, its life ended. */
  expired(): StoredToken {
    return new StoredToken(this.#value, this.digest, this.mintedAt, new Date(0), this.generation);
  }

  [inspect.custom](): string {
    return `StoredToken { value: [redacted], expiresAt: ${this.expiresAt.toISOString()} }`;
  }
}
