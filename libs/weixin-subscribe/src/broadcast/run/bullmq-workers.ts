import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { WeixinSubscribeConfig } from '../../config/weixin-subscribe.config.js';
import { Clock } from '../../kernel/clock.js';
import { foreignCause, InvalidOptionsError } from '../../kernel/errors.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { RedisConnection } from '../../kernel/redis-connection.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastChanges } from '../broadcast-changes.js';
import { BroadcastWorkers } from './broadcast-workers.js';
import type { Walk } from './claims.js';
import { BroadcastRunner } from './runner.js';
import { sharesAt, sharesOf } from './shares.js';

/** One posts while the other settles and claims. */
const JOBS_AT_ONCE = 2;
/** How long the others wait when WeChat wants a pause, if this process was not told how long. */
const PAUSE_MS = 5000;

/** A turn of one lane of a broadcast. What is left to do stands in the ledger; a lost job loses nothing. */
interface Turn {
  broadcastId: string;
  lane: number;
  walk: Walk;
}

/** What a turn leads to: the next turn of its lane; none, when there is nothing to do for it. */
type TurnEnd = { next?: Turn; delayMs?: number };

interface AccountQueue {
  queue: Queue<Turn, TurnEnd>;
  worker: Worker<Turn, TurnEnd>;
  /** Connections that it was given BullMQ leaves open. */
  connections: Redis[];
}

/**
 * All processes work on all broadcasts: BullMQ spreads turns, a batch each, over them and holds the rate of each account for all of them together.
 * Redis knows only whose turn it is. When it is emptied, the next look of any process adds the turns anew; when it is away, broadcasts wait for it.
 */
@Injectable()
export class BullmqWorkers extends BroadcastWorkers implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new LibraryLogger(BullmqWorkers.name);
  private readonly accounts = new Map<string, Promise<AccountQueue>>();
  private bullmq?: typeof import('bullmq');

  constructor(
    private readonly redis: RedisConnection,
    private readonly broadcasts: BroadcastRepository,
    private readonly changes: BroadcastChanges,
    private readonly runner: BroadcastRunner,
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    if (this.config.broadcast.distribution !== 'bullmq') return;
    this.bullmq = await import('bullmq').catch(() => {
      throw new InvalidOptionsError([
        { option: 'broadcast.distribution', message: 'needs the package "bullmq", which is not installed' },
      ]);
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.runner.close();
    for (const opened of this.accounts.values()) {
      const { queue, worker, connections } = await opened;
      await worker.close();
      await queue.close();
      for (const connection of connections) connection.disconnect();
    }
  }

  /** Adds a turn for every lane of it; who has one already keeps it. */
  async work(broadcast: BroadcastRecord): Promise<void> {
    const { ratePerSecond } = this.config.broadcast;
    const { queue } = await this.queueOf(broadcast.appId);
    // Written down in Redis, so again each time: it may have been emptied.
    const { everyMs } = sharesAt(ratePerSecond);
    if (everyMs !== undefined) await queue.setGlobalRateLimit(1, everyMs);
    else await queue.removeGlobalRateLimit();
    const { lanes } = sharesOf(broadcast, ratePerSecond);
    const turns = Array.from({ length: lanes }, (_, lane) => ({ broadcastId: broadcast.id, lane, walk: {} }));
    await queue.addBulk(turns.map((turn) => ({ name: 'turn', data: turn, opts: { jobId: jobId(turn) } })));
  }

  private queueOf(appId: string): Promise<AccountQueue> {
    let opened = this.accounts.get(appId);
    if (!opened) {
      opened = this.open(appId);
      opened.catch(() => this.accounts.delete(appId));
      this.accounts.set(appId, opened);
    }
    return opened;
  }

  private async open(appId: string): Promise<AccountQueue> {
    const bullmq = this.bullmq as typeof import('bullmq');
    const client = await this.redis.client();
    // BullMQ refuses connections that put a prefix before keys; it puts its own.
    const prefix = `${client.options.keyPrefix ?? ''}bull`;
    const name = `weixin-broadcast-${appId}`;
    const connection = client.duplicate({ keyPrefix: undefined });
    // A worker waits for its next job on the connection itself.
    const waiting = client.duplicate({
      ...{ keyPrefix: undefined, maxRetriesPerRequest: null, commandTimeout: undefined },
    });
    const queue = new bullmq.Queue<Turn, TurnEnd>(name, {
      connection,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    const worker = new bullmq.Worker<Turn, TurnEnd>(name, (job) => this.turn(job, queue), {
      connection: waiting,
      prefix,
      concurrency: JOBS_AT_ONCE,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('completed', (_job, { next, delayMs }) => {
      if (next) void this.add(queue, next, delayMs);
    });
    const warn = (error: Error) => this.logger.warn(`BullMQ: ${foreignCause(error).message}`);
    queue.on('error', warn);
    worker.on('error', warn);
    return { queue, worker, connections: [connection, waiting] };
  }

  private async turn({ data }: Job<Turn>, queue: Queue<Turn, TurnEnd>): Promise<TurnEnd> {
    const startedAt = this.clock.now();
    const broadcast = await this.broadcasts.find(data.broadcastId);
    if (broadcast?.status !== 'running' || !this.runner.isReady(broadcast)) return {};
    const { size, everyMs } = sharesOf(broadcast, this.config.broadcast.ratePerSecond);
    const { walk } = data;
    const end = await this.runner.run(broadcast, { size, walk });
    if (end === 'share') {
      const delayMs = everyMs === undefined ? 0 : Math.max(0, startedAt + everyMs - this.clock.now());
      return { next: { ...data, walk }, delayMs };
    }
    if (end === 'end') await this.changes.finish(broadcast);
    // The account's other turns would only be told the same.
    else if (end.kind === 'wait') await queue.rateLimit(this.runner.closedForMs(broadcast) || PAUSE_MS);
    return {};
  }

  private async add(queue: Queue<Turn, TurnEnd>, turn: Turn, delay = 0): Promise<void> {
    try {
      await queue.add('turn', turn, { jobId: jobId(turn), delay });
    } catch (error) {
      // The next look adds it.
      this.logger.warn(`BullMQ: ${foreignCause(error).message}`);
    }
  }
}

/** The same for every turn of a lane, so that a lane never has two. */
function jobId({ broadcastId, lane }: Turn): string {
  return `${broadcastId}-${lane}`;
}
