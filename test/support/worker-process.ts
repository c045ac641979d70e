/**
 * A process of its own that works in the background. For each name of a task on its standard input, as JSON,
 * it runs the task once and prints `"done"`. Reads its job as JSON from the environment; its clock is the
 * real one.
 */
import 'reflect-metadata';
import { createInterface } from 'node:readline';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  BackgroundTasks,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

export interface WorkerJob {
  database: DataSourceOptions;
  options: WeixinSubscribeModuleOptions;
}

const job: WorkerJob = JSON.parse(String(process.env.JOB));

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
})
class WorkerModule {}

const app = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
const tasks = app.get(BackgroundTasks);
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  await tasks.run(JSON.parse(line));
  process.stdout.write('"done"\n');
}
await app.close();
process.exit(0);
