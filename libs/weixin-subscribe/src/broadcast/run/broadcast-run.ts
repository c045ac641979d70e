import type { Channel } from '../../delivery/channels/channel.js';
import type { Settlement } from '../../delivery/ledger/settlement.js';
import type { GrantProof } from '../../grant/grant.types.js';
import type { BroadcastRecord, PauseCause } from '../broadcast.types.js';
import type { AccountLimiter, RateLimiter } from './account-limiter.js';
import type { BatchSizes } from './batch-sizes.js';
import type { RefusalWatch } from './refusal-watch.js';

/**
 * Why a run ends before nobody is left. `pause`: the broadcast pauses · `wait`: it continues when the limiter
 * of its account is open again · `changed`: its state was changed elsewhere, or another process works on it ·
 * `closing`: the application closes.
 */
export type StopReason =
  | { kind: 'pause'; cause: PauseCause; reason: string; resumesAt?: Date }
  | { kind: 'wait'; reason: string }
  | { kind: 'changed' }
  | { kind: 'closing' };

/** The work of this process on one broadcast, from a start to a stop. */
export class BroadcastRun {
  readonly limiter: RateLimiter;
  private readonly controller = new AbortController();

  constructor(
    readonly broadcast: BroadcastRecord,
    readonly channel: Channel,
    readonly account: AccountLimiter,
    readonly sizes: BatchSizes,
    private readonly refusals: RefusalWatch,
  ) {
    this.limiter = account.forBroadcast(broadcast.rate);
  }

  /** Aborts when the run stops. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get stopReason(): StopReason | undefined {
    return this.signal.aborted ? (this.signal.reason as StopReason) : undefined;
  }

  /** The first reason counts. */
  stop(reason: StopReason): void {
    this.controller.abort(reason);
  }

  /** Counts an outcome; too many refusals stop the run. @param proof of the message's grant */
  count(settlement: Settlement, proof: GrantProof | undefined): void {
    if (settlement.errcode !== undefined) this.account.reached();
    const reason = this.refusals.note(settlement, proof === 'unproven');
    if (reason !== undefined) this.stop({ kind: 'pause', cause: 'refused', reason });
  }
}
