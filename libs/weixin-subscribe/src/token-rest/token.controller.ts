import {
  Body,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Audited } from '../http/service-actions.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { Clock } from '../kernel/clock.js';
import { moment, responseOf, text } from '../kernel/schema.js';
import type { AccessToken } from '../token/access-token.js';
import { TicketService } from '../token/ticket/ticket.service.js';
import { TokenService } from '../token/token.service.js';
import { TokenAudit } from '../token-audit/token-audit.js';
import { TokenReports } from '../token-audit/token-reports.js';
import { entityTag, isKnown } from './etag.js';
import { RefreshTokenDto, type TicketReply, TokenParamsDto, type TokenReply } from './token.dto.js';

const TAG = text(undefined, { example: '"mYgQ3rO0Kf1uPz8d.mi2x0vuo"' });
const TOKEN = responseOf<TokenReply>(
  'Token',
  {
    accessToken: text(),
    expiresIn: { type: 'integer', description: 'Whole seconds that remain' },
    expiresAt: moment(),
  },
  {},
);

const TICKET = responseOf<TicketReply>(
  'Ticket',
  {
    ticket: text(),
    expiresIn: { type: 'integer', description: 'Whole seconds that remain' },
    expiresAt: moment(),
  },
  {},
);

/**
 * Gives the access_token to the company's other services, takes their reports of dead ones, and asks WeChat
 * again at their word. Polling is cheap: who shows the `ETag` of the token it has is answered 304 without a
 * body. `no-store` rather than `no-cache`: a token has no business in anybody's HTTP cache, and whoever polls
 * keeps token and tag itself.
 */
@WeixinController('service', 'weixin/token')
@RouteGroup({ tag: 'Token 令牌', problems: { 404: 'Unknown account', 503: 'There is no access token' } })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly tickets: TicketService,
    private readonly reports: TokenReports,
    private readonly audit: TokenAudit,
    private readonly clock: Clock,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Get(':appId')
  @RequireScope('token:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'The access_token of an account',
    description: 'To poll: show the ETag of the token you have as If-None-Match.',
    headers: { 'If-None-Match': TAG },
    responses: {
      200: json('The current token', TOKEN, { ETag: TAG }),
      304: { description: 'The tag shown is that of the current token', headers: { ETag: TAG } },
    },
  })
  async get(
    @Client() client: ServiceClient,
    @Param() { appId }: TokenParamsDto,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<TokenReply | undefined> {
    client.requireAccount(appId);
    const token = await this.tokens.getToken(appId);
    await this.audit.took({ client: client.name, appId, endpoint: 'rest' }, token.accessToken);
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, 'ETag', entityTag(token));
    if (!isKnown(entityTag(token), known)) return this.reply(token);
    httpAdapter.status(response, 304);
    return undefined;
  }

  @Get(':appId/jsapi-ticket')
  @RequireScope('token:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'The jsapi_ticket of an account',
    description:
      'For services that sign pages for the JS-SDK by themselves, and for remotes. Minted at first use, once for all processes.',
    responses: { 200: json('The current ticket', TICKET) },
    problems: { 400: 'The account is of a kind that has no JS-SDK' },
  })
  async ticket(@Client() client: ServiceClient, @Param() { appId }: TokenParamsDto): Promise<TicketReply> {
    client.requireAccount(appId);
    const { ticket, expiresAt } = await this.tickets.getTicket(appId);
    return { ticket, expiresIn: this.secondsUntil(expiresAt), expiresAt: expiresAt.toISOString() };
  }

  @Post(':appId/refresh')
  @RequireScope('token:report')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Report a dead token and take the current one',
    description: 'Compare-and-refresh: many reports of one token cost one mint.',
    responses: { 200: json('The current token', TOKEN) },
  })
  async refresh(
    @Client() client: ServiceClient,
    @Param() { appId }: TokenParamsDto,
    @Body() { accessToken }: RefreshTokenDto,
  ): Promise<TokenReply> {
    client.requireAccount(appId);
    const caller = { client: client.name, appId, endpoint: 'rest' } as const;
    const token = await this.reports.report(caller, accessToken);
    await this.audit.took(caller, token.accessToken);
    return this.reply(token);
  }

  @Post(':appId/retry')
  @Audited('token.retry')
  @RequireScope('token:report')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Have WeChat asked for a token at once',
    description:
      'Once the cause of a refusal is mended (89506 and 89507 keep every process from asking for a day or an hour). Many at once cost one call.',
    responses: { 200: json('The current token', TOKEN) },
    problems: { 503: 'WeChat refused again, or no mint is left' },
  })
  async retry(@Client() client: ServiceClient, @Param() { appId }: TokenParamsDto): Promise<TokenReply> {
    client.requireAccount(appId);
    const caller = { client: client.name, appId, endpoint: 'rest' } as const;
    const token = await this.reports.retry(caller);
    await this.audit.took(caller, token.accessToken);
    return this.reply(token);
  }

  private reply({ accessToken, expiresAt }: AccessToken): TokenReply {
    return {
      accessToken,
      expiresIn: this.secondsUntil(expiresAt),
      expiresAt: expiresAt.toISOString(),
    };
  }

  private secondsUntil(moment: Date): number {
    return Math.max(0, Math.floor((moment.getTime() - this.clock.now()) / 1000));
  }
}
