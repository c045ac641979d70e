/**
 * A host application in a process of its own, so that its CPU is its own: with the callback endpoint of the
 * library, with that endpoint and a transaction for each callback, or with a bare controller that does no
 * more than the same statements.
 */
import { Controller, Get, Module, Query, Redirect } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';
import { IntentRepository } from '../../libs/weixin-subscribe/src/authorization/intent.repository.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { GroupCommit, type GroupWork } from '../../libs/weixin-subscribe/src/sql/group-commit.js';
import { libraryAccounts } from '../../test/support/accounts.js';
import { withLibrary } from '../../test/support/test-databases.js';

export type Adapter = 'express' | 'fastify';
export type Way = 'endpoint' | 'one each' | 'bare';

export interface HostJob {
  adapter: Adapter;
  way: Way;
  database: DataSourceOptions;
}

const { adapter, way, database } = JSON.parse(String(process.env.BENCH_HOST)) as HostJob;

/** Its repository comes from the module, which does not export it. */
let intents: IntentRepository;

@Controller()
class BareController {
  @Get('bare')
  @Redirect()
  async callback(@Query() { reserved, openid }: { reserved: string; openid: string }) {
    const intent = await intents.findByState(digest(reserved));
    if (!intent || !(await intents.confirm(intent, openid))) throw new Error('not confirmed');
    return { url: `${intent.returnTo}?subscribe=confirmed`, statusCode: 302 };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...withLibrary(database), retryAttempts: 0 }),
    WeixinSubscribeModule.forRoot({
      accounts: libraryAccounts(),
      publicBaseUrl: 'http://127.0.0.1:3000',
      rateLimit: { perMinute: 0, unprovenPerHour: 0 },
      schedule: { enabled: false },
    }),
  ],
  controllers: [BareController],
})
class Host {}

if (way === 'one each') {
  GroupCommit.prototype.run = function <Piece, Answer>(this: GroupCommit<Piece, Answer>, piece: Piece) {
    return (this as unknown as { work: GroupWork<Piece, Answer> }).work.alone(piece);
  };
}
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
process.send?.({ url: await app.getUrl() });
