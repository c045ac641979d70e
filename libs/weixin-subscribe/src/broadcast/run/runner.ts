import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { quietUntil } from '../../account/quiet-hours.js';
import { WeixinSubscribeConfig } from '../../config/weixin-subscribe.config.js';
import { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import { Channels } from '../../delivery/channels/channels.js';
import { SendPauses } from '../../delivery/pauses/send-pauses.js';
import { BATCH_LIMIT } from '../../grant/grant-batch.repository.js';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { RandomSource } from '../../kernel/random-source.js';
import { TokenUnavailableError } from '../../token/token.errors.js';
import { TokenService } from '../../token/token.service.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastChanges } from '../broadcast-changes.js';
import { AccountFlows } from './account-flow.js';
import { BatchSender } from './batch-sender.js';
import { BroadcastRun } from './broadcast-run.js';
import { Claims, type Walk } from './claims.js';
import { EndQueue } from './end-queue.js';
import { RefusalWatch } from './refusal-watch.js';
import { Senders } from './senders.js';
import type { Stop } from './stop.js';

/** Besides the batches that are being posted: it settles and claims. */
const LANES_BEHIND = 1;
/** Messages whose outcome is not recorded yet, for each that is being posted. */
const UNRECORDED = 4;

/** One batch of a broadcast that many processes work on. */
export interface Share {
  /** 1–500. */
  size: number;
  walk: Walk;
}

/** `end`: nobody is left. `share`: the share is done. */
export type RunEnd = 'end' | 'share' | Stop;

type Next = () => ReturnType<Claims['next']>;

/** Works on broadcasts in this process. */
@Injectable()
export class BroadcastRunner {
  private readonly logger = new LibraryLogger(BroadcastRunner.name);
  private readonly runs = new Set<BroadcastRun>();
  private readonly watches = new Map<string, RefusalWatch>();
  /** All broadcasts of this process together. */
  private readonly senders: Senders;
  private readonly ends: EndQueue;
  private closing = false;
  /** Names this process. */
  readonly owner: string;

  constructor(
    private readonly claims: Claims,
    private readonly sender: BatchSender,
    private readonly changes: BroadcastChanges,
    private readonly batches: MessageBatchRepository,
    private readonly channels: Channels,
    private readonly pauses: SendPauses,
    private readonly tokens: TokenService,
    private readonly flows: AccountFlows,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
    random: RandomSource,
  ) {
    this.owner = random.id(clock.now());
    this.senders = new Senders(config.broadcast.concurrency);
    this.ends = new EndQueue(batches, Math.min(UNRECORDED * config.broadcast.concurrency, BATCH_LIMIT));
  }

  isRunning(id: string): boolean {
    return [...this.runs].some(({ broadcast }) => broadcast.id === id);
  }

  /** Whether this process could go on with it now. */
  isReady({ appId }: BroadcastRecord): boolean {
    return !this.closing && this.config.accounts.has(appId) && this.flows.of(appId).isOpen;
  }

  /** How long its account's flow is closed in this process. */
  closedForMs({ appId }: BroadcastRecord): number {
    return this.flows.of(appId).closedForMs;
  }

  /** Its state was changed: look before anything more is posted. */
  interrupt(id: string): void {
    for (const { broadcast, signal } of this.runs) if (broadcast.id === id) signal.raise({ kind: 'told' });
  }

  close(): void {
    this.closing = true;
    for (const { signal } of this.runs) signal.raise({ kind: 'closing' });
  }

  /**
   * Sends to everybody who is left, or to a `share` of them; or stops for a reason, which is written down. Answers whether somebody may be left.
   * Never rejects.
   */
  async run(broadcast: BroadcastRecord, share?: Share): Promise<RunEnd> {
    const run = this.begin(broadcast);
    this.runs.add(run);
    try {
      const end = (await this.prepare(run)) ? await this.work(run, share) : 'share';
      const { stop } = run.signal;
      if (!stop) return this.forget(broadcast, end);
      if (stop.kind === 'wait')
        this.logger.warn(`broadcast ${broadcast.id}: ${stop.reason}; it goes on in a moment`);
      else this.forget(broadcast, 'end');
      if (stop.kind === 'pause') await this.changes.pause(broadcast, stop);
      return stop;
    } catch (error) {
      const reason = (error as Error).message;
      this.logger.error(`broadcast ${broadcast.id}: ${reason}; it goes on in a moment`);
      return { kind: 'wait', reason };
    } finally {
      this.runs.delete(run);
    }
  }

  private async work(run: BroadcastRun, share: Share | undefined): Promise<'end' | 'share'> {
    const next = this.claimer(run, share);
    if (share) return (await this.lane(run, next, 1)) > 0 ? 'share' : 'end';
    // Until nobody is found in a whole round: while the last batch went out, others may have confirmed.
    for (let sent = 1; sent > 0 && !run.signal.stop; ) {
      const lanes = await Promise.allSettled(this.lanes(run).map(() => this.lane(run, next)));
      sent = 0;
      for (const end of lanes) {
        if (end.status === 'rejected') throw end.reason;
        sent += end.value;
      }
    }
    return 'end';
  }

  /** As many as have enough for all senders between them. */
  private lanes({ batchSize }: BroadcastRun): undefined[] {
    return Array(Math.ceil(this.config.broadcast.concurrency / batchSize) + LANES_BEHIND).fill(undefined);
  }

  /** Claims and sends, a batch after the other, until nobody is found. Answers how many batches it sent. */
  private async lane(run: BroadcastRun, next: Next, most = Number.POSITIVE_INFINITY): Promise<number> {
    let sent = 0;
    while (!run.signal.stop && sent < most) {
      const batch = await next();
      if (batch === 'end') break;
      if (batch === 'refused') run.signal.raise({ kind: 'told' });
      else {
        await this.sender.send(run, batch);
        sent++;
      }
    }
    return sent;
  }

  /** Claims the next batch, one at a time for all lanes: in the database they would only wait for each other. */
  private claimer(run: BroadcastRun, share: Share | undefined): Next {
    const { broadcast, signal, parts } = run;
    const limit = share?.size ?? run.batchSize;
    const claim = { broadcast, owner: this.owner, exclusive: share === undefined, limit, posting: parts };
    const walk = share?.walk ?? {};
    let turn: Promise<unknown> = Promise.resolve();
    return () => {
      const claimed = turn.then(() => {
        this.hold(run);
        return signal.stop ? 'refused' : this.claims.next(claim, walk);
      });
      turn = claimed.catch(() => {});
      return claimed;
    };
  }

  private begin(broadcast: BroadcastRecord): BroadcastRun {
    const options = this.config.broadcast;
    return new BroadcastRun(
      broadcast,
      this.channels.named(broadcast),
      this.flows.of(broadcast.appId),
      this.senders,
      this.ends,
      this.watchOf(broadcast, options.pauseAtRefusedShare),
      this.pauses,
      this.clock,
      this.batches.bestSize,
      options,
    );
  }

  /** What would keep every message from going is found out before anything is claimed. `false`: the run is stopped. */
  private async prepare(run: BroadcastRun): Promise<boolean> {
    this.hold(run);
    if (!run.signal.stop) await this.token(run, run.broadcast.appId);
    return run.signal.stop === undefined;
  }

  /** Stops a run while the account's sends pause, and in its quiet hours. */
  private hold(run: BroadcastRun): void {
    const { appId } = run.broadcast;
    const pause = this.pauses.of(appId, run.channel.path);
    const quiet = quietUntil(this.accounts.get(appId).quietHours, this.clock.now());
    if (pause) run.pauseForQuota(pause.reason);
    else if (quiet !== undefined)
      run.signal.raise({
        ...{ kind: 'pause', cause: 'quiet-hours', reason: 'quiet hours' },
        resumesAt: new Date(quiet),
      });
  }

  private async token(run: BroadcastRun, appId: string): Promise<void> {
    try {
      await this.tokens.getToken(appId);
    } catch (error) {
      if (!(error instanceof TokenUnavailableError)) throw error;
      run.flow.closeFor(error.retryAfterSeconds ?? 5);
      run.signal.raise({ kind: 'wait', reason: error.message });
    }
  }

  /** Kept while the broadcast goes on, also from one share of it to the next. */
  private watchOf({ id }: BroadcastRecord, level: number): RefusalWatch {
    const watch = this.watches.get(id) ?? new RefusalWatch(level);
    this.watches.set(id, watch);
    return watch;
  }

  private forget({ id }: BroadcastRecord, end: 'end' | 'share'): 'end' | 'share' {
    if (end === 'end') this.watches.delete(id);
    return end;
  }
}
