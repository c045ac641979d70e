import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { nextTurn } from '../kernel/next-turn.js';
import { DAY_MS } from '../kernel/platform-day.js';
import { Telemetry, type TelemetryCounter } from '../kernel/telemetry.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import { BackgroundTasks } from './background-tasks.js';
import { LeaseRepository } from './lease.repository.js';

/** Two million rows on a server. The next run goes on. */
const MOST_BATCHES = 2000;
/** Longer than any batch takes, waits for locks and retries included. */
const LEASE_MS = 60_000;
const LONGEST_REST_MS = 1000;
/** With nothing to delete a run is one look at an index, so it may come often. */
const RETENTION_SECONDS = 600;

/** Work on rows whose time has come, batch by batch. */
export interface Sweep<Row = string> {
  /** Name of its background task, and of its lease. */
  name: string;
  everySeconds: number;
  /** At most `limit` rows that are due, by an index: what is not due is not read. None: the run is over. */
  find(limit: number): Promise<Row[]>;
  /**
   * Ends those of the rows that are still due, by their keys, and returns how many rows that were. Safe for
   * several processes at once, and at any moment to be killed: what was not ended is found again.
   */
  end(rows: Row[]): Promise<number>;
}

/** Rows that are kept for so many days after their end. */
export interface Retention<Row = string> {
  name: string;
  /** 0: for ever. */
  days: number;
  find(before: Date, limit: number): Promise<Row[]>;
  remove(rows: Row[], before: Date): Promise<number>;
}

/**
 * The one place where rows are swept in the background: retention and expiry of every capability are
 * registered here. A run works in batches (`Dialect.sweepLimit`), one process at a time, and rests after each
 * batch for as long as that took, a second at most, so that sends have at least half of the database, and on
 * SQLite of the event loop. It ends when nothing is due, after two thousand batches, or when the application
 * closes; the next run, in whichever process, goes on.
 */
@Injectable()
export class Sweeps implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(Sweeps.name);
  private readonly rows: TelemetryCounter;
  private readonly unfinished: TelemetryCounter;
  private closing = false;

  constructor(
    private readonly tasks: BackgroundTasks,
    private readonly leases: LeaseRepository,
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    telemetry: Telemetry,
  ) {
    this.rows = telemetry.counter('weixin.sweep.rows', 'Rows that expiry and retention have ended');
    this.unfinished = telemetry.counter(
      'weixin.sweep.unfinished',
      'Runs of expiry and retention that stopped with rows left',
    );
  }

  register<Row>(sweep: Sweep<Row>): void {
    const { name, everySeconds } = sweep;
    this.tasks.register({ name, everySeconds, run: () => this.run(sweep) });
  }

  retain<Row>({ name, days, find, remove }: Retention<Row>): void {
    const before = () => new Date(this.clock.now() - days * DAY_MS);
    this.register<Row>({
      name,
      everySeconds: RETENTION_SECONDS,
      find: async (limit) => (days === 0 ? [] : find(before(), limit)),
      end: (rows) => remove(rows, before()),
    });
  }

  onModuleDestroy(): void {
    this.closing = true;
  }

  private async run<Row>(sweep: Sweep<Row>): Promise<void> {
    const { name } = sweep;
    let held = false;
    try {
      for (let batch = 0; batch < MOST_BATCHES && !this.closing; batch++) {
        const rows = await sweep.find(this.sql.dialect.sweepLimit);
        if (rows.length === 0) return;
        held = await this.leases.take(name, LEASE_MS);
        if (!held) return;
        // Real time, not the injected clock: what gets its rest is the database.
        const startedAt = performance.now();
        // Somebody else was faster, or holds them: they are found again.
        const ended = await sweep.end(rows);
        if (ended === 0) return;
        this.rows.add(ended, { 'weixin.sweep': name });
        await rest(performance.now() - startedAt);
      }
      this.unfinished.add(1, { 'weixin.sweep': name });
    } finally {
      if (held) await this.letGo(name);
    }
  }

  /** Where this fails the lease ends by itself. */
  private async letGo(name: string): Promise<void> {
    await this.leases
      .release(name)
      .catch((error: Error) => this.logger.warn(`the lease of ${name} was not given back: ${error.message}`));
  }
}

/** For as long as a batch took, a second at most. Real time: what gets its rest is the database. */
export async function rest(ms: number): Promise<void> {
  await nextTurn();
  await wait(Math.min(ms, LONGEST_REST_MS));
}
