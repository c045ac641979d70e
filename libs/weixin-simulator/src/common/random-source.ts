import { createHash, randomBytes } from 'node:crypto';

/** The only source of randomness: a SHA-256 counter stream, the same for the same seed. */
export class RandomSource {
  private counter = 0;
  private pool = Buffer.alloc(0);

  constructor(private readonly seed: string = randomBytes(16).toString('hex')) {}

  bytes(length: number): Buffer {
    while (this.pool.length < length) {
      const block = createHash('sha256')
        .update(`${this.seed}:${this.counter++}`)
        .digest();
      this.pool = Buffer.concat([this.pool, block]);
    }
    const taken = this.pool.subarray(0, length);
    this.pool = this.pool.subarray(length);
    return taken;
  }

  hex(length: number): string {
    return this.bytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  }

  base64url(length: number): string {
    return this.bytes(Math.ceil((length * 3) / 4))
      .toString('base64url')
      .slice(0, length);
  }

  /** At least 0, below 1. */
  fraction(): number {
    return this.bytes(4).readUInt32BE() / 2 ** 32;
  }
}
