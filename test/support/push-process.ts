/**
 * A process of its own that takes pushes. It says its address on a line; when its listener is called it says
 * the id of the event and stands still until it is killed. Reads its job as JSON from the environment; its
 * clock is the real one.
 */
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  OnWeixinEvent,
  type PushEvent,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

export interface PushJob {
  database: DataSourceOptions;
  options: WeixinSubscribeModuleOptions;
}

const job: PushJob = JSON.parse(String(process.env.JOB));

@Injectable()
class StandsStill {
  @OnWeixinEvent('*')
  hear({ id }: PushEvent): Promise<never> {
    process.stdout.write(`${JSON.stringify(id)}\n`);
    return new Promise<never>(() => setInterval(() => undefined, 1000));
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
  providers: [StandsStill],
})
class PushModule {}

const app = await NestFactory.create(PushModule, { logger: false });
await app.listen(0, '127.0.0.1');
process.stdout.write('ready\n');
process.stdout.write(`${JSON.stringify(await app.getUrl())}\n`);
