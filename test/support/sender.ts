import type { SendMessageDto } from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';
import { LineProcess } from './line-process.js';
import type { SendEnd, SenderJob, SenderOrder } from './sender-process.js';

export type { SendEnd } from './sender-process.js';

/** A running sender process. */
export class Sender {
  private constructor(private readonly process: LineProcess) {}

  static async spawn(job: SenderJob): Promise<Sender> {
    // Many processes share what one server allows.
    const database = { ...job.database, ...('poolSize' in job.database && { poolSize: 5 }) };
    return new Sender(
      await LineProcess.spawn('sender-process.ts', { ...job, database: database as DataSourceOptions }),
    );
  }

  /**
   * Sends the messages, so many at once; tells each end as it comes and answers them all when the last has.
   * @throws when the process dies before that
   */
  async send(
    messages: SendMessageDto[],
    concurrency = 8,
    told: (end: SendEnd) => void = () => undefined,
  ): Promise<SendEnd[]> {
    const ends: SendEnd[] = [];
    this.process.say({ messages, concurrency } satisfies SenderOrder);
    for (;;) {
      const line = await this.process.hear<SendEnd | 'done'>();
      if (line === 'done') return ends;
      ends.push(line);
      told(line);
    }
  }

  /** kill -9, and waits until it is gone. */
  kill(): Promise<void> {
    return this.process.kill();
  }

  /** Lets it end by itself. */
  close(): Promise<void> {
    return this.process.close();
  }
}

/** How many ended how. */
export function countEnds(ends: SendEnd[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { end } of ends) counts[end] = (counts[end] ?? 0) + 1;
  return counts;
}
