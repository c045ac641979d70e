import { type DynamicModule, Module, type NestModule, type OnModuleInit } from '@nestjs/common';
import { controllerAt } from './console.controller.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
  type WeixinConsoleExtras,
} from './console.module-definition.js';
import { ConsoleConfig, type WeixinConsoleOptions } from './console.options.js';
import { ConsoleAssets, ownAssets } from './console-assets.js';
import { HOST_GUARDS, HostGuards } from './host-guards.js';
import { Library } from './library-parts.js';
import { ConsoleSessions } from './session.js';

/**
 * The console for the people who operate a host of `WeixinSubscribeModule`, which must be imported beside it:
 * a page and its sign-in. What it shows and does goes through the REST API of that module.
 */
@Module({})
export class WeixinConsoleModule extends ConfigurableModuleClass implements NestModule, OnModuleInit {
  constructor(private readonly library: Library) {
    super();
  }

  configure(): void {
    this.library.versions.apply(WeixinConsoleModule);
  }

  onModuleInit(): void {
    this.library.check();
  }

  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return assemble(super.forRoot(options), options);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return assemble(super.forRootAsync(options), options);
  }
}

function assemble(
  { providers = [], ...definition }: DynamicModule,
  { path = 'weixin/console', guards = [], assets }: WeixinConsoleExtras,
): DynamicModule {
  return {
    ...definition,
    controllers: [controllerAt(path, guards)],
    providers: [
      ...providers,
      ...guards,
      { provide: HOST_GUARDS, useValue: guards },
      {
        provide: ConsoleConfig,
        useFactory: (options: WeixinConsoleOptions) => new ConsoleConfig(options, guards.length > 0),
        inject: [MODULE_OPTIONS_TOKEN],
      },
      { provide: ConsoleAssets, useFactory: () => new ConsoleAssets(assets ?? ownAssets()) },
      ConsoleSessions,
      HostGuards,
      Library,
    ],
  };
}
