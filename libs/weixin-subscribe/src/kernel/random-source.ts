import { randomInt, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The one source of randomness in this library. */
export abstract class RandomSource {
  /**
   * `length` characters of `[0-9A-Za-z]`, each uniformly random from a cryptographic source (5.95 bits each).
   */
  abstract alphanumeric(length: number): string;
  /** A UUID version 7 for the given moment: unique, and in the order of time, so that an index appends. */
  abstract id(nowMs: number): string;
  /** A number in [0, 1) for jitter. Not for secrets. */
  abstract fraction(): number;
}

@Injectable()
export class CryptoRandomSource extends RandomSource {
  alphanumeric(length: number): string {
    return Array.from({ length }, () => BASE62[randomInt(BASE62.length)]).join('');
  }

  id(nowMs: number): string {
    // After the moment and the version: 74 random bits, and the variant where version 4 has it, too.
    return `${timeOf(nowMs)}-7${randomUUID().slice('xxxxxxxx-xxxx-4'.length)}`;
  }

  fraction(): number {
    return randomInt(2 ** 32) / 2 ** 32;
  }
}

/**
 * Not above any id that {@link RandomSource.id} gives for that moment or later, and above all of earlier
 * moments. Ids are made of the moment that their row records, so a primary key is an index by time as well.
 */
export function firstIdAt(momentMs: number): string {
  return `${timeOf(Math.max(0, momentMs))}-0000-0000-000000000000`;
}

/** The first 48 bits of a UUID version 7. */
function timeOf(momentMs: number): string {
  const hex = momentMs.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
