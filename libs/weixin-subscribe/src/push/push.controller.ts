import { Get, Header, HttpCode, Param, Post, Req, UseFilters } from '@nestjs/common';
import { RawBody, type RawRequest, readBody } from '../http/raw-bodies.js';
import { Documented, RouteGroup } from '../http/route-doc.js';
import { RouteName } from '../http/route-urls.js';
import { WeixinController } from '../http/weixin-controller.js';
import { type Schema, text } from '../kernel/schema.js';
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

/** The parameters of every push, and more of them. */
const signed = (required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema => ({
  required: ['timestamp', 'nonce', ...Object.keys(required)],
  properties: {
    timestamp: text('Seconds since 1970, at most five minutes off'),
    nonce: text(),
    signature: text('Over Token, timestamp and nonce'),
    ...required,
    ...optional,
  },
});

/** Where WeChat speaks to us: the URL of message push in the console is this endpoint's. */
@WeixinController('platform', 'weixin/push')
@RouteGroup({
  tag: 'Push 推送',
  problems: {
    403: 'A signature, its time or the encryption is not right; the log says which',
    404: 'The account has no option "push"',
  },
})
@UseFilters(PushProblemFilter)
export class PushController {
  constructor(private readonly events: PushEventService) {}

  @Get(':appId')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  @Header('X-Content-Type-Options', 'nosniff')
  @Documented({
    summary: 'The URL check of the console: echostr comes back',
    query: signed({ echostr: text() }),
    responses: { 200: { description: 'echostr', body: text(), mediaType: 'text/plain' } },
  })
  check(@Param('appId') appId: string, @Req() request: PushRequest): string {
    return this.events.echo(appId, queryOf(request));
  }

  /**
   * Pushes come as `text/xml`, `application/json` or under no type. Fastify answers XML 415, and a JSON
   * parser rounds the ids of messages; what is signed is what was sent.
   */
  @Post(':appId')
  @RouteName(PUSH_ROUTE)
  @RawBody()
  @HttpCode(200)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Documented({
    summary: 'An event, in XML or JSON, encrypted in safe mode',
    query: signed({}, { msg_signature: text('Over the encrypted part as well') }),
    body: { 'text/xml': text(), 'application/json': { type: 'object', additionalProperties: true } },
    isBodyOptional: true,
    responses: { 200: { description: 'success: it is recorded', body: text(), mediaType: 'text/plain' } },
    problems: { 413: 'More than 128 KiB, or more than 64 KiB once it is decrypted' },
  })
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
