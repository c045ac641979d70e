import type { Subscriber } from 'rxjs';
import { DatabaseError } from '../sql/database.error.js';
import type { BroadcastProgress } from './broadcast.types.js';

/** While the database is away, looks are further and further apart, at most so far. */
const FURTHEST_MS = 15_000;

export interface ProgressWatcher {
  everyMs: number;
  subscriber: Subscriber<BroadcastProgress>;
  /** The progress that it received last, as JSON. */
  received?: string;
}

export interface ProgressSource {
  /** Where the broadcast stands. */
  look(): Promise<BroadcastProgress>;
  /** Told of the first of several failures in a row that may pass. */
  failed(error: Error): void;
  /** Told when nobody watches and no look is under way. */
  left(): void;
}

interface Latest {
  progress: BroadcastProgress;
  text: string;
}

/** Whether nothing of a broadcast changes any more. */
export const isOver = ({ status, inFlight }: BroadcastProgress): boolean =>
  (status === 'finished' || status === 'cancelled') && inFlight === 0;

/**
 * All watchers of one broadcast in this process. They share one look at a time: the next one is due some time
 * after the last one has ended, however long that took. A look cannot be called back, so it goes on when
 * everybody has left, and whoever comes meanwhile waits for it.
 */
export class ProgressWatch {
  private readonly watchers = new Set<ProgressWatcher>();
  private latest?: Latest;
  private isLooking = false;
  private timer?: NodeJS.Timeout;
  private failures = 0;

  constructor(private readonly source: ProgressSource) {}

  /** Tells it what is known at once, and every change from then on. */
  add(watcher: ProgressWatcher): void {
    // One that wants to know sooner than the others brings the next look forward.
    const isSooner = watcher.everyMs < this.everyMs();
    this.watchers.add(watcher);
    if (this.latest) this.tell(watcher, this.latest);
    if (this.isLooking) return;
    if (!this.timer) this.schedule(watcher.received === undefined ? 0 : watcher.everyMs);
    else if (isSooner) this.schedule(watcher.everyMs);
  }

  remove(watcher: ProgressWatcher): void {
    this.watchers.delete(watcher);
    if (this.watchers.size > 0) return;
    this.stop();
    if (!this.isLooking) this.source.left();
  }

  /** Ends the streams of all watchers. */
  complete(): void {
    this.stop();
    for (const { subscriber } of [...this.watchers]) subscriber.complete();
  }

  private everyMs(): number {
    return Math.min(...[...this.watchers].map(({ everyMs }) => everyMs));
  }

  private schedule(ms: number): void {
    this.stop();
    this.timer = setTimeout(() => void this.next(), ms);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async next(): Promise<void> {
    this.timer = undefined;
    this.isLooking = true;
    try {
      const progress = await this.source.look();
      this.failures = 0;
      this.latest = { progress, text: JSON.stringify(progress) };
      for (const watcher of [...this.watchers]) this.tell(watcher, this.latest);
    } catch (error) {
      this.fail(error as Error);
    }
    this.isLooking = false;
    if (this.watchers.size === 0) this.source.left();
    else this.schedule(this.pauseMs());
  }

  private pauseMs(): number {
    const everyMs = this.everyMs();
    return Math.min(everyMs * 2 ** this.failures, Math.max(FURTHEST_MS, everyMs));
  }

  private tell(watcher: ProgressWatcher, { progress, text }: Latest): void {
    if (watcher.received !== text) watcher.subscriber.next(progress);
    watcher.received = text;
    if (isOver(progress)) watcher.subscriber.complete();
  }

  /** What will pass is waited for; anything else ends the streams. */
  private fail(error: Error): void {
    if (error instanceof DatabaseError && error.temporary) {
      if (this.failures++ === 0 && this.watchers.size > 0) this.source.failed(error);
      return;
    }
    for (const { subscriber } of [...this.watchers]) subscriber.error(error);
  }
}
