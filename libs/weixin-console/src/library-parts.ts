import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  Clock,
  commonPath,
  InvalidOptionsError,
  RequestAuthenticators,
  RouteUrls,
  RouteVersions,
  ServiceSignIn,
  WeixinSubscribeConfig,
} from 'nestjs-weixin-subscribe';
import { CONSOLE_ROUTE } from './console.routes.js';

/** Of the library, by which its base path is known: `GET messages`. */
const API_ROUTE = 'messages';

/** What the console needs of `WeixinSubscribeModule`, which stands beside it in the host. */
@Injectable()
export class Library {
  constructor(private readonly modules: ModuleRef) {}

  get authenticators(): RequestAuthenticators {
    return this.get(RequestAuthenticators);
  }

  get signIn(): ServiceSignIn {
    return this.get(ServiceSignIn);
  }

  get versions(): RouteVersions {
    return this.get(RouteVersions);
  }

  get clock(): Clock {
    return this.get(Clock);
  }

  /** Of the option `publicBaseUrl`. */
  get publicOrigin(): string {
    return this.publicBaseUrl.origin;
  }

  /** Absolute path of the REST API as a browser sees it, without a slash at the end. */
  get apiPath(): string {
    return this.pathOf(API_ROUTE).replace(/\/[^/]*$/, '');
  }

  /** Absolute path of the console, likewise. */
  get consolePath(): string {
    return this.pathOf(CONSOLE_ROUTE).replace(/\/$/, '');
  }

  /** As the application mounts it, whatever a proxy puts in front. */
  get mountedPath(): string {
    return (this.get(RouteUrls).pathOf(CONSOLE_ROUTE) ?? '').replace(/\/$/, '');
  }

  /** The narrowest path under which a browser shows a cookie to the console and to the REST API. */
  get cookiePath(): string {
    return commonPath([this.consolePath, this.apiPath]);
  }

  /** @throws {InvalidOptionsError} the REST API that the page talks to is not mounted */
  check(): void {
    void this.apiPath;
  }

  private pathOf(name: string): string {
    const url = this.get(RouteUrls).urlOf(this.publicBaseUrl, name);
    if (url !== undefined) return new URL(url).pathname;
    throw new InvalidOptionsError([
      {
        option: 'controllers.messages',
        message:
          'must not be false, and no prefix in front of the routes may hold a parameter, where WeixinConsoleModule is imported: the console reads its REST API',
      },
    ]);
  }

  private get publicBaseUrl(): URL {
    return this.get(WeixinSubscribeConfig).routes.publicBaseUrl;
  }

  /** The library's module is beside this one, and need not be global. */
  private get<T>(token: abstract new (...args: never[]) => T): T {
    try {
      return this.modules.get<T>(token as never, { strict: false });
    } catch {
      throw new InvalidOptionsError([
        { option: 'imports', message: 'must hold WeixinSubscribeModule beside WeixinConsoleModule' },
      ]);
    }
  }
}
