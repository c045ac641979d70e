/**
 * A process of its own that calls the platform with our tokens. For each order `{appId, callers}` on its
 * standard input it makes that many calls at once and prints how they ended: `{"0": 50}` by errcode, or by
 * error code.
 */
import 'reflect-metadata';
import { createInterface } from 'node:readline';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  TicketService,
  WEIXIN_SUBSCRIBE_ENTITIES,
  WeixinSubscribeModule,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';
import { AuthorizedApiClient } from '../../libs/weixin-subscribe/src/token/authorized-api.client.js';
import { TokenMinter } from '../../libs/weixin-subscribe/src/token/mint/token.minter.js';
import { TokenVault } from '../../libs/weixin-subscribe/src/token/store/token.vault.js';

export interface TokenCallerJob {
  database: DataSourceOptions;
  options: WeixinSubscribeModuleOptions;
  /**
   * Says `"paused"` and stands still there for ever: before the platform is asked, or when its answer is
   * about to be stored.
   */
  pauseBefore?: 'mint' | 'store';
}

export interface TokenCallerOrder {
  appId: string;
  callers: number;
  /** Asks for the ticket of the JS-SDK in place of a call. */
  ticket?: true;
}

const job: TokenCallerJob = JSON.parse(String(process.env.JOB));
const print = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...job.database, entities: WEIXIN_SUBSCRIBE_ENTITIES } as DataSourceOptions),
    WeixinSubscribeModule.forRoot(job.options),
  ],
})
class TokenCallerModule {}

const app = await NestFactory.createApplicationContext(TokenCallerModule, { logger: false });
const pause = () => {
  print('paused');
  return new Promise<never>(() => undefined);
};
if (job.pauseBefore === 'mint') app.get(TokenMinter).mint = pause;
if (job.pauseBefore === 'store') app.get(TokenVault).write = pause;

const client = app.get(AuthorizedApiClient);
/** The ticket itself, or an error code. */
const ticketOf = (appId: string) =>
  app
    .get(TicketService)
    .getTicket(appId)
    .then(({ ticket }) => ticket)
    .catch((error) => error.code ?? String(error));
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  const { appId, callers, ticket }: TokenCallerOrder = JSON.parse(line);
  const ends: Record<string, number> = {};
  const count = (end: string) => {
    ends[end] = (ends[end] ?? 0) + 1;
  };
  await Promise.all(
    Array.from({ length: callers }, async () => {
      if (ticket) return count(await ticketOf(appId));
      const end = await client
        .call(appId, { method: 'GET', path: '/cgi-bin/get_api_domain_ip' })
        .then((answer) => (answer.kind === 'answered' ? answer.envelope.errcode : answer.reason))
        .catch((error) => error.code ?? String(error));
      count(String(end));
    }),
  );
  print(ends);
}
await app.close();
process.exit(0);
