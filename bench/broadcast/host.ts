/**
 * A host app on a ledger full of grants, and what this library does with them: by the hundred, or one at a
 * time.
 */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  BroadcastService,
  TokenService,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
} from 'nestjs-weixin-subscribe';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { BroadcastSupervisor } from '../../libs/weixin-subscribe/src/broadcast/run/broadcast-supervisor.js';
import { BroadcastWorker } from '../../libs/weixin-subscribe/src/broadcast/run/broadcast-worker.js';
import { oneTimeChannel } from '../../libs/weixin-subscribe/src/delivery/channels/one-time.channel.js';
import { MessageRepository } from '../../libs/weixin-subscribe/src/delivery/ledger/message.repository.js';
import { settlementOf } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import { Poster } from '../../libs/weixin-subscribe/src/delivery/send/poster.js';
import { KEY, openidOf } from '../ledger/fill.js';
import { ACCOUNT, CONTENT } from '../send/message.mjs';
import { cpuNs } from '../support/databases.js';
import { type Cost, costOf } from '../support/measure.js';

export interface BroadcastJob {
  origin: string;
  ledger: DataSourceOptions;
  inFlight: number;
}

/** How often the host's schedule looks after its broadcasts. */
const LOOK_MS = 5000;
/** Fine beside a round of a second. */
const IS_IT_OVER_MS = 5;

export type OurHost = Awaited<ReturnType<typeof openHost>>;

export async function openHost({ origin, ledger, inFlight }: BroadcastJob) {
  @Module({
    imports: [
      TypeOrmModule.forRoot({ ...ledger, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
      WeixinSubscribeModule.forRoot({
        accounts: [ACCOUNT],
        publicBaseUrl: 'http://127.0.0.1:3000',
        apiBaseUrl: origin,
        mpBaseUrl: origin,
        http: { transport: 'undici', connections: inFlight },
        broadcast: { concurrency: inFlight, ratePerSecond: 0 },
        token: { store: 'memory' },
        schedule: { enabled: false },
      }),
    ],
  })
  class HostModule {}

  const app = await NestFactory.createApplicationContext(HostModule, {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
  await app.get(TokenService).getToken(ACCOUNT.appId);
  const service = app.get(BroadcastService);
  const supervisor = app.get(BroadcastSupervisor, { strict: false });
  const worker = app.get(BroadcastWorker, { strict: false });
  const messages = app.get(MessageRepository, { strict: false });
  const poster = app.get(Poster, { strict: false });
  const dataSource = app.get(DataSource);

  /** Starts one, and works on it until it is finished. */
  async function begun(scene: number, grants: number) {
    const { id, total } = await service.start({ ...KEY, ...CONTENT, scene });
    if (total !== grants) throw new Error(`a broadcast to ${total} instead of ${grants}`);
    return id;
  }

  async function finish(id: string): Promise<void> {
    await supervisor.check();
    for (let looked = performance.now(); worker.isRunning(id); await sleep(IS_IT_OVER_MS)) {
      if (performance.now() < looked + LOOK_MS) continue;
      looked = performance.now();
      await supervisor.check();
    }
    let progress = await service.progress(id);
    while (progress.status === 'running' && !worker.isRunning(id)) {
      await sleep(IS_IT_OVER_MS);
      progress = await service.progress(id);
    }
    if (progress.status !== 'finished' || progress.sent !== progress.total)
      throw new Error(`not sent to all: ${JSON.stringify(progress)}`);
  }

  return {
    /**
     * The whole of a broadcast to everybody who confirmed under a scene, from when it may begin until it is
     * finished.
     */
    async broadcast(scene: number, grants: number): Promise<Cost> {
      const id = await begun(scene, grants);
      const before = await serverCpu(dataSource);
      const cost = await costOf(async () => {
        await finish(id);
        return grants;
      });
      const after = await serverCpu(dataSource);
      let server = 0;
      for (const [pid, ns] of after) server += ns - (before.get(pid) ?? 0);
      return { ...cost, server: after.size > 0 ? server / 1000 / grants : undefined };
    },

    /** Calls `seen` every 100 ms with the number of messages that have ended. */
    async watched(scene: number, grants: number, seen: (ended: number) => void): Promise<void> {
      const id = await begun(scene, grants);
      let over = false;
      const finished = finish(id).finally(() => {
        over = true;
      });
      while (!over) {
        seen((await service.progress(id)).sent);
        await sleep(100);
      }
      return finished;
    },

    /** The same posts, each claimed and settled alone. */
    oneByOne(scene: number, grants: number): Promise<Cost> {
      const { appId, templateId } = KEY;
      const post = poster.series({ appId, templateId, content: CONTENT }, oneTimeChannel);
      let at = 0;
      const lane = async () => {
        while (at < grants) {
          const key = { ...KEY, openid: openidOf(at++), scene };
          const message = await messages.accept({ ...key, channel: 'one-time', content: CONTENT });
          if (typeof message === 'string') throw new Error(message);
          const { answer } = await post(message, { latest: Date.now() + 60_000 });
          await messages.settle(message, settlementOf(answer));
        }
      };
      return costOf(async () => {
        await Promise.all(Array.from({ length: inFlight }, lane));
        return grants;
      });
    },
  };
}

/**
 * CPU time so far of each process of PostgreSQL that works for this database, nanoseconds; the server has to
 * be on this machine. None of SQLite.
 */
async function serverCpu(dataSource: DataSource): Promise<Map<number, number>> {
  if (dataSource.options.type !== 'postgres') return new Map();
  const rows: { pid: number }[] = await dataSource.query(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'",
  );
  return new Map(
    rows.flatMap(({ pid }) => {
      const ns = cpuNs(pid);
      return ns === undefined ? [] : [[pid, ns] as const];
    }),
  );
}
