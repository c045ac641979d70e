import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The one source of randomness in this library. */
export abstract class RandomSource {
  /** `length` characters of `[0-9A-Za-z]`, each uniformly random from a cryptographic source (5.95 bits each). */
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
    return uuidv7({ msecs: nowMs });
  }

  fraction(): number {
    return randomInt(2 ** 32) / 2 ** 32;
  }
}
