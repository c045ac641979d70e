import { setTimeout as wait } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DeliveryConfig } from '../delivery.options.js';

/** The sends of this process that are under way. */
@Injectable()
export class InFlight implements BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(private readonly config: DeliveryConfig) {}

  async track<T>(send: Promise<T>): Promise<T> {
    this.underWay.add(send);
    try {
      return await send;
    } finally {
      this.underWay.delete(send);
    }
  }

  /**
   * Closing the database under a send would leave its outcome unrecorded. Bounded by the lease, after which
   * recovery would take over.
   */
  async beforeApplicationShutdown(): Promise<void> {
    const settled = Promise.allSettled([...this.underWay]);
    await Promise.race([settled, wait(this.config.leaseMs, undefined, { ref: false })]);
  }
}
