import { Injectable } from '@nestjs/common';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import './broadcast.events.js';
import { BroadcastRepository, type Pause, type Word } from './broadcast.repository.js';
import type { Broadcast } from './broadcast.types.js';

/** Changes the state of broadcasts, and tells the host of every change that was made. `false`: it was not, somebody was faster. */
@Injectable()
export class BroadcastChanges {
  private readonly logger = new LibraryLogger(BroadcastChanges.name);

  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly events: WeixinEvents,
  ) {}

  async start(broadcast: Broadcast, total: number, word: Word): Promise<boolean> {
    if (!(await this.broadcasts.start(broadcast, total, word))) return false;
    this.events.emit('weixin.broadcast.started', told(broadcast, word));
    return true;
  }

  async pause(broadcast: Broadcast, pause: Pause): Promise<boolean> {
    if (!(await this.broadcasts.pause(broadcast.id, pause))) return false;
    const { cause, reason, resumesAt } = pause;
    if (cause !== 'person') this.logger.warn(`broadcast ${broadcast.id} is paused (${cause}): ${reason}`);
    this.events.emit('weixin.broadcast.paused', { ...told(broadcast, pause), cause, reason, resumesAt });
    return true;
  }

  async resume(broadcast: Broadcast, word: Word): Promise<boolean> {
    return this.resumed(broadcast, word, await this.broadcasts.resume(broadcast.id, word));
  }

  /** The cause of its pause is over. */
  async resumePassed(broadcast: Broadcast, resumesAt: Date): Promise<boolean> {
    return this.resumed(broadcast, {}, await this.broadcasts.resumePassed(broadcast.id, resumesAt));
  }

  async cancel(broadcast: Broadcast, word: Word): Promise<boolean> {
    if (!(await this.broadcasts.cancel(broadcast.id, word))) return false;
    this.events.emit('weixin.broadcast.cancelled', told(broadcast, word));
    return true;
  }

  async finish(broadcast: Broadcast): Promise<boolean> {
    return this.finished(broadcast, undefined, await this.broadcasts.finish(broadcast.id));
  }

  async finishOverdue(broadcast: Broadcast, reason: string): Promise<boolean> {
    return this.finished(broadcast, reason, await this.broadcasts.finishOverdue(broadcast.id, reason));
  }

  private resumed(broadcast: Broadcast, word: Word, done: boolean): boolean {
    if (done) this.events.emit('weixin.broadcast.resumed', told(broadcast, word));
    return done;
  }

  private finished(broadcast: Broadcast, reason: string | undefined, done: boolean): boolean {
    if (done) this.events.emit('weixin.broadcast.finished', { ...told(broadcast, {}), reason });
    return done;
  }
}

function told({ id, appId }: Broadcast, { requestedBy }: Word) {
  return { broadcastId: id, appId, requestedBy };
}
