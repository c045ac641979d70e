import {
  Body,
  Get,
  Header,
  HttpCode,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import { RawBody, type RawRequest, readBody } from '../http/raw-bodies.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { RouteName } from '../http/route-urls.js';
import { Audited } from '../http/service-actions.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { APP_ID, arrayOf, moment, objectOf, oneOf, responseOf, text } from '../kernel/schema.js';
import { validateInput } from '../kernel/validation.js';
import { PushTooLargeError } from '../push/push.errors.js';
import { PushProblemFilter } from '../push/push-problem.filter.js';
import { AuthorizationLinkService, COMPONENT_CALLBACK } from './authorization-link.service.js';
import { AuthorizerService } from './authorizer.service.js';
import { AUTHORIZER_STATUSES, type Authorizer } from './authorizer.types.js';
import { AuthorizationDto, AuthorizerQueryDto, ComponentCallbackDto } from './component.dto.js';
import { ComponentEventService } from './component-event.service.js';

/** WeChat's own have a few KiB. */
const MOST_BODY_BYTES = 65_536;
/** The name of the route that takes tickets and authorisations, for `RouteUrls`. */
export const COMPONENT_EVENTS = 'component-events';

interface EventRequest extends RawRequest {
  query?: unknown;
}

/** Where WeChat tells a third-party platform of tickets and authorisations. */
@WeixinController('platform', 'weixin/component')
@RouteGroup({
  tag: 'Push 推送',
  problems: {
    403: 'A signature, its time or the encryption is not right; the log says which',
    404: 'The option "component" is not set',
  },
})
@UseFilters(PushProblemFilter)
export class ComponentEventController {
  constructor(private readonly events: ComponentEventService) {}

  @Post('events')
  @RouteName(COMPONENT_EVENTS)
  @RawBody()
  @HttpCode(200)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Documented({
    summary: 'A ticket, or an authorisation given, changed or taken back',
    query: {
      required: ['timestamp', 'nonce', 'msg_signature'],
      properties: {
        timestamp: text('Seconds since 1970, at most five minutes off'),
        nonce: text(),
        msg_signature: text('Over the encrypted part'),
      },
    },
    body: { 'text/xml': text() },
    isBodyOptional: true,
    responses: { 200: { description: 'success: it is recorded', body: text(), mediaType: 'text/plain' } },
    problems: { 413: 'More than 64 KiB' },
  })
  async take(@Req() request: EventRequest): Promise<string> {
    this.events.require();
    const body = await readBody(request, MOST_BODY_BYTES);
    if (!body) throw new PushTooLargeError(MOST_BODY_BYTES);
    const all = Object.entries((request.query ?? {}) as Record<string, unknown>);
    const query = Object.fromEntries(all.filter(([, value]) => typeof value === 'string'));
    await this.events.accept(query, body.toString('utf8'));
    return 'success';
  }
}

/** Where the browser of an owner comes back to. */
@WeixinController('public', 'weixin/component')
@RouteGroup({ tag: 'Account 账号', problems: { 404: 'The option "component" is not set' } })
@UseGuards(AddressLimitGuard)
@UseFilters(ProblemDetailsFilter)
export class ComponentCallbackController {
  constructor(
    private readonly authorizers: AuthorizerService,
    private readonly events: ComponentEventService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Get('callback')
  @RouteName(COMPONENT_CALLBACK)
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Documented({
    summary: 'An owner comes back from the authorisation page',
    query: ComponentCallbackDto,
    responses: {
      200: { description: 'It is authorised', body: text(), mediaType: 'text/plain' },
      302: { description: 'It is authorised: to component.returnTo' },
    },
    problems: { 400: 'The code was refused', 503: 'WeChat could not be asked' },
  })
  async back(
    @Req() request: { query?: unknown },
    @Res({ passthrough: true }) response: unknown,
  ): Promise<string> {
    const { returnTo } = this.events.require();
    const { auth_code: code } = validateInput(ComponentCallbackDto, request.query ?? {}, 'drop');
    const appId = await this.authorizers.complete(code);
    if (returnTo === undefined) return `已授权 Authorised: ${appId}`;
    const url = new URL(returnTo);
    url.searchParams.set('appId', appId);
    const { httpAdapter } = this.adapterHost;
    httpAdapter.status(response, 302);
    httpAdapter.setHeader(response, 'Location', url.href);
    return '';
  }
}

interface LinksView {
  url: string;
  mobileUrl: string;
  expiresAt: string;
}

interface AuthorizerView extends Omit<Authorizer, 'authorizedAt' | 'unauthorizedAt'> {
  authorizedAt?: string;
  unauthorizedAt?: string;
}

const LINKS = responseOf<LinksView>(
  'AuthorizationLinks',
  {
    url: text('For computers: a link on a page of the start host; a redirect does not open'),
    mobileUrl: text('For phones, in WeChat'),
    expiresAt: moment(),
  },
  {},
);
const AUTHORIZERS = responseOf<{ authorizers: AuthorizerView[] }>(
  'Authorizers',
  {
    authorizers: arrayOf(
      objectOf<AuthorizerView>(
        {
          appId: APP_ID,
          status: oneOf(AUTHORIZER_STATUSES),
          sets: arrayOf({ type: 'integer' }, 'Ids of permission sets; empty where WeChat has not told'),
        },
        { reason: text('Why it is not authorised'), authorizedAt: moment(), unauthorizedAt: moment() },
      ),
      'In the order of their appIds',
    ),
  },
  {},
);

/** The accounts that authorised the third-party platform. */
@WeixinController('service', 'weixin/component')
@RouteGroup({
  tag: 'Account 账号',
  problems: { 404: 'The option "component" is not set', 503: 'WeChat could not be asked' },
})
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class AuthorizerController {
  constructor(
    private readonly authorizers: AuthorizerService,
    private readonly links: AuthorizationLinkService,
  ) {}

  @Post('authorizations')
  @Audited('accounts.authorize')
  @RequireScope('accounts:write')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Addresses of the page on which an owner authorises; good once',
    responses: { 201: json('The addresses', LINKS) },
  })
  async create(@Client() client: ServiceClient, @Body() { appId }: AuthorizationDto): Promise<LinksView> {
    if (appId !== undefined) client.requireAccount(appId);
    const { expiresAt, ...links } = await this.links.links(appId);
    return { ...links, expiresAt: expiresAt.toISOString() };
  }

  @Get('authorizers')
  @RequireScope('accounts:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'The accounts that authorised the platform, those that the client may use',
    description:
      'To go on, give the appId that the page ended with as `after`; one with fewer than `limit` is the last.',
    responses: { 200: json('The accounts', AUTHORIZERS) },
  })
  async list(
    @Client() client: ServiceClient,
    @Query() query: AuthorizerQueryDto,
  ): Promise<{ authorizers: AuthorizerView[] }> {
    const found = await this.authorizers.list({ ...query, among: client.accounts });
    return { authorizers: found.map(toView) };
  }
}

function toView({ authorizedAt, unauthorizedAt, ...facts }: Authorizer): AuthorizerView {
  return {
    ...facts,
    ...(authorizedAt && { authorizedAt: authorizedAt.toISOString() }),
    ...(unauthorizedAt && { unauthorizedAt: unauthorizedAt.toISOString() }),
  };
}
