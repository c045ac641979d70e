import { Get, Header, HttpCode, Post, Query, Req, UseFilters } from '@nestjs/common';
import { RawBody, type RawRequest, readBody } from '../http/raw-bodies.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { WeixinController } from '../http/weixin-controller.js';
import { type Schema, text } from '../kernel/schema.js';
import { DropInFilter } from './drop-in.filter.js';
import { type DropInReply, DropInService } from './drop-in.service.js';
import { fromBody, fromQuery } from './drop-in-request.js';
import { refuse } from './weixin-refusal.js';

const MOST_BYTES = 65_536;

const CREDENTIALS: Schema = {
  type: 'object',
  required: ['grant_type', 'appid', 'secret'],
  properties: {
    grant_type: text(undefined, { enum: ['client_credential'] }),
    appid: text(),
    secret: text('A service key with the scope token:read'),
    force_refresh: { type: 'boolean' },
  },
};

const DROP_IN_REPLY = {
  name: 'DropInToken',
  schema: {
    type: 'object',
    properties: {
      access_token: text(),
      expires_in: { type: 'integer', description: 'Whole seconds after which to ask again' },
      errcode: { type: 'integer' },
      errmsg: text(),
    },
  } satisfies Schema,
};

/**
 * WeChat's two token calls in WeChat's own format, so that an SDK in any language takes its tokens here when
 * its base address points at us: `secret` is a service key with the scope `token:read`. SDKs have fixed
 * paths: with `setGlobalPrefix`, exclude `cgi-bin/token` and `cgi-bin/stable_token`, unless the SDK takes a
 * base address with a path.
 */
@WeixinController('service', 'cgi-bin')
@RouteGroup({ tag: 'Token 令牌' })
@UseFilters(DropInFilter)
export class DropInController {
  constructor(private readonly dropIn: DropInService) {}

  @Get('token')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: "WeChat's own token call, for SDKs",
    description: 'Errors are HTTP 200 with errcode and errmsg, as WeChat writes them.',
    query: CREDENTIALS,
    responses: { 200: json('A token, or an errcode', DROP_IN_REPLY) },
  })
  token(@Query() query: Record<string, unknown>): Promise<DropInReply> {
    return this.dropIn.token(fromQuery(query));
  }

  /**
   * SDKs post the JSON under any content type, or none. Fastify answers those 415; a form parser takes them
   * apart; and a JSON parser's complaint quotes the body, which holds a key.
   */
  @Post('stable_token')
  @RawBody()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: "WeChat's own call for stable tokens, for SDKs",
    description: 'Errors are HTTP 200 with errcode and errmsg, as WeChat writes them.',
    body: { 'application/json': CREDENTIALS },
    responses: { 200: json('A token, or an errcode', DROP_IN_REPLY) },
  })
  async stableToken(@Req() request: RawRequest): Promise<DropInReply> {
    return this.dropIn.token(fromBody(await textOf(request)));
  }

  @Post('token')
  @RawBody()
  async postToken(@Req() request: RawRequest): Promise<never> {
    await readBody(request, 0);
    throw refuse('getOnly');
  }

  @Get('stable_token')
  getStableToken(): never {
    throw refuse('postOnly');
  }
}

/** @throws {WeixinRefusal} 47001 for more than 64 KiB */
async function textOf(request: RawRequest): Promise<string> {
  const body = await readBody(request, MOST_BYTES);
  if (!body) throw refuse('notJson');
  return body.toString('utf8');
}
