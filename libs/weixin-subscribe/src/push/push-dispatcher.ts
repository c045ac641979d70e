import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { nextTurn } from '../kernel/next-turn.js';
import { settledWithin } from '../kernel/settled-within.js';
import { Telemetry } from '../kernel/telemetry.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { DatabaseError } from '../sql/database.error.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { inParallel } from '../upkeep/in-parallel.js';
import { PushEventRepository, type WaitingEvent } from './push-event.repository.js';
import { PushListeners } from './push-listeners.js';
import { toPushEvent } from './to-push-event.js';

const TASK = 'push-events';
const EVERY_SECONDS = 5;
const BATCH = 100;
/** Events whose listeners one process calls at once. */
const WIDTH = 8;
/** For how long an event belongs to the process that took it. */
const TAKEN_MS = 60_000;
const LISTENER_MS = 50_000;
/** How long the next attempt waits after each failed one; after the last, the event has failed. */
const PAUSES_MS = [5000, 30_000, 120_000, 600_000];

/**
 * Calls the listeners of what was accepted, after WeChat has its response. Every process looks for events
 * that are due: one that was accepted by a process that died is due as well. Whose conditional taking comes
 * first calls the listeners.
 */
@Injectable()
export class PushDispatcher implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(PushDispatcher.name);
  private closing = false;

  constructor(
    private readonly tasks: BackgroundTasks,
    private readonly events: PushEventRepository,
    private readonly listeners: PushListeners,
    private readonly emitter: WeixinEvents,
    private readonly accounts: Accounts,
    private readonly telemetry: Telemetry,
  ) {
    tasks.register({ name: TASK, everySeconds: EVERY_SECONDS, run: () => this.dispatchDue() });
  }

  /** An event has come. In a turn of its own, so that the response to WeChat leaves first. */
  wake(): void {
    void nextTurn().then(() => this.tasks.wake(TASK));
  }

  onModuleDestroy(): void {
    this.closing = true;
  }

  private async dispatchDue(): Promise<void> {
    for (let last: WaitingEvent | undefined; ; ) {
      if (this.closing) return;
      const batch = await this.events.due(BATCH, last);
      if (batch.length === 0) return;
      last = batch.at(-1);
      await inParallel(batch, WIDTH, (event) => this.process(event));
      await nextTurn();
    }
  }

  private async process(seen: WaitingEvent): Promise<void> {
    // Of an account that another process on this database serves.
    if (this.closing || !this.accounts.has(seen.appId)) return;
    try {
      // Whoever took it the last time has died with it, like all before: it is not tried on one process after
      // the other for ever.
      if (seen.attempts > PAUSES_MS.length) {
        await this.end(seen, [...seen.handledBy], 'its process ended before its listeners did');
        return;
      }
      const event = await this.events.take(seen, TAKEN_MS);
      if (!event) return;
      const attributes = { 'weixin.app_id': event.appId, 'weixin.event': event.name };
      await this.telemetry.span('weixin push', { kind: 'consumer', attributes }, async () =>
        this.settle(event, await this.callAll(event)),
      );
    } catch (error) {
      if (error instanceof DatabaseError && error.temporary) throw error;
      this.logger.error(`push event ${seen.id} could not be processed: ${foreignCause(error).message}`);
    }
  }

  /** All of them at once, whatever the others do; none that has handled it already. */
  private async callAll(event: WaitingEvent): Promise<{ handledBy: string[]; reason?: string }> {
    const handledBy = [...event.handledBy];
    let reason: string | undefined;
    const left = this.listeners.of(event.name).filter(({ label }) => !handledBy.includes(label));
    await Promise.all(
      left.map(async ({ label, call }) => {
        const attributes = { 'weixin.listener': label };
        const work = this.telemetry.span('weixin push listener', { attributes }, async () =>
          call(toPushEvent(event)),
        );
        // One that never ends must not keep this process from all other events.
        if (!(await settledWithin(LISTENER_MS, work)))
          reason ??= `${label} took longer than ${LISTENER_MS / 1000} s`;
        else
          await work.then(
            () => handledBy.push(label),
            (error) => {
              reason ??= `${label}: ${foreignCause(error).message}`;
            },
          );
      }),
    );
    return { handledBy, reason };
  }

  private async settle(event: WaitingEvent, { handledBy, reason }: { handledBy: string[]; reason?: string }) {
    if (reason === undefined) {
      await this.events.markDone(event);
      return;
    }
    const { id, name, attempts } = event;
    const pause = PAUSES_MS[attempts - 1];
    this.logger.warn(`listener of ${name} (push event ${id}, attempt ${attempts}) failed: ${reason}`);
    if (pause === undefined) await this.end(event, handledBy, reason);
    else await this.events.putOff(event, handledBy, reason, pause);
  }

  private async end(event: WaitingEvent, handledBy: string[], reason: string): Promise<void> {
    if (!(await this.events.markFailed(event, handledBy, reason))) return;
    const { id, appId, name } = event;
    this.emitter.emit('weixin.push.failed', { id, appId, name, reason });
  }
}
