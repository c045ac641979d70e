import { setMaxListeners } from 'node:events';
import { BoundedList } from '../common/bounded-list.js';
import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import type { Account } from '../config/options.js';
import type { PushTarget } from '../config/push-target.js';
import type { Counters } from '../platform/counters.js';
import type { PushEvent } from './push-event.js';
import { pushRequest } from './push-request.js';

/** The platform hangs up after this long (§7.5). */
const PATIENCE_MS = 5000;
/** The first and its repetitions, which the pages count as three or as four (§7.5). */
const MOST_DELIVERIES = 4;

/** One event and what became of its deliveries. */
export interface PushRecord {
  id: string;
  appId: string;
  openid: string;
  event: string;
  at: number;
  /** Of each delivery the HTTP status, or `lost`. */
  results: string[];
  /** Whether it was answered 200, or given up. */
  settled: boolean;
}

/**
 * Everything pushed to the addresses of the accounts: each event until it is answered 200, four times at
 * most.
 */
export class Pushes {
  private readonly closing = new AbortController();
  private readonly records: BoundedList<PushRecord>;
  private readonly underWay = new Set<Promise<void>>();
  private count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly counters: Counters,
    historyLimit: number,
  ) {
    this.records = new BoundedList(historyLimit);
    // One listener for every delivery under way.
    setMaxListeners(0, this.closing.signal);
  }

  /** Undefined when the account has no push address. The record is brought up to date until it is settled. */
  push(account: Account, event: PushEvent): PushRecord | undefined {
    return account.push === null ? undefined : this.start(account, account.push, event).record;
  }

  /** The same, once the record is settled. */
  async pushAndWait(account: Account, target: PushTarget, event: PushEvent): Promise<PushRecord> {
    const { record, work } = this.start(account, target, event);
    await work;
    return record;
  }

  /** Oldest first. */
  list(): PushRecord[] {
    return this.records.items().map((record) => ({ ...record, results: [...record.results] }));
  }

  /** Waits until no delivery is under way. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  reset(): void {
    this.records.clear();
    this.count = 0;
  }

  /** Ends every delivery under way; nothing is repeated any more. */
  close(): void {
    this.closing.abort();
  }

  private start(
    { appId }: Account,
    target: PushTarget,
    event: PushEvent,
  ): { record: PushRecord; work: Promise<void> } {
    const record: PushRecord = {
      ...{ id: `p${++this.count}`, appId, openid: event.openid, event: event.event, at: event.at },
      ...{ results: [], settled: false },
    };
    this.records.push(record);
    const work = this.deliver(record, target, event).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
    return { record, work };
  }

  private async deliver(record: PushRecord, target: PushTarget, event: PushEvent): Promise<void> {
    for (let times = 0; times < MOST_DELIVERIES && !this.closing.signal.aborted; times++) {
      const result = await this.deliverOnce(record.appId, target, event);
      record.results.push(result);
      this.counters.pushed(record.appId, result);
      if (result === '200') break;
    }
    record.settled = true;
  }

  /** One delivery, signed anew. Answers the status, or `lost`. */
  private async deliverOnce(appId: string, target: PushTarget, event: PushEvent): Promise<string> {
    const moment = { random: this.random, now: this.clock.now() };
    const { url, contentType, body } = pushRequest(target, appId, event, moment);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(PATIENCE_MS)]),
      });
      return String(answer.status);
    } catch {
      return 'lost';
    }
  }
}
