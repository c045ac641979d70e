import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { Clock } from '../../kernel/clock.js';
import { foreignCause, InvalidOptionsError } from '../../kernel/errors.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { RedisConnection } from '../../kernel/redis-connection.js';
import { settledWithin } from '../../kernel/settled-within.js';
import { BroadcastConfig } from '../broadcast.options.js';
import { BroadcastRepository } from '../broadcast.repository.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { jobSizesAt, jobSizesOf } from './batch-sizes.js';
import { BroadcastWorker } from './broadcast-worker.js';
import type { BroadcastCursor } from './claims.js';
import { BroadcastDistribution } from './distribution.js';

/** One job posts while the other settles and claims. */
const JOBS_AT_ONCE = 2;
const JOB_NAME = 'chunk';
/** How long the other jobs wait for WeChat, where this process does not know how long. */
const PAUSE_MS = 5000;
/** How long the close waits for Redis. A job of which it is not told the end is found again. */
const CLOSE_MS = 2000;

/** One chunk of a broadcast. What is left to do stands in the ledger; a lost job loses nothing. */
interface ChunkJob {
  broadcastId: string;
  /** At most one job of a broadcast has this number at any time. */
  slot: number;
  cursor: BroadcastCursor;
}

/** What follows a job in its slot; nothing, when there is nothing to do. */
type JobEnd = { next?: ChunkJob; delayMs?: number };

interface AccountQueue {
  queue: Queue<ChunkJob, JobEnd>;
  worker: Worker<ChunkJob, JobEnd>;
  /**
   * All that were opened for it: BullMQ leaves open those that it was given, and while Redis is away it
   * closes none.
   */
  connections: Redis[];
}

/**
 * All processes work on all broadcasts: BullMQ distributes jobs of one chunk each, and keeps the rate of each
 * account for all processes together. Redis holds nothing else. When it is emptied, the next check of any
 * process adds the jobs again; while it is away, broadcasts wait for it.
 */
@Injectable()
export class BullmqDistribution extends BroadcastDistribution implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new LibraryLogger(BullmqDistribution.name);
  private readonly accounts = new Map<string, Promise<AccountQueue>>();
  private readonly chunks = new Set<Promise<unknown>>();
  private closed?: Promise<unknown>;
  private bullmq?: typeof import('bullmq');

  constructor(
    private readonly redis: RedisConnection,
    private readonly broadcasts: BroadcastRepository,
    private readonly worker: BroadcastWorker,
    private readonly clock: Clock,
    private readonly config: BroadcastConfig,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    if (this.config.distribution !== 'bullmq') return;
    this.bullmq = await import('bullmq').catch(() => {
      throw new InvalidOptionsError([
        { option: 'broadcast.distribution', message: 'needs the package "bullmq", which is not installed' },
      ]);
    });
  }

  /** Nest 11 runs the hooks at every `app.close()`. */
  onModuleDestroy(): Promise<void> {
    this.worker.close();
    this.closed ??= Promise.all([...this.accounts.values()].map(async (opened) => this.close(await opened)));
    return this.closed.then(() => undefined);
  }

  private async close({ queue, worker, connections }: AccountQueue): Promise<void> {
    await worker.pause(true);
    // What is being posted is settled, which needs no Redis. All else waits for it, for ever if it is away.
    await Promise.allSettled(this.chunks);
    const answer = connections[0].ping();
    const answers = (await settledWithin(CLOSE_MS, answer)) && (await answer.then(Boolean, () => false));
    if (!answers) this.logger.warn('Redis does not answer; the connections of BullMQ are closed without it');
    await settledWithin(
      CLOSE_MS,
      worker.close(!answers).then(() => queue.close()),
    );
    for (const connection of connections) connection.disconnect();
  }

  /** Adds a job for every slot of the broadcast that has none. */
  async assign(broadcast: BroadcastRecord): Promise<void> {
    const { ratePerSecond } = this.config;
    const { queue } = await this.queueOf(broadcast.appId);
    // Redis may have been emptied, so the limit is written each time.
    const { everyMs } = jobSizesAt(ratePerSecond);
    if (everyMs !== undefined) await queue.setGlobalRateLimit(1, everyMs);
    else await queue.removeGlobalRateLimit();
    const { slots } = jobSizesOf(broadcast, ratePerSecond);
    const jobs = Array.from({ length: slots }, (_, slot) => {
      const data = { broadcastId: broadcast.id, slot, cursor: {} };
      return { name: JOB_NAME, data, opts: { jobId: jobId(data) } };
    });
    await queue.addBulk(jobs);
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
      keyPrefix: undefined,
      maxRetriesPerRequest: null,
      commandTimeout: undefined,
    });
    const connections = [connection, waiting];
    for (const each of [connection, waiting]) {
      const duplicate = each.duplicate.bind(each);
      each.duplicate = (...given) => {
        const another = duplicate(...given);
        connections.push(another);
        return another;
      };
    }
    const queue = new bullmq.Queue<ChunkJob, JobEnd>(name, {
      connection,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    const worker = new bullmq.Worker<ChunkJob, JobEnd>(name, (job) => this.work(job, queue), {
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
    return { queue, worker, connections };
  }

  private async work({ data }: Job<ChunkJob>, queue: Queue<ChunkJob, JobEnd>): Promise<JobEnd> {
    const startedAt = this.clock.now();
    const broadcast = await this.broadcasts.find(data.broadcastId);
    if (broadcast?.status !== 'running' || !this.worker.isReady(broadcast)) return {};
    const { size, everyMs } = jobSizesOf(broadcast, this.config.ratePerSecond);
    const { cursor } = data;
    const chunk = this.worker.run(broadcast, { size, cursor });
    this.chunks.add(chunk);
    const end = await chunk.finally(() => this.chunks.delete(chunk));
    if (end === 'chunk') {
      const delayMs = everyMs === undefined ? 0 : Math.max(0, startedAt + everyMs - this.clock.now());
      return { next: { ...data, cursor }, delayMs };
    }
    // The other jobs of the account would meet the same limit.
    if (end !== 'end' && end.kind === 'wait')
      await queue.rateLimit(this.worker.closedForMs(broadcast) || PAUSE_MS);
    return {};
  }

  private async add(queue: Queue<ChunkJob, JobEnd>, job: ChunkJob, delay = 0): Promise<void> {
    try {
      await queue.add(JOB_NAME, job, { jobId: jobId(job), delay });
    } catch (error) {
      // The next check adds it.
      this.logger.warn(`BullMQ: ${foreignCause(error).message}`);
    }
  }
}

/** The same for every job of a slot, so that a slot never has two. */
function jobId({ broadcastId, slot }: ChunkJob): string {
  return `${broadcastId}-${slot}`;
}
