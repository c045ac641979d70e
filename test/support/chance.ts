import { randomInt } from 'node:crypto';

/** Randomness that a seed repeats: a test names its seed, so that a failure can be seen again. */
export class Chance {
  private state: number;

  constructor(readonly seed: number = randomInt(2 ** 31)) {
    this.state = seed;
  }

  /** 0 ≤ fraction < 1; mulberry32. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }
}
