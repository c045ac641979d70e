import { Get, Header, HttpCode, Param, Post, Req, UseFilters } from '@nestjs/common';
import { RawBody, type RawRequest, readBody } from '../http/raw-bodies.js';
import { RouteName } from '../http/route-urls.js';
import { WeixinController } from '../http/weixin-controller.js';
import { PushTooLargeError } from './push.errors.js';
import { PushEventService } from './push-event.service.js';
import { PushProblemFilter } from './push-problem.filter.js';
import { PUSH_ROUTE } from './push-urls.js';
import type { PushQuery } from './push-verifier.js';

/** WeChat's own pushes have a few KiB; encrypted they are a third longer. */
const MOST_BODY_BYTES = 131_072;

interface PushRequest extends RawRequest {
  query?: unknown;
}

/** Where WeChat speaks to us: the URL of message push in the console is this door's. */
@WeixinController('platform', 'weixin/push')
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

  /**
   * Pushes come as `text/xml`, `application/json` or under no type. Fastify answers XML 415, and a JSON parser rounds the ids of messages; what is
   * signed is what was sent.
   */
  @Post(':appId')
  @RouteName(PUSH_ROUTE)
  @RawBody()
  @HttpCode(200)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  async take(@Param('appId') appId: string, @Req() request: PushRequest): Promise<string> {
    this.events.require(appId);
    await this.events.accept(appId, queryOf(request), await textOf(request));
    return 'success';
  }
}

/** @throws {PushTooLargeError} */
async function textOf(request: PushRequest): Promise<string> {
  const body = await readBody(request, MOST_BODY_BYTES);
  if (!body) throw new PushTooLargeError(MOST_BODY_BYTES);
  return body.toString('utf8');
}

function queryOf({ query }: PushRequest): PushQuery {
  const all = Object.entries((query ?? {}) as Record<string, unknown>);
  return Object.fromEntries(all.filter(([, value]) => typeof value === 'string'));
}
