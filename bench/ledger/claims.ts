import type { GrantCursor } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { claim, claimBatch } from '../../test/support/library-parts.js';
import { type Cost, costOf } from '../support/measure.js';
import { KEY, openidOf } from './fill.js';
import { CONTENT, type Ledger } from './ledger.js';

const BATCH = 500;

/**
 * Claims by key, spread over the newer half of what is available, and batches from its old end. Each claim
 * takes another grant.
 * @param available how many there are
 * @param singles how many of them claims by key will take in all
 */
export class Claims {
  private claimed = 0;
  private after?: GrantCursor;
  private readonly step: number;

  constructor(
    private readonly ledger: Ledger,
    private readonly scene: number,
    private readonly available: number,
    singles: number,
  ) {
    this.step = Math.max(1, Math.floor(available / 2 / singles));
  }

  /** The next person who has a grant and was not asked before. */
  nextKey() {
    const person = this.available - 1 - this.claimed++ * this.step;
    return { ...KEY, openid: openidOf(person), scene: this.scene };
  }

  /** `n` claims, one statement each. */
  one(n: number): Promise<Cost> {
    return costOf(async () => {
      const { parts } = this.ledger;
      for (let at = 0; at < n; at++) {
        if (!(await claim(parts, this.nextKey(), parts.random.id(parts.clock.now() + this.claimed))))
          throw new Error('a grant that was there could not be claimed');
      }
      return n;
    }, this.ledger);
  }

  /** `n` batches of 500 with their messages, behind one another. */
  batches(n: number): Promise<Cost> {
    return costOf(async () => {
      let grants = 0;
      for (let at = 0; at < n; at++) {
        const from = { ...KEY, scene: this.scene, after: this.after };
        const batch = await claimBatch(this.ledger.parts, { from, limit: BATCH, ...CONTENT });
        if (batch.length !== BATCH) throw new Error(`a batch of ${batch.length}`);
        this.after = batch.at(-1);
        grants += batch.length;
      }
      return grants;
    }, this.ledger);
  }
}
