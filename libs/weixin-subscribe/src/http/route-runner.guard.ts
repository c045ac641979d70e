import { Readable } from 'node:stream';
import {
  type CanActivate,
  type ExecutionContext,
  HttpStatus,
  Injectable,
  type MessageEvent,
  Optional,
  StreamableFile,
} from '@nestjs/common';
import { ContextIdFactory, HttpAdapterHost, ModuleRef } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { EVENT_STREAM_HEADERS, eventStream } from './event-stream.js';
import { isPrefetch } from './prefetch.js';
import { RouteHandler } from './route-handler.js';
import { ServiceActions } from './service-actions.js';
import { weixinRouteOf } from './weixin-route.js';
import { type ResponseBody, setHeaders, writeResponse } from './write-response.js';

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
    if (await this.isAnsweredWithoutHandler(context, route)) return true;
    const { httpAdapter } = this.adapterHost;
    const [request, response] = context.getArgs<[Incoming, unknown]>();
    httpAdapter.status(response, route.status);
    setHeaders(httpAdapter, response, { 'Cache-Control': 'no-store' });
    for (const { name, value } of route.headers) httpAdapter.setHeader(response, name, value);
    const result = await this.resultOf(context, route);
    const recorded = this.actions?.done(context, route.status, result);
    if (recorded) await recorded;
    const body = this.bodyOf(result, route, response);
    const isHead = httpAdapter.getRequestMethod(request) === 'HEAD';
    if (isHead && body instanceof Readable) body.destroy();
    await writeResponse(httpAdapter, response, isHead ? undefined : body);
    return true;
  }

  /**
   * HEAD, which both adapters lead to the handler of GET, and fetches ahead of the user's own: nothing may
   * come of them. What another service reads has no effect, so there HEAD is GET without its body, but for a
   * stream that would stay open.
   */
  private async isAnsweredWithoutHandler(context: ExecutionContext, route: RouteHandler): Promise<boolean> {
    const { httpAdapter } = this.adapterHost;
    const [request, response] = context.getArgs<[Incoming, unknown]>();
    const isRead = weixinRouteOf(context) === 'service' && !route.isEventStream;
    const isHead = httpAdapter.getRequestMethod(request) === 'HEAD' && !isRead;
    if (!isHead && !isPrefetch(request.headers)) return false;
    // A browser drops a prefetched response of 503, and asks anew when the user really comes.
    httpAdapter.status(response, isHead ? HttpStatus.METHOD_NOT_ALLOWED : HttpStatus.SERVICE_UNAVAILABLE);
    setHeaders(httpAdapter, response, { 'Cache-Control': 'no-store', ...(isHead && { Allow: 'GET' }) });
    await writeResponse(httpAdapter, response, undefined);
    return true;
  }

  private async resultOf(context: ExecutionContext, route: RouteHandler): Promise<unknown> {
    try {
      return await route.call(await this.controllerOf(context), context);
    } catch (error) {
      await this.actions?.failed(context, error);
      throw error;
    }
  }

  /** Of this request, where a request-scoped enhancer of the host makes all controllers request-scoped. */
  private controllerOf(context: ExecutionContext): Promise<object> {
    const contextId = ContextIdFactory.getByRequest(context.switchToHttp().getRequest());
    return this.modules.resolve(context.getClass(), contextId, { strict: true });
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
