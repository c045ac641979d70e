/** A host whose accounts stand in the database, in a process of its own. It uses those that it is told. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  AccountService,
  TokenService,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';
import { manyLibraryAccounts } from '../../test/support/many-accounts.js';

export interface HostJob {
  origin: string;
  database: DataSourceOptions;
}

/** `add`: accounts into the database. `use`: a token of each, 20 at a time. */
export type Question = { add: string[] } | { use: string[] };

export interface Ready {
  /** From the start of the process until the accounts are known. */
  ms: number;
  cpuMs: number;
  /** After a collection of garbage. */
  heapBytes: number;
}

const IN_FLIGHT = 20;
const { origin, database }: HostJob = JSON.parse(String(process.env.BENCH_JOB));

@Module({
  imports: [
    ScheduleModule.forRoot(),
    TypeOrmModule.forRoot({
      ...database,
      ...('poolSize' in database && { poolSize: 5 }),
      entities: WEIXIN_SUBSCRIBE_ENTITIES,
    } as DataSourceOptions),
    WeixinSubscribeModule.forRootAsync({
      accountSource: 'database',
      useFactory: () => ({
        publicBaseUrl: 'http://127.0.0.1:3000',
        apiBaseUrl: origin,
        mpBaseUrl: origin,
        token: { encryption: { keys: [{ id: 'k1', key: Buffer.alloc(32, 7).toString('base64') }] } },
      }),
    }),
  ],
})
class HostModule {}

const app = await NestFactory.createApplicationContext(HostModule, {
  logger: ['warn', 'error'],
  abortOnError: false,
});
const tokens = app.get(TokenService);
const accounts = app.get(AccountService);

async function each(appIds: string[], work: (appId: string) => Promise<unknown>): Promise<void> {
  const left = appIds.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const appId of left) await work(appId);
    }),
  );
}

process.on('message', async (question: Question) => {
  const start = performance.now();
  try {
    if ('use' in question) await each(question.use, (appId) => tokens.getToken(appId));
    else
      for (const account of manyLibraryAccounts(question.add))
        await accounts.add(
          { ...account, templates: [{ id: String(account.templates[0]) }] } as never,
          'bench',
        );
    process.send?.({ ms: performance.now() - start });
  } catch (error) {
    process.send?.({ error: (error as Error).message });
  }
});
process.once('disconnect', () => process.exit());

const { user, system } = process.cpuUsage();
const ms = performance.now();
globalThis.gc?.();
const ready: Ready = { ms, cpuMs: (user + system) / 1000, heapBytes: process.memoryUsage().heapUsed };
process.send?.(ready);
