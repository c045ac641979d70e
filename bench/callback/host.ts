/**
 * A host application in a process of its own, so that its CPU is its own: with the callback endpoint of the
 * library, with that endpoint and a transaction for each callback, with a controller of the host's that
 * parses, validates and writes as it must, or with a bare one that does no more than the same statements.
 */
import { timingSafeEqual } from 'node:crypto';
import {
  BadRequestException,
  Controller,
  ForbiddenException,
  Get,
  Headers,
  Module,
  Query,
  Redirect,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';
import {
  cookieDigest,
  cookieNameFor,
} from '../../libs/weixin-subscribe/src/authorization/browser-binding.js';
import { IntentRepository } from '../../libs/weixin-subscribe/src/authorization/intent.repository.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { GroupCommit, type GroupWork } from '../../libs/weixin-subscribe/src/sql/group-commit.js';
import { libraryAccounts } from '../../test/support/accounts.js';
import { withLibrary } from '../../test/support/test-databases.js';

export type Adapter = 'express' | 'fastify';
export type Way = 'endpoint' | 'one each' | 'own' | 'bare';

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

class OwnQuery {
  @IsOptional()
  @Matches(/^[\w-]{1,64}$/)
  openid?: string;

  @Matches(/^[\w-]{1,64}$/)
  template_id!: string;

  @IsIn(['confirm', 'cancel'])
  action!: string;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(10_000)
  scene!: number;

  @Matches(/^[0-9A-Za-z]{1,128}$/)
  reserved!: string;
}

/** What a host has to do that takes the callback by itself, in the way of Nest's documentation. */
@Controller()
class OwnController {
  @Get('own')
  @Redirect()
  @UsePipes(new ValidationPipe({ transform: true, whitelist: true }))
  async callback(@Query() query: OwnQuery, @Headers('cookie') cookies = '') {
    const { reserved, openid, template_id, scene, action } = query;
    const stateDigest = digest(reserved);
    const intent = await intents.findByState(stateDigest);
    if (!intent) throw new ForbiddenException();
    const name = `${cookieNameFor(stateDigest)}=`;
    const shown = cookies.split('; ').find((cookie) => cookie.startsWith(name)) ?? name;
    const binding = Buffer.from(cookieDigest(shown.slice(name.length)));
    if (!timingSafeEqual(binding, Buffer.from(intent.bindingDigest))) throw new ForbiddenException();
    if (template_id !== intent.templateId || scene !== intent.scene || intent.expiresAt < new Date())
      throw new BadRequestException();
    if (action !== 'confirm' || !openid || !(await intents.confirm(intent, openid)))
      throw new BadRequestException();
    const url = new URL(String(intent.returnTo));
    url.searchParams.set('subscribe', 'confirmed');
    return { url: url.href, statusCode: 302 };
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
  controllers: [BareController, OwnController],
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
