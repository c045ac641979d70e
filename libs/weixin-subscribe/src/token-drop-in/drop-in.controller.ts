import { Get, Header, HttpCode, Post, Query, Req, UseFilters } from '@nestjs/common';
import { RawBody, type RawRequest, readBody } from '../http/raw-bodies.js';
import { WeixinController } from '../http/weixin-controller.js';
import { DropInFilter } from './drop-in.filter.js';
import { type DropInReply, DropInService } from './drop-in.service.js';
import { fromBody, fromQuery } from './drop-in-request.js';
import { refuse } from './weixin-refusal.js';

const MOST_BYTES = 65_536;

/**
 * WeChat's two token calls in WeChat's own format, so that an SDK in any language takes its tokens here when its base address points at us:
 * `secret` is a service key with the scope `token:read`. SDKs have fixed paths: with `setGlobalPrefix`, exclude `cgi-bin/token` and
 * `cgi-bin/stable_token`, unless the SDK takes a base address with a path.
 */
@WeixinController('service', 'cgi-bin')
@UseFilters(DropInFilter)
export class DropInController {
  constructor(private readonly dropIn: DropInService) {}

  @Get('token')
  @Header('Cache-Control', 'no-store')
  token(@Query() query: Record<string, unknown>): Promise<DropInReply> {
    return this.dropIn.token(fromQuery(query));
  }

  /**
   * SDKs post the JSON under any content type, or none. Fastify answers those 415; a form parser takes them apart; and a JSON parser's complaint
   * quotes the body, which holds a key.
   */
  @Post('stable_token')
  @RawBody()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
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
