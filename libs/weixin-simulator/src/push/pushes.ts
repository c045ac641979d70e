import { setMaxListeners } from 'node:events';
import { BoundedList } from '../common/bounded-list.js';
import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import type { ComponentBook } from '../component/component-book.js';
import type { ComponentConfig } from '../component/component-options.js';
import type { Account } from '../config/options.js';
import type { PushTarget } from '../config/push-target.js';
import type { Counters } from '../platform/counters.js';
import type { PushEvent } from './push-event.js';
import {
  type Moment,
  type PushRequest,
  pushRequest,
  type SystemPush,
  systemPushRequest,
} from './push-request.js';

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
  /**
   * Of each delivery the HTTP status; `200 other` for a 200 whose body is no acknowledgement; or `lost`.
   */
  results: string[];
  /** Whether it was acknowledged, or given up. */
  settled: boolean;
}

/**
 * Everything pushed to the addresses of the accounts: each event until it is acknowledged, four times at
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
    private readonly component: ComponentBook,
    historyLimit: number,
  ) {
    this.records = new BoundedList(historyLimit);
    // One listener for every delivery under way.
    setMaxListeners(0, this.closing.signal);
  }

  /** Whether there is an address for events of this account. */
  takes(account: Account): boolean {
    return this.targetOf(account) !== undefined;
  }

  /** Undefined when the account has no push address. The record is brought up to date until it is settled. */
  push(account: Account, event: PushEvent): PushRecord | undefined {
    const target = this.targetOf(account);
    return target && this.start(account.appId, event, target).record;
  }

  /** The same, once the record is settled. */
  async pushAndWait(account: Account, event: PushEvent): Promise<PushRecord> {
    const target = this.targetOf(account);
    if (!target) throw new Error(`${account.appId} has no push address`);
    const { record, work } = this.start(account.appId, event, target);
    await work;
    return record;
  }

  /** To the address of a third-party platform where it receives authorisations. */
  pushSystem(config: ComponentConfig, push: SystemPush): PushRecord {
    return this.startSystem(config, push).record;
  }

  /** The same, once the record is settled. */
  async pushSystemAndWait(config: ComponentConfig, push: SystemPush): Promise<PushRecord> {
    const { record, work } = this.startSystem(config, push);
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

  /**
   * An account that authorised a third-party platform is pushed to the platform, sealed with its key and for
   * its appid (row 52).
   */
  private targetOf(account: Account): { target: PushTarget; sealedFor: string } | undefined {
    const { config } = this.component;
    if (config?.messageUrl && this.component.find(account.appId)) {
      const { appId: sealedFor, token, encodingAesKey, messageUrl } = config;
      const url = messageUrl.replaceAll('$APPID$', account.appId);
      return { target: { url, token, encodingAesKey, format: 'xml', mode: 'safe' }, sealedFor };
    }
    return account.push === null ? undefined : { target: account.push, sealedFor: account.appId };
  }

  private start(
    appId: string,
    event: PushEvent,
    { target, sealedFor }: { target: PushTarget; sealedFor: string },
  ) {
    return this.begin(
      { appId, openid: event.openid, event: event.event, at: event.at },
      (moment) => pushRequest(target, { appId, sealedFor }, event, moment),
      (body) => isAnswer(body, target),
    );
  }

  private startSystem(config: ComponentConfig, push: SystemPush) {
    const { appId } = config;
    return this.begin(
      { appId, openid: '', event: push.event, at: push.at },
      (moment) => systemPushRequest(config, push, moment),
      (body) => body === 'success',
    );
  }

  private begin(
    facts: Pick<PushRecord, 'appId' | 'openid' | 'event' | 'at'>,
    write: (moment: Moment) => PushRequest,
    isAnswered: (body: string) => boolean,
  ): { record: PushRecord; work: Promise<void> } {
    const record: PushRecord = { id: `p${++this.count}`, ...facts, results: [], settled: false };
    this.records.push(record);
    const work = this.deliver(record, write, isAnswered).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
    return { record, work };
  }

  private async deliver(
    record: PushRecord,
    write: (moment: Moment) => PushRequest,
    isAnswered: (body: string) => boolean,
  ): Promise<void> {
    for (let times = 0; times < MOST_DELIVERIES && !this.closing.signal.aborted; times++) {
      const result = await this.deliverOnce(write, isAnswered);
      record.results.push(result);
      this.counters.pushed(record.appId, result);
      if (result === '200') break;
    }
    record.settled = true;
  }

  /** One delivery, signed anew. Answers what {@link PushRecord.results} holds. */
  private async deliverOnce(
    write: (moment: Moment) => PushRequest,
    isAnswered: (body: string) => boolean,
  ): Promise<string> {
    const { url, contentType, body } = write({ random: this.random, now: this.clock.now() });
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(PATIENCE_MS)]),
      });
      const text = await answer.text();
      return answer.status === 200 && !isAnswered(text) ? '200 other' : String(answer.status);
    } catch {
      return 'lost';
    }
  }
}

/**
 * Whether the body of a 200 acknowledges an event: nothing, `success`, or a reply, which is encrypted in safe
 * mode (§7.3, §7.5). The system's own pushes want `success` itself (fact sheet E.3).
 */
function isAnswer(body: string, { mode }: PushTarget): boolean {
  if (body === '' || body === 'success') return true;
  const isReply = /^\s*(<xml>[\s\S]*<\/xml>|\{[\s\S]*\})\s*$/.test(body);
  return isReply && (mode !== 'safe' || body.includes('Encrypt'));
}
