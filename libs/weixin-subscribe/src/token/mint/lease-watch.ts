import type { Clock } from '../../kernel/clock.js';
import type { HeldLease, TokenKey } from '../store/token.store.js';

/**
 * Remembers since when this process has seen a lease in the same hands. A holder that died is told from one
 * at work by this clock alone, so that processes whose clocks differ never take a lease away too early.
 */
export class LeaseWatch {
  private readonly seen = new Map<string, { fence: number; since: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly leaseMs: (family: TokenKey['family']) => number,
  ) {}

  /**
   * The fence of the lease, if it has been held for longer than a holder may; to be handed to `acquireLease`.
   */
  overdue({ appId, family }: TokenKey, held: HeldLease): number | undefined {
    const name = `${appId}:${family}`;
    const now = this.clock.now();
    const known = this.seen.get(name);
    const isSame = known?.fence === held.fence && known.since <= now;
    const since = isSame ? known.since : now;
    this.seen.set(name, { fence: held.fence, since });
    return now - since >= this.leaseMs(family) ? held.fence : undefined;
  }
}
