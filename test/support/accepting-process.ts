/**
 * A process of its own that accepts a message within a transaction of its host, says `"accepted"`, and then
 * stands still, after its commit or before it, until it is killed. Reads its job as JSON from the
 * environment.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type SendMessageDto,
  SubscribeService,
  WEIXIN_DATA_SOURCE,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSource, DataSourceOptions } from 'typeorm';

export interface AcceptingJob {
  database: DataSourceOptions;
  options: WeixinSubscribeModuleOptions;
  message: SendMessageDto;
  dies: 'before the commit' | 'after the commit';
}

const job: AcceptingJob = JSON.parse(String(process.env.JOB));

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
})
class AcceptingModule {}

const app = await NestFactory.createApplicationContext(AcceptingModule, { logger: false });
const subscribe = app.get(SubscribeService);
process.stdout.write('ready\n');
const standStill = () => {
  process.stdout.write('"accepted"\n');
  return new Promise<never>(() => setInterval(() => undefined, 1000));
};
await app.get<DataSource>(WEIXIN_DATA_SOURCE).transaction(async (manager) => {
  await manager.query("INSERT INTO booking VALUES ('of the process')");
  await subscribe.send(job.message, { manager });
  if (job.dies === 'before the commit') await standStill();
});
await standStill();
