import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Observable } from 'rxjs';
import { OpenBatchRepository } from '../delivery/batches/open-batch.repository.js';
import { Clock } from '../kernel/clock.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { BroadcastNotFoundError } from './broadcast.errors.js';
import { BroadcastRepository } from './broadcast.repository.js';
import type { BroadcastProgress, BroadcastRecord } from './broadcast.types.js';
import { isOver, ProgressWatch } from './progress-watch.js';

/**
 * Looks for watchers that may be under way in this process, whatever they watch: so many connections may be
 * busy with them.
 */
const MOST_LOOKS = 2;

/** What one look shows. */
export interface BroadcastLook {
  broadcast: BroadcastRecord;
  progress: BroadcastProgress;
}

/** Tells where broadcasts stand, from the ledger alone: whichever process sends. */
@Injectable()
export class BroadcastProgressService implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(BroadcastProgressService.name);
  private readonly watches = new Map<string, ProgressWatch>();
  private readonly shared = new SharedCalls<BroadcastLook>();
  private readonly waiting: (() => void)[] = [];
  private looks = 0;
  private isClosing = false;

  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly batches: OpenBatchRepository,
    private readonly clock: Clock,
  ) {}

  /** As it stands now. @throws {BroadcastNotFoundError} {@link DatabaseError} */
  async of(id: string): Promise<BroadcastProgress> {
    return (await this.read(id)).progress;
  }

  /**
   * As it stood a moment ago: whoever asks while another look at it is under way gets what that one shows.
   * For watchers.
   * @throws {BroadcastNotFoundError} {@link DatabaseError}
   */
  look(id: string): Promise<BroadcastLook> {
    return this.shared.run(id, () => this.inTurn(() => this.read(id)));
  }

  /** An open stream would keep the application from closing. */
  onModuleDestroy(): void {
    this.isClosing = true;
    for (const watch of this.watches.values()) watch.complete();
  }

  /**
   * Every change of it, until it is over or the application closes. All watchers of this process share one
   * look at a time, and the next one is due `everyMs` after the last one has ended; while the database is
   * away, less and less often, at least every 15 s.
   * @param first what a look has shown already
   */
  watch(id: string, everyMs: number, first?: BroadcastProgress): Observable<BroadcastProgress> {
    return new Observable((subscriber) => {
      if (first) subscriber.next(first);
      if (this.isClosing || (first && isOver(first))) {
        subscriber.complete();
        return undefined;
      }
      const watch = this.watchOf(id);
      const watcher = { everyMs, subscriber, received: first && JSON.stringify(first) };
      watch.add(watcher);
      return () => watch.remove(watcher);
    });
  }

  private watchOf(id: string): ProgressWatch {
    const known = this.watches.get(id);
    if (known) return known;
    const watch = new ProgressWatch({
      look: async () => (await this.look(id)).progress,
      failed: (error) => this.logger.warn(`broadcast ${id}: ${error.message}; its watchers wait`),
      left: () => this.watches.delete(id),
    });
    this.watches.set(id, watch);
    return watch;
  }

  /** Not more at a time than {@link MOST_LOOKS}, in the order in which they come. */
  private async inTurn(look: () => Promise<BroadcastLook>): Promise<BroadcastLook> {
    if (this.looks < MOST_LOOKS) this.looks++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await look();
    } finally {
      // The next query takes over this permit.
      const next = this.waiting.shift();
      if (next) next();
      else this.looks--;
    }
  }

  private async read(id: string): Promise<BroadcastLook> {
    const broadcast = await this.broadcasts.find(id);
    if (!broadcast) throw new BroadcastNotFoundError(id);
    return { broadcast, progress: await this.at(broadcast) };
  }

  private async at(broadcast: BroadcastRecord): Promise<BroadcastProgress> {
    const { id, status, total, noGrant, invalid, duplicates, pauseCause, reason, resumesAt } = broadcast;
    const { unproven, claimed, sent, refused, failed, unknown } = await this.batches.sums(id);
    const hasEnded = status === 'finished' || status === 'cancelled';
    const ended = sent + refused + failed + unknown;
    const remaining = total === undefined ? undefined : Math.max(0, hasEnded ? 0 : total - noGrant - ended);
    const rate = this.rate(broadcast, ended);
    return {
      id,
      status,
      pauseCause,
      reason,
      resumesAt,
      total,
      claimed,
      inFlight: claimed - ended,
      sent,
      refused,
      failed,
      unknown,
      unproven,
      noGrant,
      invalid,
      duplicates,
      remaining,
      rate,
      etaSeconds: rate > 0 && remaining !== undefined ? Math.ceil(remaining / rate) : undefined,
    };
  }

  private rate({ status, resumedAt, endedBefore }: BroadcastRecord, ended: number): number {
    if (status !== 'running' || !resumedAt) return 0;
    const seconds = (this.clock.now() - resumedAt.getTime()) / 1000;
    return seconds > 0 ? Math.round((10 * (ended - endedBefore)) / seconds) / 10 : 0;
  }
}
