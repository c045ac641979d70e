import { Injectable } from '@nestjs/common';
import { BrowserRoutesConfig } from '../http/http.options.js';
import { commonPath, RouteUrls } from '../http/route-urls.js';
import { InvalidOptionsError } from '../kernel/errors.js';
import { AuthorizationConfig } from './authorization.options.js';

/** The names of the routes that an intent and its answer pass, for `RouteUrls`. */
export const AUTHORIZATION_ROUTES = {
  authorize: 'authorization.authorize',
  callback: 'authorization.callback',
  oauthCallback: 'authorization.oauth-callback',
  appIntents: 'authorization.app-intents',
  appResults: 'authorization.app-results',
} as const;

/** Where intents and answers come and go, as browsers and apps see it. */
@Injectable()
export class AuthorizationUrls {
  /** {@link cookiePath}, once it does not change any more: a callback asks several times. */
  private finalCookiePath?: string;

  constructor(
    private readonly routes: RouteUrls,
    private readonly config: AuthorizationConfig,
    private readonly routesConfig: BrowserRoutesConfig,
  ) {}

  /**
   * Where WeChat brings the browser back: the option `authorization.callbackUrl`, or the route as Nest mounts
   * it, under `publicBaseUrl`.
   * @throws {InvalidOptionsError} the option is not set, and the route is not mounted or the prefix of the
   * host has a parameter
   */
  callbackUrl(): string {
    const { publicBaseUrl } = this.routesConfig;
    const url = this.config.callbackUrl ?? this.routes.urlOf(publicBaseUrl, AUTHORIZATION_ROUTES.callback);
    if (url !== undefined) return url;
    throw new InvalidOptionsError([
      {
        option: 'authorization.callbackUrl',
        message:
          'is missing, and cannot be derived: our callback is not mounted, or its path has a parameter',
      },
    ]);
  }

  /** Likewise the way back from WeChat's OAuth. @throws {InvalidOptionsError} */
  oauthCallbackUrl(): string {
    const { publicBaseUrl } = this.routesConfig;
    const url =
      this.config.oauthCallbackUrl ?? this.routes.urlOf(publicBaseUrl, AUTHORIZATION_ROUTES.oauthCallback);
    if (url !== undefined) return url;
    throw new InvalidOptionsError([
      {
        option: 'authorization.oauthCallbackUrl',
        message:
          'is missing, and cannot be derived: our callback is not mounted, or its path has a parameter',
      },
    ]);
  }

  /** The narrowest path under which a browser or an app shows a cookie to all of these routes. */
  cookiePath(): string {
    if (this.finalCookiePath !== undefined) return this.finalCookiePath;
    const base = this.routesConfig.publicBaseUrl.pathname.replace(/\/$/, '');
    const paths = Object.values(AUTHORIZATION_ROUTES).flatMap((name) => {
      if (name === AUTHORIZATION_ROUTES.callback && this.config.callbackUrl !== undefined)
        return pathOf(this.config.callbackUrl);
      if (name === AUTHORIZATION_ROUTES.oauthCallback && this.config.oauthCallbackUrl !== undefined)
        return pathOf(this.config.oauthCallbackUrl);
      const path = this.routes.pathOf(name);
      return path === undefined ? [] : base + path;
    });
    // As a browser writes it in a request, which is what it compares the path of a cookie with.
    const { pathname } = new URL(commonPath(paths), this.routesConfig.publicBaseUrl);
    if (this.routes.areFinal) this.finalCookiePath = pathname;
    return pathname;
  }
}

const pathOf = (url: string): string => new URL(url).pathname;
