import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { InvalidInputError, WeixinSubscribeError } from '../../kernel/errors.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { RandomSource } from '../../kernel/random-source.js';
import { recordable } from '../../kernel/text.js';
import { WeixinEvents } from '../../kernel/weixin-events.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { UnknownRendererError } from '../broadcast.errors.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastDrafts } from '../broadcast-drafts.js';
import { BroadcastSupervisor } from '../run/broadcast-supervisor.js';
import { CronTimes } from './cron-times.js';
import { occurrenceInput } from './occurrence-input.js';
import './recurring.events.js';
import { RecurringRepository } from './recurring.repository.js';
import type { Occurrence, RecurringBroadcast } from './recurring.types.js';

const EVERY_SECONDS = 15;
const PAGE = 100;
const MINUTE_MS = 60_000;
const MOST_REASON = 255;

/** What becomes of a time, but for the facts that every occurrence has. */
type Ending = Pick<Occurrence, 'outcome' | 'reason'> & { broadcast?: BroadcastRecord };

/**
 * Starts the broadcast of every recurring one whose time has come. Every process does so; the decision is one
 * conditional statement, so that one process makes it. After a stop the last of the times that have passed is
 * started, and only within `startWithinMinutes`: three days without a process are one broadcast or none,
 * never three.
 */
@Injectable()
export class RecurringStarter {
  private readonly logger = new LibraryLogger(RecurringStarter.name);

  constructor(
    tasks: BackgroundTasks,
    private readonly recurring: RecurringRepository,
    private readonly broadcasts: BroadcastRepository,
    private readonly drafts: BroadcastDrafts,
    private readonly supervisor: BroadcastSupervisor,
    private readonly accounts: Accounts,
    private readonly events: WeixinEvents,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {
    tasks.register({ name: 'recurring-broadcasts', everySeconds: EVERY_SECONDS, run: () => this.check() });
  }

  async check(): Promise<void> {
    const now = this.clock.now();
    let page = await this.recurring.due(now, PAGE);
    for (; page.length > 0; page = await this.recurring.due(now, PAGE, page.at(-1))) {
      for (const recurring of page) {
        // Another process on this database serves its account.
        if (!this.accounts.has(recurring.appId)) continue;
        try {
          await this.decide(recurring);
        } catch (error) {
          const reason = (error as Error).message;
          this.logger.error(`recurring broadcast "${recurring.name}": ${reason}; it is tried again`, {
            appId: recurring.appId,
            recurringId: recurring.id,
            reason,
          });
        }
      }
    }
  }

  private async decide(recurring: RecurringBroadcast): Promise<void> {
    const first = (recurring.nextAt as Date).getTime();
    const now = this.clock.now();
    const times = new CronTimes(recurring);
    const last = times.last(first, now);
    const { startWithinMinutes, endAfterMinutes = startWithinMinutes } = recurring;
    const isLate = now - last >= Math.min(startWithinMinutes, endAfterMinutes) * MINUTE_MS;
    const occurrences: Occurrence[] = [];
    let ending: Ending | undefined;
    if (isLate) occurrences.push(this.missed(recurring, first, last, now));
    else {
      if (last > first) occurrences.push(this.missed(recurring, first, times.last(first, last - 1), now));
      ending = await this.endingOf(recurring, new Date(last));
      const { broadcast, ...how } = ending;
      occurrences.push({ ...this.facts(recurring, last, now), ...how, broadcastId: broadcast?.id });
    }
    const startSteps = ending?.broadcast ? this.broadcasts.startedSteps(ending.broadcast) : [];
    if (!(await this.recurring.decide(recurring, { occurrences, nextAt: times.next(now), startSteps })))
      return;
    for (const occurrence of occurrences) this.tell(recurring, occurrence);
    if (ending?.broadcast) {
      const { id, appId, requestedBy } = ending.broadcast;
      this.events.emit('weixin.broadcast.started', { broadcastId: id, appId, requestedBy });
      this.supervisor.wake();
    }
  }

  /**
   * @throws {WeixinSubscribeError} it can not be told now: WeChat or the database is away, or another process
   * has the renderer
   */
  private async endingOf(recurring: RecurringBroadcast, dueAt: Date): Promise<Ending> {
    if (!this.accounts.isEnabled(recurring.appId))
      return { outcome: 'skipped', reason: 'the account is switched off' };
    const running = await this.running(recurring);
    if (running)
      return { outcome: 'skipped', reason: `broadcast ${running} of an earlier time has not ended` };
    try {
      const { requestedBy } = recurring;
      const draft = await this.drafts.of(occurrenceInput(recurring, dueAt), 'scene', { requestedBy });
      const total = await this.drafts.total(draft);
      const startedAt = new Date(this.clock.now());
      return {
        outcome: 'started',
        broadcast: { ...draft, status: 'scheduled', notBefore: dueAt, total, startedAt },
      };
    } catch (error) {
      if (!isLasting(error)) throw error;
      return { outcome: 'failed', reason: recordable(error.message, MOST_REASON) };
    }
  }

  /** The broadcast that it has started last, unless that is over. */
  private async running({ id }: RecurringBroadcast): Promise<string | undefined> {
    const latest = await this.recurring.latestStarted(id);
    const broadcast = latest?.broadcastId && (await this.broadcasts.find(latest.broadcastId));
    return broadcast && !broadcast.endedAt ? broadcast.id : undefined;
  }

  private missed(recurring: RecurringBroadcast, first: number, last: number, now: number): Occurrence {
    return {
      ...this.facts(recurring, first, now),
      outcome: 'missed',
      throughAt: last > first ? new Date(last) : undefined,
      reason: 'no process started it in time',
    };
  }

  private facts({ id }: RecurringBroadcast, dueAt: number, now: number) {
    return { id: this.random.id(now), recurringId: id, dueAt: new Date(dueAt), decidedAt: new Date(now) };
  }

  private tell({ id, appId, name }: RecurringBroadcast, occurrence: Occurrence): void {
    const { dueAt, outcome, broadcastId, reason } = occurrence;
    if (outcome !== 'started')
      this.logger.warn(`recurring broadcast "${name}" of ${dueAt.toISOString()} is ${outcome}: ${reason}`, {
        appId,
        recurringId: id,
        reason,
      });
    this.events.emit('weixin.broadcast.occurred', {
      recurringId: id,
      ...{ appId, name, dueAt, outcome, broadcastId, reason },
    });
  }
}

/** Whether the same would be refused again a minute later. */
function isLasting(error: unknown): error is WeixinSubscribeError {
  if (error instanceof InvalidInputError) return true;
  // Another process may have it.
  if (error instanceof UnknownRendererError || !(error instanceof WeixinSubscribeError)) return false;
  return (error.httpStatus ?? 500) < 500;
}
