import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { Channels } from '../../delivery/channels/channels.js';
import { SendPauses } from '../../delivery/pauses/send-pauses.js';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { ScheduleConfig } from '../../upkeep/upkeep.options.js';
import { BroadcastConfig } from '../broadcast.options.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastChanges } from '../broadcast-changes.js';
import { BatchRecovery } from './batch-recovery.js';
import { BroadcastWorker } from './broadcast-worker.js';
import { BroadcastDistribution } from './distribution.js';

const TASK = 'broadcasts';
const EVERY_SECONDS = 5;
const OVERDUE = 'its deadline passed';

/**
 * Supervises every broadcast that is not over: begins it at its time, resumes it when the cause of a pause is
 * over, ends it at its deadline, and assigns it to a worker. Every process does so; conditional statements
 * let one process make each change.
 */
@Injectable()
export class BroadcastSupervisor implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(BroadcastSupervisor.name);

  constructor(
    private readonly tasks: BackgroundTasks,
    private readonly broadcasts: BroadcastRepository,
    private readonly changes: BroadcastChanges,
    private readonly recovery: BatchRecovery,
    private readonly worker: BroadcastWorker,
    private readonly distribution: BroadcastDistribution,
    private readonly pauses: SendPauses,
    private readonly channels: Channels,
    private readonly clock: Clock,
    private readonly scheduleConfig: ScheduleConfig,
    private readonly accounts: Accounts,
    private readonly broadcastConfig: BroadcastConfig,
  ) {
    tasks.register({ name: TASK, everySeconds: EVERY_SECONDS, run: () => this.check() });
  }

  /** A change does not wait for the next interval, where this process runs background tasks. */
  wake(): void {
    if (this.scheduleConfig.enabled) this.tasks.wake(TASK);
  }

  async check(): Promise<void> {
    await this.recovery.recover();
    const underWay = await this.broadcasts.underWay();
    this.worker.forgetBut(new Set(underWay.map(({ id }) => id)));
    for (const broadcast of underWay) {
      // Another process on this database serves its account.
      if (!this.accounts.has(broadcast.appId)) continue;
      try {
        await this.advance(broadcast);
      } catch (error) {
        this.logger.error(`broadcast ${broadcast.id}: ${(error as Error).message}`);
      }
    }
  }

  onModuleDestroy(): void {
    this.worker.close();
  }

  private async advance(broadcast: BroadcastRecord): Promise<void> {
    if (broadcast.deadline && broadcast.deadline.getTime() <= this.clock.now()) return this.end(broadcast);
    switch (broadcast.status) {
      case 'scheduled':
        if (!(await this.broadcasts.begin(broadcast.id))) return;
        break;
      case 'paused':
        if (!(await this.resume(broadcast))) return;
        break;
      default:
    }
    if (!this.broadcastConfig.worker) return;
    const objection = this.worker.objectionTo(broadcast);
    if (objection === undefined) return this.distribution.assign(broadcast);
    this.logger.error(`broadcast ${broadcast.id}: ${objection}; it waits for a process that knows it`);
  }

  private async end(broadcast: BroadcastRecord): Promise<void> {
    await this.broadcasts.stopBatches(broadcast.id);
    this.worker.interrupt(broadcast.id);
    await this.changes.finishOverdue(broadcast, OVERDUE);
  }

  private async resume(broadcast: BroadcastRecord): Promise<boolean> {
    const { resumesAt, pauseCause, appId } = broadcast;
    if (resumesAt === undefined) return false;
    // An operator may have ended the pause of its API early.
    if (pauseCause === 'quota') await this.pauses.catchUp();
    const path = this.channels.pathOf(broadcast.channel);
    const isLifted =
      pauseCause === 'quota' && this.pauses.of(appId, path, broadcast.templateId) === undefined;
    if (!isLifted && resumesAt.getTime() > this.clock.now()) return false;
    return this.changes.resumePassed(broadcast, resumesAt);
  }
}
