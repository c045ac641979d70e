import { Controller, Get, Header, HttpCode, Param, Post, Req, UseFilters } from '@nestjs/common';
import { bodyOf } from './push-body.js';
import { PushEventService } from './push-event.service.js';
import { PushProblemFilter } from './push-problem.filter.js';
import type { PushQuery } from './push-verifier.js';

interface PushRequest {
  query?: unknown;
  body?: unknown;
  rawBody?: unknown;
}

/** Where WeChat speaks to us: the URL of message push in the console is this door's. */
@Controller('weixin/push')
@UseFilters(PushProblemFilter)
export class PushController {
  constructor(private readonly events: PushEventService) {}

  @Get(':appId')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  @Header('X-Content-Type-Options', 'nosniff')
  check(@Param('appId') appId: string, @Req() request: PushRequest): string {
    return this.events.echo(appId, queryOf(request));
  }

  @Post(':appId')
  @HttpCode(200)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  async take(@Param('appId') appId: string, @Req() request: PushRequest): Promise<string> {
    this.events.require(appId);
    await this.events.accept(appId, queryOf(request), await bodyOf(request));
    return 'success';
  }
}

/** From the request itself: a global pipe of the host would run before ours, and a strict one refuses parameters it does not know. */
function queryOf({ query }: PushRequest): PushQuery {
  const all = Object.entries((query ?? {}) as Record<string, unknown>);
  return Object.fromEntries(all.filter(([, value]) => typeof value === 'string'));
}
