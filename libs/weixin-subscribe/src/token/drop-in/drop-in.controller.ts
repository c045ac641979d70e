import { Controller, Get, Header, HttpCode, Post, Query, Req, UseFilters } from '@nestjs/common';
import { DropInFilter } from './drop-in.filter.js';
import { type DropInReply, DropInService } from './drop-in.service.js';
import { fromBody, fromQuery } from './drop-in-request.js';
import { bodyOf } from './plain-text-bodies.js';
import { refuse } from './weixin-refusal.js';

/**
 * WeChat's two token calls in WeChat's own format, so that an SDK in any language takes its tokens here when its base address points at us:
 * `secret` is a service key with the scope `token:read`. SDKs have fixed paths: with `setGlobalPrefix`, exclude `cgi-bin/token` and
 * `cgi-bin/stable_token`, unless the SDK takes a base address with a path.
 */
@Controller('cgi-bin')
@UseFilters(DropInFilter)
export class DropInController {
  constructor(private readonly dropIn: DropInService) {}

  @Get('token')
  @Header('Cache-Control', 'no-store')
  token(@Query() query: Record<string, unknown>): Promise<DropInReply> {
    return this.dropIn.token(fromQuery(query));
  }

  @Post('stable_token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async stableToken(@Req() request: { body?: unknown }): Promise<DropInReply> {
    return this.dropIn.token(fromBody(await bodyOf(request)));
  }

  @Post('token')
  postToken(): never {
    throw refuse('getOnly');
  }

  @Get('stable_token')
  getStableToken(): never {
    throw refuse('postOnly');
  }
}
