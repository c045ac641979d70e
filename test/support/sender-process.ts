/**
 * A process of its own that sends. For each order on its standard input it sends the messages, prints how
 * each of them ended as soon as it has, and then `"done"`.
 */
import 'reflect-metadata';
import { createInterface } from 'node:readline';
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
  /** Who the ledger says has asked for its messages. */
  name?: string;
}

export interface SenderOrder {
  messages: SendMessageDto[];
  /** Sends under way at once. */
  concurrency: number;
}

export interface SendEnd {
  openid: string;
  scene: number;
  /** An outcome, or the code of the error. */
  end: string;
  /** Of the message, where one was accepted. */
  id?: string;
}

const job: SenderJob = JSON.parse(String(process.env.JOB));
const print = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
})
class SenderModule {}

const app = await NestFactory.createApplicationContext(SenderModule, { logger: false });
const subscribe = app.get(SubscribeService);

async function send(message: SendMessageDto): Promise<SendEnd> {
  const { openid, scene } = message;
  const told = await subscribe.send(message, job.name).then(
    ({ status, id }) => ({ end: status, id }),
    (error) => ({ end: error.outcome ?? error.code ?? String(error), id: error.messageId }),
  );
  return { openid, scene, ...told };
}

process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  const { messages, concurrency }: SenderOrder = JSON.parse(line);
  const queue = [...messages];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let message = queue.shift(); message; message = queue.shift()) print(await send(message));
    }),
  );
  print('done');
}
await app.close();
process.exit(0);
