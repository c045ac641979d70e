import 'reflect-metadata';
import type { ExecutionContext, Type } from '@nestjs/common';
import {
  GUARDS_METADATA,
  HEADERS_METADATA,
  METHOD_METADATA,
  PIPES_METADATA,
  REDIRECT_METADATA,
  SSE_METADATA,
} from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { RouteHandler } from './http/route-handler.js';
import { RouteRunner } from './http/route-runner.guard.js';
import { weixinRouteOf } from './http/weixin-route.js';
import { WeixinSubscribeModule } from './weixin-subscribe.module.js';

const options = { accounts: [], publicBaseUrl: 'https://h.example' };
const { controllers = [] } = WeixinSubscribeModule.forRoot({ ...options, controllers: { dropIn: true } });

const routes = (controllers as Type[]).flatMap((controller) =>
  new MetadataScanner()
    .getAllMethodNames(controller.prototype)
    .map((name): [name: string, controller: Type, handler: () => void] => [
      `${controller.name}.${name}`,
      controller,
      controller.prototype[name],
    ])
    .filter(([, , handler]) => Reflect.hasMetadata(METHOD_METADATA, handler)),
);

const contextOf = (controller: Type, handler: () => void) =>
  ({ getClass: () => controller, getHandler: () => handler }) as unknown as ExecutionContext;

it('finds the routes of the module', () => {
  expect(routes.length).toBeGreaterThan(30);
  expect(routes.map(([name]) => name)).toContain('PushController.take');
});

describe('every route of the module', () => {
  it.each(routes)(
    '%s runs in its last guard, and Nest has nothing left to do',
    (_name, _controller, handler) => {
      expect(RouteHandler.of(handler)).toBeDefined();
      expect(Reflect.getMetadata(GUARDS_METADATA, handler).at(-1)).toBe(RouteRunner);
      for (const key of [HEADERS_METADATA, PIPES_METADATA, REDIRECT_METADATA, SSE_METADATA])
        expect([key, Reflect.getMetadata(key, handler)]).toEqual([key, undefined]);
      expect(handler()).toBeUndefined();
    },
  );

  it.each(routes)('%s tells the guards of a host who calls it', (name, controller, handler) => {
    const expected = name.startsWith('PushController')
      ? 'platform'
      : /^(?:(?:Web|App|Subscribe)Authorization|Balance|Jssdk)/.test(name)
        ? 'public'
        : 'service';
    expect(weixinRouteOf(contextOf(controller, handler))).toBe(expected);
  });
});

it('a route of the host’s is of no kind', () => {
  class Own {
    own(): void {}
  }
  expect(weixinRouteOf(contextOf(Own, Own.prototype.own))).toBeUndefined();
});
