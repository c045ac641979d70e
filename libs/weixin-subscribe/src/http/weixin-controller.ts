import { Controller, Res, UseGuards } from '@nestjs/common';
import {
  HEADERS_METADATA,
  METHOD_METADATA,
  PIPES_METADATA,
  REDIRECT_METADATA,
  RESPONSE_PASSTHROUGH_METADATA,
  ROUTE_ARGS_METADATA,
  SSE_METADATA,
} from '@nestjs/common/constants.js';
import { RouteHandler } from './route-handler.js';
import { RouteRunner } from './route-runner.guard.js';
import { WeixinRoute, type WeixinRouteKind } from './weixin-route.js';

/** What Nest would do to a response after the guards. The {@link RouteRunner} has done it by then. */
const DONE_BY_US = [HEADERS_METADATA, PIPES_METADATA, REDIRECT_METADATA, SSE_METADATA];

/**
 * A controller of this library, in place of Nest's `Controller`. It is written with Nest's own decorators;
 * but its handlers run, and their responses are written, in the last guard of each route. Interceptors, which
 * wrap or cache what a handler returns, come after the guards, and so meet a response that has been sent:
 * whatever the host has of them, ours leaves as we wrote it. Guards and exception filters work as on any
 * controller; global pipes of the host do not see our parameters.
 *
 * Stands above all other decorators of the class.
 */
export function WeixinController(kind: WeixinRouteKind, path: string): ClassDecorator {
  return (controller) => {
    Controller(path)(controller);
    WeixinRoute(kind)(controller);
    const { prototype } = controller;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const handler = prototype[name];
      if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) continue;
      replace(controller, prototype, name, handler);
    }
  };
}

/** What Nest calls after the guards does nothing, whether an interceptor lets it be called or not. */
function replace(controller: object, prototype: object, name: string, handler: () => unknown): void {
  const placeholder = { [name]: () => undefined }[name];
  for (const key of Reflect.getMetadataKeys(handler))
    if (!DONE_BY_US.includes(key))
      Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), placeholder);
  new RouteHandler(controller, prototype, name, handler).standFor(placeholder);
  Object.defineProperty(prototype, name, { value: placeholder, configurable: true, writable: true });
  // A handler that takes the response is one that answers by itself, unless it says `passthrough`: Nest
  // writes nothing then. It would write after us, for which Fastify logs a warning.
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, {}, controller, name);
  Reflect.deleteMetadata(RESPONSE_PASSTHROUGH_METADATA, controller, name);
  Res()(prototype, name, 0);
  UseGuards(RouteRunner)(prototype, name, { value: placeholder });
}
