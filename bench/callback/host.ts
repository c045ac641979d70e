/**
 * A host application in a process of its own, so that its CPU is known: with the library's callback door, with that door and a transaction for
 * each callback, or with a bare controller that runs the same statements.
 */
import { Controller, Get, Module, Query, Redirect } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';
import { IntentRepository } from '../../libs/weixin-subscribe/src/authorization/intent.repository.js';
import { digest } from '../../libs/weixin-subscribe/src/common/secret.js';
import { libraryAccounts } from '../../test/support/accounts.js';
import { withLibrary } from '../../test/support/test-databases.js';

export interface HostJob {
  adapter: 'express' | 'fastify';
  way: 'door' | 'one each' | 'bare' | 'empty';
  database: DataSourceOptions;
}

interface Callback {
  reserved: string;
  openid: string;
}

let intents: IntentRepository;

@Controller()
class BareController {
  @Get('bare')
  @Redirect()
  async callback(@Query() { reserved, openid }: Callback) {
    const intent = await intents.findByState(digest(reserved));
    if (!intent || !(await intents.confirm(intent, openid))) throw new Error('not confirmed');
    return { url: `${intent.returnTo}?subscribe=confirmed`, statusCode: 302 };
  }

  @Get('empty')
  @Redirect()
  async empty(@Query() { reserved }: Callback) {
    return { url: `http://127.0.0.1/${reserved}?subscribe=confirmed`, statusCode: 302 };
  }
}

const { adapter, way, database } = JSON.parse(String(process.env.BENCH_HOST)) as HostJob;

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...withLibrary(database), retryAttempts: 0 }),
    WeixinSubscribeModule.forRoot({
      accounts: libraryAccounts(),
      publicBaseUrl: 'http://127.0.0.1:3000',
      rateLimit: { perMinute: 0 },
      schedule: { enabled: false },
    }),
  ],
  controllers: [BareController],
})
class Host {}

const app = await NestFactory.create(
  Host,
  adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(),
  { logger: false },
);
intents = app.get(IntentRepository, { strict: false });
await app.listen(0, '127.0.0.1');
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: Number(new URL(await app.getUrl()).port) });
