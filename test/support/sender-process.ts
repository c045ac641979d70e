/**
 * A process of its own that sends. Reads a job as JSON from the environment, says "ready" when it is up, starts at the first line on its
 * standard input, and prints one JSON line: how the sends ended, by outcome or error code.
 */
import 'reflect-metadata';
import { once } from 'node:events';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type SendMessageDto,
  SubscribeService,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

export interface SenderJob {
  database: DataSourceOptions;
  options: WeixinSubscribeModuleOptions;
  messages: SendMessageDto[];
  /** Sends under way at once. */
  concurrency: number;
}

const job: SenderJob = JSON.parse(String(process.env.SENDER_JOB));

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
})
class SenderModule {}

const app = await NestFactory.createApplicationContext(SenderModule, { logger: false });
const subscribe = app.get(SubscribeService);
process.stdout.write('ready\n');
await once(process.stdin, 'data');

const ends: Record<string, number> = {};
const queue = [...job.messages];
await Promise.all(
  Array.from({ length: job.concurrency }, async () => {
    for (let message = queue.shift(); message; message = queue.shift()) {
      const end = await subscribe.send(message).then(
        ({ status }) => status,
        (error) => error.code ?? String(error),
      );
      ends[end] = (ends[end] ?? 0) + 1;
    }
  }),
);
process.stdout.write(`${JSON.stringify(ends)}\n`);
await app.close();
process.exit(0);
