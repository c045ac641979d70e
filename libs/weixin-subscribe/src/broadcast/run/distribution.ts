import { Injectable } from '@nestjs/common';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastWorker } from './broadcast-worker.js';

/** Sees to it that a process works on a running broadcast. */
export abstract class BroadcastDistribution {
  /** Is called every few seconds for each running broadcast; never waits for its end. */
  abstract assign(broadcast: BroadcastRecord): Promise<void>;
}

/** Renewed every five seconds; afterwards another process takes over. */
const LEASE_MS = 15_000;

/** One process works on a broadcast from its start to its end; when it dies, another one continues. */
@Injectable()
export class LocalDistribution extends BroadcastDistribution {
  private readonly logger = new LibraryLogger(LocalDistribution.name);

  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly worker: BroadcastWorker,
  ) {
    super();
  }

  async assign(broadcast: BroadcastRecord): Promise<void> {
    const { id } = broadcast;
    if (!(await this.broadcasts.lease(id, 'running', this.worker.owner, LEASE_MS))) return;
    if (!this.worker.isRunning(id) && this.worker.isReady(broadcast)) void this.run(broadcast);
  }

  private async run(broadcast: BroadcastRecord): Promise<void> {
    try {
      const end = await this.worker.run(broadcast);
      // Another process would have to wait as well.
      if (typeof end === 'string' || end.kind !== 'wait')
        await this.broadcasts.release(broadcast.id, this.worker.owner);
    } catch (error) {
      this.logger.error(`broadcast ${broadcast.id}: ${(error as Error).message}`);
    }
  }
}
