import { Injectable } from '@nestjs/common';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastChanges } from '../broadcast-changes.js';
import { BroadcastWorkers } from './broadcast-workers.js';
import { BroadcastRunner } from './runner.js';

/** Renewed every five seconds; afterwards another process takes over. */
const LEASE_MS = 15_000;

/** One process works on a broadcast from its start to its end; when it dies, another one goes on. */
@Injectable()
export class LocalWorkers extends BroadcastWorkers {
  private readonly logger = new LibraryLogger(LocalWorkers.name);

  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly changes: BroadcastChanges,
    private readonly runner: BroadcastRunner,
  ) {
    super();
  }

  async work(broadcast: BroadcastRecord): Promise<void> {
    const { id } = broadcast;
    if (!(await this.broadcasts.lease(id, 'running', this.runner.owner, LEASE_MS))) return;
    if (!this.runner.isRunning(id) && this.runner.isReady(broadcast)) void this.run(broadcast);
  }

  private async run(broadcast: BroadcastRecord): Promise<void> {
    try {
      const end = await this.runner.run(broadcast);
      // Should a batch be in flight still, of a process that died, the next look finds out again.
      if (end === 'end') await this.changes.finish(broadcast);
      // Another process would only be told to wait as well.
      if (typeof end === 'string' || end.kind !== 'wait')
        await this.broadcasts.release(broadcast.id, this.runner.owner);
    } catch (error) {
      this.logger.error(`broadcast ${broadcast.id}: ${(error as Error).message}`);
    }
  }
}
