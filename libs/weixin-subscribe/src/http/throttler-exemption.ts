import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getOptionsToken, SkipThrottle, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { weixinRouteOfClass } from './weixin-route.js';

/**
 * No throttler of the host's counts what WeChat sends: all of it comes from a few addresses, and a push that
 * is answered 429 is repeated a few times and then lost. The metadata of `@SkipThrottle()` has the name of a
 * throttler in its key, so the names are taken from the options of each `ThrottlerModule` in the application.
 */
@Injectable()
export class ThrottlerExemption implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {}

  onModuleInit(): void {
    const modules = [...this.modules.values()];
    const names = modules.flatMap(({ providers }) =>
      namesIn(providers.get(getOptionsToken())?.instance as ThrottlerModuleOptions | undefined),
    );
    const skip = SkipThrottle(Object.fromEntries(names.map((name) => [name, true])));
    for (const { controllers } of modules)
      for (const { metatype } of controllers.values())
        if (metatype && weixinRouteOfClass(metatype) === 'platform') skip(metatype);
  }
}

function namesIn(options: ThrottlerModuleOptions | undefined): string[] {
  const throttlers = Array.isArray(options) ? options : (options?.throttlers ?? []);
  return throttlers.map(({ name = 'default' }) => name);
}
