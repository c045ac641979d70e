import {
  type CanActivate,
  Controller,
  createParamDecorator,
  Delete,
  type ExecutionContext,
  Get,
  HttpCode,
  Param,
  Post,
  SetMetadata,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  InvalidInputError,
  ProblemDetailsFilter,
  RouteName,
  traceIdOf,
  WeixinController,
} from 'nestjs-weixin-subscribe';
import { ConsoleFileNotFoundError } from './console.errors.js';
import { ConsoleConfig } from './console.options.js';
import { CONSOLE_ROUTE } from './console.routes.js';
import { ConsoleAssets } from './console-assets.js';
import { Library } from './library-parts.js';
import { type HttpRequest, headerOf, requireSameOrigin } from './same-origin.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { ConsoleSessions, type SessionView } from './session.js';

const MOST_KEY_CHARACTERS = 512;
/** Places in the page, and its files. Express and Fastify write a wildcard differently, parameters alike. */
const DEEPER = [':a', ':a/:b', ':a/:b/:c', ':a/:b/:c/:d', ':a/:b/:c/:d/:e'];

/** The whole of a call: who made it is found out from it, and what is answered depends on the adapter. */
const Call = createParamDecorator((_data: unknown, context: ExecutionContext) => context);

/** The console's page with its files, and who is signed in to it. */
@WeixinController('service', '')
// What `@ApiExcludeController` of the optional @nestjs/swagger sets: pages are no part of a host's document.
@SetMetadata('swagger/apiExcludeController', [true])
@UseFilters(ProblemDetailsFilter)
export class ConsoleController {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly assets: ConsoleAssets,
    private readonly library: Library,
    private readonly sessions: ConsoleSessions,
    private readonly config: ConsoleConfig,
  ) {}

  /** 204 where nobody is signed in: a page that asks is no error, and browsers log 401 as one. */
  @Get('session')
  async session(@Call() context: ExecutionContext): Promise<SessionView | undefined> {
    const view = await this.sessions.view(context);
    if (!view) this.adapterHost.httpAdapter.status(context.switchToHttp().getResponse(), 204);
    return view;
  }

  @Post('session')
  @HttpCode(200)
  async signIn(@Call() context: ExecutionContext): Promise<SessionView> {
    const [request, response] = context.getArgs<[HttpRequest & { body?: unknown }, unknown]>();
    requireSameOrigin(request, this.library.publicOrigin);
    const { view, cookie } = await this.sessions.open(context, keyIn(request.body));
    this.adapterHost.httpAdapter.setHeader(response, 'Set-Cookie', cookie);
    return view;
  }

  /** Also of a session that has ended already, so that its cookie goes. */
  @Delete('session')
  @HttpCode(204)
  async signOut(@Call() context: ExecutionContext): Promise<void> {
    const [request, response] = context.getArgs<[HttpRequest, unknown]>();
    requireSameOrigin(request, this.library.publicOrigin);
    this.adapterHost.httpAdapter.setHeader(response, 'Set-Cookie', this.sessions.end(request));
  }

  @Get()
  @RouteName(CONSOLE_ROUTE)
  page(@Call() context: ExecutionContext): Promise<Buffer | undefined> {
    return this.send(context, '');
  }

  /** To the trace of a message: its id follows from that of the message, so that nobody is told anything. */
  @Get('traces/:messageId')
  trace(@Call() context: ExecutionContext, @Param('messageId') messageId: string): void {
    const address = this.config.traceAt(traceIdOf(messageId));
    if (address === undefined)
      throw new ConsoleFileNotFoundError('the option "traceUrl" of the console is not set');
    const { httpAdapter } = this.adapterHost;
    const response = context.switchToHttp().getResponse();
    httpAdapter.setHeader(response, 'Location', address);
    httpAdapter.status(response, 302);
  }

  @Get(DEEPER)
  file(@Call() context: ExecutionContext): Promise<Buffer | undefined> {
    const { originalUrl, url } = context.switchToHttp().getRequest<{ originalUrl?: string; url: string }>();
    const [path] = (originalUrl ?? url).split(/[?#]/);
    return this.send(context, path.slice(this.library.mountedPath.length + 1));
  }

  private async send(context: ExecutionContext, path: string): Promise<Buffer | undefined> {
    const [request, response] = context.getArgs<[HttpRequest, unknown]>();
    const { apiPath: api, consolePath: base } = this.library;
    const file = await this.assets.find(
      path,
      { api, base, traces: this.config.hasTraces },
      {
        acceptEncoding: headerOf(request, 'accept-encoding'),
        ifNoneMatch: headerOf(request, 'if-none-match'),
      },
    );
    if (!file) throw new ConsoleFileNotFoundError('the console has no such file');
    const { httpAdapter } = this.adapterHost;
    httpAdapter.status(response, file.status);
    for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, ...file.headers }))
      httpAdapter.setHeader(response, name, value);
    return file.body;
  }
}

/** A controller of one module: its path and its guards are written on the class. Nest logs its name. */
export function controllerAt(path: string, guards: Type<CanActivate>[]): Type {
  class Own extends ConsoleController {}
  Object.defineProperty(Own, 'name', { value: ConsoleController.name });
  Controller(path)(Own);
  UseGuards(...guards)(Own);
  return Own;
}

/** @throws {InvalidInputError} */
function keyIn(body: unknown): string {
  const key: unknown = Object(body).key;
  if (typeof key === 'string' && key !== '' && key.length <= MOST_KEY_CHARACTERS) return key;
  throw new InvalidInputError([
    {
      field: 'key',
      message: `key must be a service key of 1 to ${MOST_KEY_CHARACTERS} characters, in a body {"key": "…"} sent as "Content-Type: application/json"`,
    },
  ]);
}
