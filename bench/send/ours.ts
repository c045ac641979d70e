/**
 * This library in a host app: its own post path without the ledger, or the whole of `SubscribeService.send`.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  SubscribeService,
  TokenService,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';
import { oneTimeChannel } from '../../libs/weixin-subscribe/src/delivery/channels/one-time.channel.js';
import type { OutgoingMessage } from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import { Poster } from '../../libs/weixin-subscribe/src/delivery/send/poster.js';
import { Telemetry } from '../../libs/weixin-subscribe/src/kernel/telemetry.js';
import { openidOf as grantedOpenid, KEY } from '../ledger/fill.js';
import { ACCOUNT, CONTENT, openidOf, SCENE } from './message.mjs';

export interface OurJob {
  origin: string;
  connections: number;
  transport: 'axios' | 'undici';
  /** All messages as one series: what they share is made ready once. */
  series?: boolean;
  /** With a ledger full of grants. */
  ledger?: DataSourceOptions;
  /** With an SDK of OpenTelemetry, as `exporting.ts` registers it; only with a ledger. */
  telemetry?: boolean;
  /** Nothing of a send but its calls of the telemetry. */
  callsAlone?: boolean;
}

const MEMORY: DataSourceOptions = { type: 'better-sqlite3', database: ':memory:' };

export async function openOurs({
  origin,
  connections,
  transport,
  series,
  ledger,
  telemetry,
  callsAlone,
}: OurJob) {
  // Before the application: the API gives out its instruments once.
  if (callsAlone) return openCalls();
  const exporting = telemetry ? new (await import('./exporting.js')).Exporting() : undefined;
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        ...(ledger ?? MEMORY),
        entities: WEIXIN_SUBSCRIBE_ENTITIES,
      } as DataSourceOptions),
      WeixinSubscribeModule.forRoot({
        accounts: [ACCOUNT],
        publicBaseUrl: 'http://127.0.0.1:3000',
        apiBaseUrl: origin,
        mpBaseUrl: origin,
        http: { transport, connections },
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

  if (ledger) {
    const subscribe = app.get(SubscribeService);
    const send = async (n: number) => {
      await subscribe.send({ ...KEY, ...CONTENT, openid: grantedOpenid(n), scene: SCENE });
      return { errcode: 0 };
    };
    return exporting ? exporting.around(app.get(Telemetry, { strict: false }), send) : send;
  }
  const poster = app.get(Poster, { strict: false });
  const { appId } = ACCOUNT;
  const [templateId] = ACCOUNT.templates;
  const message = (n: number): OutgoingMessage & { id: string } => ({
    appId,
    openid: openidOf(n),
    id: String(n),
    templateId,
    scene: SCENE,
    channel: 'one-time',
    content: CONTENT,
  });
  const postInSeries = poster.series(message(0), oneTimeChannel);
  return async (n: number) => {
    const posting = { latest: Date.now() + 60_000 };
    const { answer } = series
      ? await postInSeries({ openid: openidOf(n), scene: SCENE }, posting)
      : await poster.post(message(n), oneTimeChannel, posting);
    return answer.kind === 'answered' ? answer.envelope : { ...answer, errcode: undefined };
  };
}

async function openCalls() {
  const { callsOfOneSend, Exporting } = await import('./exporting.js');
  const exporting = new Exporting();
  const telemetry = new Telemetry();
  const calls = callsOfOneSend(telemetry, () => new Promise((resolve) => setImmediate(resolve)));
  await telemetry.onModuleInit();
  return exporting.around(telemetry, async () => {
    await calls();
    return { errcode: 0 };
  });
}
