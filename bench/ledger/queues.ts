import type { DataSourceOptions } from 'typeorm';
import { graphileWorker, pgBoss, type Queue } from '../queues/queues.mjs';
import { cpuNs, openBenchDatabase } from '../support/databases.js';
import { type Cost, costOf } from '../support/measure.js';
import { type Written, writtenBy } from './wal.js';

const OPEN = { 'pg-boss': pgBoss, 'graphile-worker': graphileWorker };
export type QueueName = keyof typeof OPEN;
export const QUEUE_NAMES = Object.keys(OPEN) as QueueName[];

/** A job queue in a database of its own on the same server, and what a job of it costs. */
export class MeasuredQueue {
  private constructor(
    private readonly queue: Queue,
    private readonly database: Awaited<ReturnType<typeof openBenchDatabase>>,
  ) {}

  static async open(name: QueueName): Promise<MeasuredQueue> {
    const database = await openBenchDatabase('postgres');
    const { url } = database.dataSource.options as DataSourceOptions & { url: string };
    return new MeasuredQueue(await OPEN[name](url), database);
  }

  /** Of taking and ending them; putting them in is not counted. */
  async cost(jobs: number): Promise<Cost> {
    await this.queue.fill(jobs);
    const before = await this.backends();
    const cost = await costOf(async () => {
      await this.queue.work(jobs);
      return jobs;
    });
    const after = await this.backends();
    for (const pid of before.keys())
      if (!after.has(pid)) throw new Error('a connection was closed: what it cost is not known any more');
    let ns = 0;
    for (const [pid, used] of after) ns += used - (before.get(pid) ?? 0);
    return { ...cost, server: ns / 1000 / jobs };
  }

  async written(jobs: number): Promise<Written | undefined> {
    await this.queue.fill(jobs);
    return writtenBy(this.database.dataSource, async () => {
      await this.queue.work(jobs);
      return jobs;
    });
  }

  async close(): Promise<void> {
    await this.queue.close();
    await this.database.close();
  }

  /** CPU time that each process of the server has used for the queue's connections, nanoseconds. */
  private async backends(): Promise<Map<number, number>> {
    const rows: { pid: number }[] = await this.database.dataSource.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    return new Map(rows.map(({ pid }) => [pid, cpuNs(pid) ?? Number.NaN]));
  }
}
