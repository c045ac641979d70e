import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { RateLimitedError } from '../http/http.errors.js';
import { BroadcastConfig } from './broadcast.options.js';

/** Others of its streams may have ended by then. */
const RETRY_AFTER_SECONDS = 5;

type Connection = Pick<Socket, 'once' | 'off' | 'destroyed'>;

/** The streams of events that are open in this process, by client: each is a connection that stays. */
@Injectable()
export class EventStreams {
  private readonly open = new Map<string, number>();

  constructor(private readonly config: BroadcastConfig) {}

  /**
   * Counts one more, until what it returns is called, or its connection is closed: a client that goes away
   * before the first event is never subscribed.
   * @throws {RateLimitedError} the client has as many as it may have
   */
  enter(client: string, connection: Connection): () => void {
    const most = this.config.streamsPerClient;
    const open = this.open.get(client) ?? 0;
    if (most > 0 && open >= most)
      throw new RateLimitedError(
        RETRY_AFTER_SECONDS,
        `client "${client}" has ${open} streams of events open here, which is the most it may have`,
      );
    this.open.set(client, open + 1);
    let isOpen = true;
    const leave = () => {
      connection.off('close', leave);
      if (isOpen) this.leave(client);
      isOpen = false;
    };
    connection.once('close', leave);
    if (connection.destroyed) leave();
    return leave;
  }

  private leave(client: string): void {
    const left = (this.open.get(client) ?? 1) - 1;
    if (left > 0) this.open.set(client, left);
    else this.open.delete(client);
  }
}
