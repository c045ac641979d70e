import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { ActivityRepository, type HourCount } from './activity.repository.js';

const HOUR_MS = 3_600_000;
/** Rows that one call reads at most: some 100 ms of a server's time. */
const MOST_READ = 100_000;
/** Messages of an hour that is over still change, when an unknown one is resolved or a deferred one sent. */
const KEPT_MS = 600_000;
/** A week, and the hour that has begun. */
const MOST_HOURS = 169;

/** Messages by hour, the last hour last. */
export interface Activity {
  /** When the first hour began. */
  from: Date;
  to: Date;
  /** `false`: there were too many to count them at once; the next call goes on with older hours. */
  complete: boolean;
  counts: HourCount[];
}

interface Kept {
  at: number;
  counts: HourCount[];
}

/**
 * How many messages there were in the last hours. One call reads 100,000 rows at most, whatever the size
 * of the table, the newest hours first; hours that are over are remembered for ten minutes, so that the next
 * call reads further.
 */
@Injectable()
export class ActivityService {
  private readonly kept = new Map<number, Kept>();
  private readonly calls = new SharedCalls<Activity>();

  constructor(
    private readonly repository: ActivityRepository,
    private readonly clock: Clock,
  ) {}

  /** @param hours 1–168 @throws {DatabaseError} */
  lastHours(hours: number): Promise<Activity> {
    return this.calls.run(String(hours), () => this.count(hours));
  }

  private async count(hours: number): Promise<Activity> {
    const now = this.clock.now();
    const current = Math.floor(now / HOUR_MS) * HOUR_MS;
    let left = MOST_READ;
    let from = current + HOUR_MS;
    const counts: HourCount[][] = [];
    for (let index = 0; index <= hours; index++) {
      const hour = current - index * HOUR_MS;
      const known = this.keptOf(hour, now);
      if (!known && left === 0) break;
      const ofHour = known ?? (await this.repository.ofHour(hour, left));
      const read = known ? 0 : sumOf(ofHour);
      // Perhaps cut short: an hour is counted whole or not at all.
      if (!known && read === left) {
        left = 0;
        break;
      }
      left -= read;
      if (!known && hour < current) this.keep(hour, { at: now, counts: ofHour });
      counts.unshift(ofHour);
      from = hour;
    }
    const first = current - hours * HOUR_MS;
    return { from: new Date(from), to: new Date(now), complete: from === first, counts: counts.flat() };
  }

  private keptOf(hour: number, now: number): HourCount[] | undefined {
    const kept = this.kept.get(hour);
    return kept && now - kept.at < KEPT_MS ? kept.counts : undefined;
  }

  private keep(hour: number, kept: Kept): void {
    this.kept.delete(hour);
    this.kept.set(hour, kept);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST_HOURS) break;
      this.kept.delete(oldest);
    }
  }
}

const sumOf = (counts: readonly HourCount[]): number => counts.reduce((sum, { count }) => sum + count, 0);
