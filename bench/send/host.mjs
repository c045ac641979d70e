/**
 * A host app in a process of its own: Nest on Express, TypeORM, schedule; with our module as it is published,
 * or without. Says how long importing and starting it took, and how big the process is then. Forked by
 * footprint.ts.
 */
import { setTimeout as wait } from 'node:timers/promises';

const { database, origin, account, packages, library, empty } = JSON.parse(process.env.BENCH_JOB);

await import('reflect-metadata');
const { Module } = await import('@nestjs/common');
const { NestFactory } = await import('@nestjs/core');
const { ScheduleModule } = await import('@nestjs/schedule');
const { TypeOrmModule } = await import('@nestjs/typeorm');
for (const name of packages) await import(name);
const ours = library && (await import(library));
const { emptyModule } = empty ? await import('./empty-module.mjs') : {};

class HostModule {}
Module({
  imports: [
    ScheduleModule.forRoot(),
    TypeOrmModule.forRoot({ ...database, entities: ours?.WEIXIN_SUBSCRIBE_ENTITIES ?? [] }),
    ...(emptyModule ? [emptyModule()] : []),
    ...(ours
      ? [
          ours.WeixinSubscribeModule.forRoot({
            accounts: [account],
            publicBaseUrl: 'http://127.0.0.1:3000',
            apiBaseUrl: origin,
            mpBaseUrl: origin,
          }),
        ]
      : []),
  ],
})(HostModule);

const app = await NestFactory.create(HostModule, { logger: ['warn', 'error'], abortOnError: false });
await app.init();
const ms = performance.now();
const { user, system } = process.cpuUsage();
// For what the background does at start, the first token among it.
await wait(500);
global.gc();
process.send({ ms, cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss() }, () => process.exit());
