/** A process of its own that updates cards: for each line on its standard input one update, then its end. */
import 'reflect-metadata';
import { createInterface } from 'node:readline';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CardService,
  type CardStateInput,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

export interface CardOrder extends CardStateInput {
  id: string;
}

const job: { database: DataSourceOptions; options: WeixinSubscribeModuleOptions } = JSON.parse(
  String(process.env.JOB),
);

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
})
class CardProcessModule {}

const app = await NestFactory.createApplicationContext(CardProcessModule, { logger: false });
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  const { id, ...input }: CardOrder = JSON.parse(line);
  const end = await app
    .get(CardService)
    .update(id, input)
    .then(
      () => 'sent',
      (error) => error.outcome ?? error.code,
    );
  process.stdout.write(`${JSON.stringify(end)}\n`);
}
await app.close();
process.exit(0);
