import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { DataSourceOptions } from 'typeorm';
import { Pool } from 'undici';
import type { Cost } from '../support/measure.js';
import type { Adapter, HostJob, Way } from './host.js';
import type { Question } from './questions.js';

const PATHS: Record<Way, string> = {
  endpoint: '/weixin/callback',
  'one each': '/weixin/callback',
  own: '/own',
  bare: '/bare',
};

/** A host.ts as its visitors know it. */
export class HostProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly pool: Pool,
    private readonly path: string,
  ) {}

  static async start(
    adapter: Adapter,
    way: Way,
    options: DataSourceOptions,
    visitors: number,
  ): Promise<HostProcess> {
    // What can be written as JSON: neither entities nor migrations, which the host has itself.
    const { entities, migrations, poolSize, ...database } = options;
    const job: HostJob = { adapter, way, database: database as DataSourceOptions };
    const child = fork(new URL('host.ts', import.meta.url), [], {
      execArgv: ['--import', '@swc-node/register/esm-register'],
      env: { ...process.env, BENCH_HOST: JSON.stringify(job) },
    });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new HostProcess(child, new Pool(url, { connections: visitors, pipelining: 1 }), PATHS[way]);
  }

  /**
   * Everybody comes back from WeChat, so many at once. What one callback cost: CPU of the host's process, and
   * its share of the time.
   */
  async answerAll(questions: Question[], visitors: number): Promise<Cost> {
    const waiting = [...questions];
    const cpu = await this.cpu();
    const start = process.hrtime.bigint();
    await Promise.all(
      Array.from({ length: visitors }, async () => {
        for (let next = waiting.pop(); next; next = waiting.pop()) await this.visit(next);
      }),
    );
    const wall = Number(process.hrtime.bigint() - start) / 1000 / questions.length;
    return { client: ((await this.cpu()) - cpu) / questions.length, wall };
  }

  async close(): Promise<void> {
    await this.pool.close();
    this.child.disconnect();
  }

  private async visit({ query, cookie }: Question): Promise<void> {
    const path = `${this.path}?${query}`;
    const { statusCode, headers, body } = await this.pool.request({
      method: 'GET',
      path,
      headers: { cookie },
    });
    await body.dump();
    if (statusCode !== 302 || !String(headers.location).endsWith('subscribe=confirmed'))
      throw new Error(`a callback was answered ${statusCode}`);
  }

  private async cpu(): Promise<number> {
    this.child.send('cpu');
    const [{ cpu }] = (await once(this.child, 'message')) as [{ cpu: number }];
    return cpu;
  }
}
