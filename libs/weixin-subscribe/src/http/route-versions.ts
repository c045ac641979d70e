import { Injectable, type Type, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import { VERSION_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';

/**
 * Versioning in the URI moves our routes as it moves every route of the host: `defaultVersion` becomes part
 * of their paths. By a header, a media type or a function of the host's, however, a default version would
 * hide them from everybody who sends none, and WeChat, a browser that comes back from WeChat, and an SDK that
 * takes us for WeChat cannot be told to. There they are version-neutral.
 */
@Injectable()
export class RouteVersions {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly app: ApplicationConfig,
  ) {}

  /**
   * To be called before Nest registers the routes of `module` and after the host has chosen its versioning:
   * from the module's `configure`. Set each time, since hosts in one process share the classes.
   */
  apply(module: Type): void {
    const versioning = this.app.getVersioning();
    const isNeutral = versioning !== undefined && versioning.type !== VersioningType.URI;
    for (const { metatype, controllers } of this.modules.values()) {
      if (metatype !== module) continue;
      for (const { metatype: controller } of controllers.values()) {
        if (isNeutral) Reflect.defineMetadata(VERSION_METADATA, VERSION_NEUTRAL, controller as Type);
        else Reflect.deleteMetadata(VERSION_METADATA, controller as Type);
      }
    }
  }
}
