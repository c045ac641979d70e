import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  distinctUntilChanged,
  from,
  map,
  type Observable,
  Subject,
  switchMap,
  takeUntil,
  takeWhile,
  timer,
} from 'rxjs';
import { Clock } from '../common/clock.js';
import { OpenBatchRepository } from '../delivery/open-batch.repository.js';
import { BroadcastNotFoundError } from './broadcast.errors.js';
import { BroadcastRepository } from './broadcast.repository.js';
import type { BroadcastProgress, BroadcastRecord } from './broadcast.types.js';

const OVER = ['finished', 'cancelled'];

/** Tells where broadcasts stand, from the ledger alone: whichever process sends. */
@Injectable()
export class BroadcastProgressService implements OnModuleDestroy {
  private readonly closing = new Subject<void>();

  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly batches: OpenBatchRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws {BroadcastNotFoundError} {@link DatabaseError} */
  async of(id: string): Promise<BroadcastProgress> {
    const broadcast = await this.broadcasts.find(id);
    if (!broadcast) throw new BroadcastNotFoundError(id);
    return this.at(broadcast);
  }

  /** An open stream would keep the application from closing. */
  onModuleDestroy(): void {
    this.closing.next();
  }

  /** Every change of it, looked for every `everyMs`, until it is over or the application closes. */
  watch(id: string, everyMs: number): Observable<BroadcastProgress> {
    return timer(0, everyMs).pipe(
      switchMap(() => from(this.of(id))),
      takeWhile(({ status, inFlight }) => !OVER.includes(status) || inFlight > 0, true),
      map((progress) => ({ progress, text: JSON.stringify(progress) })),
      distinctUntilChanged((one, other) => one.text === other.text),
      map(({ progress }) => progress),
      takeUntil(this.closing),
    );
  }

  private async at(broadcast: BroadcastRecord): Promise<BroadcastProgress> {
    const { id, status, total, noGrant, invalid, duplicates, pauseCause, reason, resumesAt } = broadcast;
    const { unproven, claimed, sent, refused, failed, unknown } = await this.batches.sums(id);
    const ended = sent + refused + failed + unknown;
    const isOver = OVER.includes(status);
    const remaining = total === undefined ? undefined : Math.max(0, isOver ? 0 : total - noGrant - ended);
    const rate = this.rate(broadcast, ended);
    return {
      ...{ id, status, pauseCause, reason, resumesAt, total },
      ...{ claimed, inFlight: claimed - ended, sent, refused, failed, unknown, unproven },
      ...{ noGrant, invalid, duplicates, remaining, rate },
      etaSeconds: rate > 0 && remaining !== undefined ? Math.ceil(remaining / rate) : undefined,
    };
  }

  private rate({ status, resumedAt, endedBefore }: BroadcastRecord, ended: number): number {
    if (status !== 'running' || !resumedAt) return 0;
    const seconds = (this.clock.now() - resumedAt.getTime()) / 1000;
    return seconds > 0 ? Math.round((10 * (ended - endedBefore)) / seconds) / 10 : 0;
  }
}
