import { Injectable, type OnApplicationBootstrap, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner, ModulesContainer, Reflector } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import { named } from '../kernel/named.js';

/** Names a route of ours, so that its URL can be asked for from {@link RouteUrls}. */
export const RouteName = named('RouteName', Reflector.createDecorator<string>());

/** A handler of a controller, and where Nest mounts it. */
export interface MountedRoute {
  handler: (...args: unknown[]) => unknown;
  method: RequestMethod;
  /** As patterns, with the parameters that they have. Several where the host has several default versions. */
  paths: string[];
}

/**
 * Where our routes are, whatever `setGlobalPrefix` and its `exclude`, versioning in the URI and
 * `RouterModule` make of their paths. Nest's own factory of paths is asked, as `@nestjs/swagger` does. A host
 * sets prefix and versioning after the modules are made, so the answer is final only when the app is
 * initialised, and is computed anew until then.
 */
@Injectable()
export class RouteUrls implements OnApplicationBootstrap {
  private readonly paths: RoutePathFactory;
  private readonly scanner = new MetadataScanner();
  /** Whether the host can not change prefix and versioning any more. */
  areFinal = false;
  /**
   * Paths by the names of their routes. A host may have thousands of others, and this is asked for with every
   * intent and answer.
   */
  private named: Map<string, string> | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly app: ApplicationConfig,
  ) {
    this.paths = new RoutePathFactory(app);
  }

  onApplicationBootstrap(): void {
    this.areFinal = true;
  }

  /** The routes whose handlers carry `key` as metadata. */
  withMetadata(key: string): MountedRoute[] {
    return [...this.modules.values()].flatMap(({ metatype: module, controllers }) =>
      [...controllers.values()].flatMap(({ metatype }) => this.routesOf(module, metatype as Type, key)),
    );
  }

  /**
   * The path of the route named `name` as Nest serves it, with `:parameters`. The first one, where it has
   * several; `undefined` where it is not mounted.
   */
  pathOf(name: string): string | undefined {
    const named = this.named ?? this.pathsByName();
    if (this.areFinal) this.named = named;
    return named.get(name);
  }

  /**
   * The URL of the route named `name` as the outside sees it: `base`, which is the option `publicBaseUrl`,
   * and the path. `undefined` where the route is not mounted, or where a prefix of the host has a parameter
   * or a wildcard, so that it has no one URL.
   */
  urlOf(base: URL, name: string, parameters: Record<string, string> = {}): string | undefined {
    const path = this.pathOf(name);
    const segments = path?.split('/').map((segment) => segmentOf(segment, parameters));
    if (!segments || segments.includes(undefined)) return undefined;
    return base.href.replace(/\/$/, '') + segments.join('/');
  }

  private pathsByName(): Map<string, string> {
    const routes = this.withMetadata(RouteName.KEY).reverse();
    return new Map(
      routes.map(({ handler, paths }) => [Reflect.getMetadata(RouteName.KEY, handler) as string, paths[0]]),
    );
  }

  private routesOf(module: Type, controller: Type, key: string): MountedRoute[] {
    const versioningOptions = this.app.getVersioning();
    const controllerVersion =
      versioningOptions &&
      (Reflect.getMetadata(VERSION_METADATA, controller) ?? versioningOptions.defaultVersion);
    const modulePath =
      Reflect.getMetadata(MODULE_PATH + this.modules.applicationId, module) ??
      Reflect.getMetadata(MODULE_PATH, module);
    const prefix = this.app.getGlobalPrefix();
    const globalPrefix = prefix && withSlash(prefix);
    const handlers = this.handlersOf(controller).filter((handler) => Reflect.hasMetadata(key, handler));
    return handlers.map((handler) => {
      const method: RequestMethod = Reflect.getMetadata(METHOD_METADATA, handler) ?? RequestMethod.GET;
      const methodVersion = Reflect.getMetadata(VERSION_METADATA, handler);
      const paths = patternsOf(controller).flatMap((ctrlPath) =>
        patternsOf(handler).flatMap((methodPath) =>
          this.paths.create(
            {
              ctrlPath,
              methodPath,
              modulePath,
              globalPrefix,
              controllerVersion,
              methodVersion,
              versioningOptions,
            },
            method,
          ),
        ),
      );
      return { handler, method, paths };
    });
  }

  private handlersOf({ prototype }: Type): MountedRoute['handler'][] {
    return this.scanner
      .getAllMethodNames(prototype)
      .map((name) => prototype[name] as MountedRoute['handler'])
      .filter((method) => Reflect.hasMetadata(PATH_METADATA, method));
  }
}

/** What is a parameter, a wildcard or optional in a pattern of Nest 11 or 12. */
const PATTERN = /[:*{}()]/;

/**
 * The path of a cookie that all of these paths are shown: their common segments, or `/`. A `;` would end it,
 * as a parameter has no one value.
 */
export function commonPath(paths: string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').filter(Boolean));
  const end = first.findIndex(
    (segment, at) =>
      PATTERN.test(segment) || segment.includes(';') || others.some((other) => other[at] !== segment),
  );
  return `/${first.slice(0, end < 0 ? undefined : end).join('/')}`;
}

function segmentOf(pattern: string, parameters: Record<string, string>): string | undefined {
  const value = pattern.startsWith(':') ? parameters[pattern.slice(1)] : undefined;
  if (value !== undefined) return encodeURIComponent(value);
  return PATTERN.test(pattern) ? undefined : pattern;
}

function patternsOf(target: object): string[] {
  return [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat().map(withSlash);
}

const withSlash = (path: string) => (path.startsWith('/') ? path : `/${path}`);
