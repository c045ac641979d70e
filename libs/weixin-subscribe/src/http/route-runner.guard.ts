import { Readable } from 'node:stream';
import {
  type CanActivate,
  type ExecutionContext,
  HttpStatus,
  Injectable,
  type MessageEvent,
  Optional,
  Scope,
  StreamableFile,
  type Type,
} from '@nestjs/common';
import { ContextIdFactory, HttpAdapterHost, ModuleRef } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { InvalidInputError } from '../kernel/errors.js';
import { EVENT_STREAM_HEADERS, eventStream } from './event-stream.js';
import { bodyNotJson } from './input.pipe.js';
import { isPrefetch } from './prefetch.js';
import { RouteHandler } from './route-handler.js';
import { ServiceActions } from './service-actions.js';
import { weixinRouteOf } from './weixin-route.js';
import { keepStatus, type ResponseBody, setHeaders, writeResponse } from './write-response.js';

interface Incoming {
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Last of the guards of each of our routes: runs its handler and writes the response. A guard, because that
 * is the last step of Nest's before the interceptors, any of which may change a result, or answer in place of
 * the handler. What is thrown here goes to the exception filters.
 */
@Injectable()
export class RouteRunner implements CanActivate {
  /** Those that all requests share. To resolve one takes Nest several promises. */
  private readonly controllers = new WeakMap<Type, object>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly modules: ModuleRef,
    /** Absent in front of the routes of another package. */
    @Optional() private readonly actions?: ServiceActions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = RouteHandler.of(context.getHandler());
    if (!route)
      throw new Error(`${context.getClass().name}.${context.getHandler().name} is no route of ours`);
    const { httpAdapter } = this.adapterHost;
    const [request, response] = context.getArgs<[Incoming, unknown]>();
    keepStatus(httpAdapter, response);
    const isHead = httpAdapter.getRequestMethod(request) === 'HEAD';
    const isRefused = isHead && !isRead(context, route);
    if (isRefused || isPrefetch(request.headers)) {
      await this.answerWithoutHandler(response, isRefused);
      return true;
    }
    if (!route.isRedirect) httpAdapter.status(response, route.status);
    setHeaders(httpAdapter, response, route.headers);
    const result = await this.resultOf(context, route);
    const recorded = this.actions?.done(context, route.status, result);
    if (recorded) await recorded;
    const body = this.bodyOf(result, route, response);
    if (isHead && body instanceof Readable) body.destroy();
    await writeResponse(httpAdapter, response, isHead ? undefined : body);
    return true;
  }

  /**
   * HEAD, which both adapters lead to the handler of GET, and fetches ahead of the user's own: nothing may
   * come of them.
   */
  private async answerWithoutHandler(response: unknown, isHead: boolean): Promise<void> {
    const { httpAdapter } = this.adapterHost;
    // A browser drops a prefetched response of 503, and asks anew when the user really comes.
    httpAdapter.status(response, isHead ? HttpStatus.METHOD_NOT_ALLOWED : HttpStatus.SERVICE_UNAVAILABLE);
    setHeaders(httpAdapter, response, { 'Cache-Control': 'no-store', ...(isHead && { Allow: 'GET' }) });
    await writeResponse(httpAdapter, response, undefined);
  }

  private async resultOf(context: ExecutionContext, route: RouteHandler): Promise<unknown> {
    try {
      return await route.call(await this.controllerOf(context), context);
    } catch (thrown) {
      const [request] = context.getArgs<[Incoming]>();
      const error = isOfForm(thrown, request) ? bodyNotJson() : thrown;
      await this.actions?.failed(context, error);
      throw error;
    }
  }

  /** Of this request, where a request-scoped enhancer of the host makes all controllers request-scoped. */
  private controllerOf(context: ExecutionContext): object | Promise<object> {
    const type = context.getClass();
    const known = this.controllers.get(type);
    if (known) return known;
    if (this.modules.introspect(type).scope === Scope.DEFAULT) {
      const only: object = this.modules.get(type, { strict: true });
      this.controllers.set(type, only);
      return only;
    }
    const contextId = ContextIdFactory.getByRequest(context.switchToHttp().getRequest());
    return this.modules.resolve(type, contextId, { strict: true });
  }

  private bodyOf(result: unknown, route: RouteHandler, response: unknown): ResponseBody {
    const { httpAdapter } = this.adapterHost;
    if (route.isRedirect) {
      const { url, statusCode } = result as { url: string; statusCode: number };
      httpAdapter.status(response, statusCode);
      setHeaders(httpAdapter, response, { Location: url });
      return undefined;
    }
    if (route.isEventStream) {
      setHeaders(httpAdapter, response, EVENT_STREAM_HEADERS);
      return eventStream(result as Observable<MessageEvent>);
    }
    if (result instanceof StreamableFile) {
      const { type, disposition } = result.getHeaders();
      setHeaders(httpAdapter, response, { 'Content-Type': type, 'Content-Disposition': String(disposition) });
      return result.getStream();
    }
    if (result === undefined) return undefined;
    if (Buffer.isBuffer(result)) return result;
    if (typeof result === 'string') return Buffer.from(result);
    setHeaders(httpAdapter, response, { 'Content-Type': 'application/json; charset=utf-8' });
    return Buffer.from(JSON.stringify(result));
  }
}

/** What another service reads has no effect: there HEAD is GET without its body, but for an open stream. */
function isRead(context: ExecutionContext, { isEventStream }: RouteHandler): boolean {
  return weixinRouteOf(context) === 'service' && !isEventStream;
}

/**
 * What curl sends unless told otherwise. The parser of the host makes fields of the JSON text, and each of
 * them would be called unknown. Routes of the host, which share the filter, may well take forms.
 */
function isOfForm(error: unknown, { headers }: Incoming): boolean {
  const type = String(headers['content-type'] ?? '');
  return error instanceof InvalidInputError && /^application\/x-www-form-urlencoded\b/i.test(type);
}
