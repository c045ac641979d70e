import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';

const WEIXIN_ROUTE = 'weixin-subscribe:route';

/**
 * Who calls a route, and what proves it:
 * - `platform`: WeChat's servers, by the signature of each push
 * - `public`: the browsers and apps of users, by the state of their intent, a cookie, and the host's own
 *   `guards`
 * - `service`: the company's other services, by a service key
 */
export type WeixinRouteKind = 'platform' | 'public' | 'service';

/** Marks a controller or a handler for {@link weixinRouteOf}. Every controller of this library carries it. */
export const WeixinRoute = (kind: WeixinRouteKind): CustomDecorator => SetMetadata(WEIXIN_ROUTE, kind);

/**
 * The kind of route that is called, for guards and interceptors of the host; `undefined` for the host's own
 * routes. A mark on the handler wins over one on its controller.
 */
export function weixinRouteOf(
  context: Pick<ExecutionContext, 'getHandler' | 'getClass'>,
): WeixinRouteKind | undefined {
  return Reflect.getMetadata(WEIXIN_ROUTE, context.getHandler()) ?? weixinRouteOfClass(context.getClass());
}

export const weixinRouteOfClass = (controller: object): WeixinRouteKind | undefined =>
  Reflect.getMetadata(WEIXIN_ROUTE, controller);
