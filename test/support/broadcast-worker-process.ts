/**
 * A process of its own with its schedule on: it works on whatever broadcast is running, until its input ends.
 * Reads its job as JSON from the environment.
 */
import 'reflect-metadata';
import { createInterface } from 'node:readline';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

export interface BroadcastWorkerJob {
  database: DataSourceOptions;
  options: WeixinSubscribeModuleOptions;
}

const job: BroadcastWorkerJob = JSON.parse(String(process.env.JOB));

@Module({
  imports: [
    ScheduleModule.forRoot(),
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot({ ...job.options, schedule: { enabled: true } }),
  ],
})
class WorkerModule {}

const app = await NestFactory.createApplicationContext(WorkerModule, {
  logger: process.env.WORKER_LOG ? undefined : false,
});
process.stdout.write('ready\n');
for await (const _line of createInterface(process.stdin));
await app.close();
process.exit(0);
