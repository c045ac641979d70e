import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { Channels } from '../../delivery/channels/channels.js';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { RandomSource } from '../../kernel/random-source.js';
import { BroadcastConfig } from '../broadcast.options.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastChanges } from '../broadcast-changes.js';
import { Renderers } from '../renderers.js';
import { AccountLimiters } from './account-limiter.js';
import { BatchPoster } from './batch-poster.js';
import { batchSizes } from './batch-sizes.js';
import { BroadcastRun, type StopReason } from './broadcast-run.js';
import { type BroadcastCursor, Claims } from './claims.js';
import { RefusalWatch } from './refusal-watch.js';
import { StopRules } from './stop-rules.js';

/** Batches besides those that are being posted: they settle and claim. */
const BATCHES_BEHIND = 1;

/** One batch of a broadcast that several processes work on. */
export interface Chunk {
  /** 1–500. */
  size: number;
  cursor: BroadcastCursor;
}

/** `end`: nobody is left. `chunk`: the chunk is done. */
export type RunEnd = 'end' | 'chunk' | StopReason;

type ClaimNext = () => ReturnType<Claims['next']>;

/** Works on broadcasts in this process: claims batch after batch, and has each posted. */
@Injectable()
export class BroadcastWorker {
  /** Names this process. */
  readonly owner: string;
  private readonly logger = new LibraryLogger(BroadcastWorker.name);
  private readonly runs = new Set<BroadcastRun>();
  private readonly refusals = new Map<string, RefusalWatch>();
  private closing = false;

  constructor(
    private readonly claims: Claims,
    private readonly poster: BatchPoster,
    private readonly rules: StopRules,
    private readonly changes: BroadcastChanges,
    private readonly channels: Channels,
    private readonly limiters: AccountLimiters,
    private readonly accounts: Accounts,
    private readonly renderers: Renderers,
    private readonly config: BroadcastConfig,
    clock: Clock,
    random: RandomSource,
  ) {
    this.owner = random.id(clock.now());
  }

  isRunning(id: string): boolean {
    return [...this.runs].some(({ broadcast }) => broadcast.id === id);
  }

  /** Whether this process could work on it now. */
  isReady(broadcast: BroadcastRecord): boolean {
    const { appId } = broadcast;
    return (
      !this.closing &&
      this.accounts.has(appId) &&
      this.objectionTo(broadcast) === undefined &&
      this.limiters.of(appId).isOpen
    );
  }

