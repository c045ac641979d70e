/**
 * A process of its own that serves the library's routes over HTTP. It says its address on a line, and goes on
 * until it is killed. Reads its job as JSON from the environment; its clock is the real one.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

export interface ServingJob {
  database: DataSourceOptions;
  options: WeixinSubscribeModuleOptions;
}

const job: ServingJob = JSON.parse(String(process.env.JOB));

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
})
class ServingModule {}

const app = await NestFactory.create(ServingModule, { logger: false });
await app.listen(0, '127.0.0.1');
process.stdout.write(`ready\n${JSON.stringify(await app.getUrl())}\n`);
