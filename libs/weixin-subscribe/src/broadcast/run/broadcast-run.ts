import type { BroadcastOptions } from '../../config/options.js';
import type { Channel } from '../../delivery/channels/channel.js';
import type { Settlement } from '../../delivery/ledger/settlement.js';
import type { SendPauses } from '../../delivery/pauses/send-pauses.js';
import type { GrantProof } from '../../grant/grant.types.js';
import type { Clock } from '../../kernel/clock.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import type { AccountFlow } from './account-flow.js';
import type { EndQueue } from './end-queue.js';
import { Pace } from './pace.js';
import type { RefusalWatch } from './refusal-watch.js';
import type { Senders } from './senders.js';
import { StopSignal } from './stop.js';

/** The most messages of a batch between two writes of how far it may be posted; twice as many of it may be unclear after a crash. */
const MOST_PART = 125;
const LEAST_PART = 10;
/** Of a part, for each sender: to write it down anew must not take longer than to post it. */
const PART_PER_SENDER = 2;
/** A batch is what goes out in this time, and a part of it what goes out in a fifth of it. */
const BATCH_SECONDS = 10;
const PIECES_PER_SECOND = 10;

/** One process at work on one broadcast, from a start to a stop. */
export class BroadcastRun {
  readonly signal = new StopSignal();
  /** How many messages are claimed together. */
  readonly batchSize: number;
  /** How many of a batch may be posted before that is written down anew. */
  readonly parts: number;
  /** How many are given to the senders together. */
  readonly pieces: number;
  private readonly pace: Pace;

  constructor(
    readonly broadcast: BroadcastRecord,
    readonly channel: Channel,
    readonly flow: AccountFlow,
    readonly senders: Senders,
    readonly ends: EndQueue,
    private readonly watch: RefusalWatch,
    private readonly pauses: SendPauses,
    private readonly clock: Clock,
    mostTogether: number,
    { concurrency, ratePerSecond }: Readonly<Required<BroadcastOptions>>,
  ) {
    const rates = [broadcast.rate ?? 0, ratePerSecond].filter((rate) => rate > 0);
    const rate = rates.length > 0 ? Math.min(...rates) : Number.POSITIVE_INFINITY;
    const within = (n: number, most: number) => Math.min(Math.max(1, Math.floor(n)), most);
    this.batchSize = within(rate * BATCH_SECONDS, mostTogether);
    const part = Math.min(Math.max(LEAST_PART, PART_PER_SENDER * concurrency), MOST_PART);
    this.parts = within((rate * BATCH_SECONDS) / 5, part);
    this.pieces = within(rate / PIECES_PER_SECOND, part);
    this.pace = new Pace(broadcast.rate ?? 0);
  }

  /** Waits until so many messages may go out. `false`: the run stops. */
  async turn(n: number): Promise<boolean> {
    const now = this.clock.now();
    const wait = Math.max(this.pace.take(n, now), this.flow.pace.take(n, now));
    if (wait > 0) await Promise.race([this.clock.sleep(wait), this.signal.heard]);
    return this.signal.stop === undefined;
  }

  /** Takes note of how a message ended. `proof`: that of its grant. */
  note(settlement: Settlement, proof: GrantProof | undefined): void {
    if (settlement.errcode !== undefined) this.flow.gotThrough();
    const reason = this.watch.note(settlement, proof === 'unproven');
    if (reason !== undefined) this.signal.raise({ kind: 'pause', cause: 'refused', reason });
  }

  /** Until the pause of its API ends, of which this process knows already. */
  pauseForQuota(reason: string): void {
    const resumesAt = this.pauses.of(this.broadcast.appId, this.channel.path)?.pausedUntil;
    this.signal.raise({ kind: 'pause', cause: 'quota', reason, resumesAt });
  }
}