  /** What this process does not know of it: the template, or its renderer. One of another version may. */
  objectionTo(broadcast: BroadcastRecord): string | undefined {
    try {
      this.channels.of(broadcast);
      if (broadcast.renderer !== undefined) this.renderers.get(broadcast.renderer);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Forgets what it has seen of broadcasts that are over: another process may have ended them. */
  forgetBut(underWay: ReadonlySet<string>): void {
    for (const id of this.refusals.keys())
      if (!underWay.has(id) && !this.isRunning(id)) this.refusals.delete(id);
  }

  /** Whether this process keeps what it has seen of a broadcast. */
  remembers(id: string): boolean {
    return this.refusals.has(id);
  }

  /** How long the limiter of its account is closed in this process. */
  closedForMs({ appId }: BroadcastRecord): number {
    return this.limiters.of(appId).closedForMs;
  }

  /** Stops work on a broadcast whose state was changed. */
  interrupt(id: string): void {
    for (const run of this.runs) if (run.broadcast.id === id) run.stop({ kind: 'changed' });
  }

  close(): void {
    this.closing = true;
    for (const run of this.runs) run.stop({ kind: 'closing' });
  }

  /**
   * Sends to everybody who is left, and ends the broadcast then, or to a `chunk` of them, or stops for a
   * reason, which is recorded. Never rejects.
   * @returns `end` if nobody is left
   */
  async run(broadcast: BroadcastRecord, chunk?: Chunk): Promise<RunEnd> {
    const run = this.begin(broadcast);
    this.runs.add(run);
    try {
      await this.channels.templatesRead(broadcast.appId, run.channel);
      await this.rules.beforeRun(run);
      const cursor = chunk?.cursor ?? {};
      const end = run.signal.aborted ? 'chunk' : await this.work(run, chunk, cursor);
      const { stopReason } = run;
      if (!stopReason) {
        if (end === 'end') {
          this.refusals.delete(broadcast.id);
          // A batch may still be in flight, in another process or of one that died: then the next check runs
          // the broadcast again.
          await this.changes.finish(broadcast, cursor);
        }
        return end;
      }
      if (stopReason.kind === 'wait')
        this.logger.warn(`broadcast ${broadcast.id}: ${stopReason.reason}; it goes on in a moment`);
      else this.refusals.delete(broadcast.id);
      if (stopReason.kind === 'pause') await this.changes.pause(broadcast, stopReason);
      return stopReason;
    } catch (error) {
      const reason = (error as Error).message;
      this.logger.error(`broadcast ${broadcast.id}: ${reason}; it goes on in a moment`);
      return { kind: 'wait', reason };
    } finally {
      this.runs.delete(run);
    }
  }

  private begin(broadcast: BroadcastRecord): BroadcastRun {
    const options = this.config;
    // One watch for as long as the broadcast continues, also from one chunk of it to the next.
    const refusals = this.refusals.get(broadcast.id) ?? new RefusalWatch(options.pauseAtRefusedShare);
    this.refusals.set(broadcast.id, refusals);
    const channel = this.channels.of(broadcast);
    const sizes = batchSizes(broadcast, options, this.claims.bestSize);
    return new BroadcastRun(broadcast, channel, this.limiters.of(broadcast.appId), sizes, refusals);
  }

  private async work(
    run: BroadcastRun,
    chunk: Chunk | undefined,
    cursor: BroadcastCursor,
  ): Promise<'end' | 'chunk'> {
    const claimNext = this.claimer(run, chunk, cursor);
    if (chunk) return (await this.postBatches(run, claimNext, 1)) > 0 ? 'chunk' : 'end';
    // So many batches at once that their messages are enough for all posts at once.
    const atOnce = Math.ceil(this.config.concurrency / run.sizes.batch) + BATCHES_BEHIND;
    // Until a whole round finds nobody: while the last batch was posted, others may have confirmed.
    for (let posted = 1; posted > 0 && !run.signal.aborted; ) {
      const loops = Array.from({ length: atOnce }, () => this.postBatches(run, claimNext));
      posted = 0;
      for (const loop of await Promise.allSettled(loops)) {
        if (loop.status === 'rejected') throw loop.reason;
        posted += loop.value;
      }
    }
    return 'end';
  }

  /** Claims and posts one batch after the other, until nobody is left. Returns how many batches it posted. */
  private async postBatches(
    run: BroadcastRun,
    claimNext: ClaimNext,
    most = Number.POSITIVE_INFINITY,
  ): Promise<number> {
    let posted = 0;
    while (!run.signal.aborted && posted < most) {
      const batch = await claimNext();
      if (batch === 'end') break;
      if (batch === 'refused') run.stop({ kind: 'changed' });
      else {
        await this.poster.post(run, batch);
        posted++;
      }
    }
    return posted;
  }

  /** Claims the next batch, one at a time: several claims would only wait for each other in the database. */
  private claimer(run: BroadcastRun, chunk: Chunk | undefined, cursor: BroadcastCursor): ClaimNext {
    const { broadcast, sizes } = run;
    const claim = {
      broadcast,
      owner: this.owner,
      exclusive: chunk === undefined,
      limit: chunk?.size ?? sizes.batch,
      posting: sizes.checkpoint,
    };
    let last: Promise<unknown> = Promise.resolve();
    return () => {
      const claimed = last.then(() => {
        this.rules.beforeClaim(run);
        return run.signal.aborted ? 'refused' : this.claims.next(claim, cursor);
      });
      last = claimed.catch(() => {});
      return claimed;
    };
  }
}
