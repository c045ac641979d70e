import { hash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const MASK = '[redacted]';

/**
 * A value that must not be seen. It prints, serialises and inspects as `[redacted]`; only {@link reveal}
 * gives it out, so every place that uses a secret can be found by that name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/**
 * SHA-256 as 43 characters of base64url: what is stored in place of a secret that only has to be recognised.
 */
export function digest(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** Compares in constant time, whatever the lengths, by comparing the digests. */
export function sameSecret(a: string, b: string): boolean {
  return sameDigest(digest(a), digest(b));
}

/** Compares two of {@link digest} in constant time. That they are as long as each other is no secret. */
export function sameDigest(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
