import { Injectable } from '@nestjs/common';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import './broadcast.events.js';
import { BroadcastRepository, type ChangedBy, type Pause } from './broadcast.repository.js';
import type { Broadcast } from './broadcast.types.js';

/**
 * Changes the state of broadcasts, and emits an event for every change. `false`: nothing changed, another
 * caller was faster.
 */
@Injectable()
export class BroadcastChanges {
  private readonly logger = new LibraryLogger(BroadcastChanges.name);

  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly events: WeixinEvents,
  ) {}

  async start(broadcast: Broadcast, total: number, by: ChangedBy): Promise<boolean> {
    if (!(await this.broadcasts.start(broadcast, total, by))) return false;
    this.events.emit('weixin.broadcast.started', toEvent(broadcast, by));
    return true;
  }

  async pause(broadcast: Broadcast, pause: Pause): Promise<boolean> {
    if (!(await this.broadcasts.pause(broadcast.id, pause))) return false;
    const { cause, reason, resumesAt } = pause;
    if (cause !== 'person')
      this.logger.warn(`broadcast ${broadcast.id} is paused (${cause}): ${reason}`, {
        appId: broadcast.appId,
        broadcastId: broadcast.id,
        reason,
      });
    this.events.emit('weixin.broadcast.paused', { ...toEvent(broadcast, pause), cause, reason, resumesAt });
    return true;
  }

  async resume(broadcast: Broadcast, by: ChangedBy): Promise<boolean> {
    return this.resumed(broadcast, by, await this.broadcasts.resume(broadcast.id, by));
  }

  /** The cause of its pause is over. */
  async resumePassed(broadcast: Broadcast, resumesAt: Date): Promise<boolean> {
    return this.resumed(broadcast, {}, await this.broadcasts.resumePassed(broadcast.id, resumesAt));
  }

  async cancel(broadcast: Broadcast, by: ChangedBy): Promise<boolean> {
    if (!(await this.broadcasts.cancel(broadcast.id, by))) return false;
    this.events.emit('weixin.broadcast.cancelled', toEvent(broadcast, by));
    return true;
  }

  /** @param looked the claim that found nobody */
  async finish(broadcast: Broadcast, looked: { lookedAt?: number }): Promise<boolean> {
    return this.finished(broadcast, undefined, await this.broadcasts.finish(broadcast.id, looked));
  }

  async finishOverdue(broadcast: Broadcast, reason: string): Promise<boolean> {
    return this.finished(broadcast, reason, await this.broadcasts.finishOverdue(broadcast.id, reason));
  }

  private resumed(broadcast: Broadcast, by: ChangedBy, done: boolean): boolean {
    if (done) this.events.emit('weixin.broadcast.resumed', toEvent(broadcast, by));
    return done;
  }

  private finished(broadcast: Broadcast, reason: string | undefined, done: boolean): boolean {
    if (done) this.events.emit('weixin.broadcast.finished', { ...toEvent(broadcast, {}), reason });
    return done;
  }
}

function toEvent({ id, appId }: Broadcast, { requestedBy }: ChangedBy) {
  return { broadcastId: id, appId, requestedBy };
}
