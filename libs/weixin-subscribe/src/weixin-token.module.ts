import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type InjectionToken,
  Module,
  type NestModule,
  type Provider,
} from '@nestjs/common';
import { WEIXIN_TOKEN_ENTITIES } from './entities.js';
import { GroundModule } from './ground.module.js';
import { RouteVersions } from './http/route-versions.js';
import { WEIXIN_TOKEN_MIGRATIONS } from './migrations/index.js';
import { ownOf } from './own-of.js';
import type { TokenStore } from './token/store/token.store.js';
import { DropInController } from './token-drop-in/drop-in.controller.js';
import { TokenController } from './token-rest/token.controller.js';
import { tokenRooms } from './token-rooms.js';
import { resolveTokenConfig, TokenServiceConfig, WeixinTokenModuleOptions } from './weixin-token.config.js';

/** What has to be known before the options factory runs. */
export interface WeixinTokenExtras {
  /** @default false */
  isGlobal?: boolean;
  /**
   * Name of the host's DataSource to work on; `own` gives the module one of its own, from the `database`
   * option.
   * @default the host's default DataSource
   */
  dataSource?: string;
  /**
   * A {@link TokenStore} of the host's own, provided and exported by one of `imports`.
   * @default the one that the option `token.store` names
   */
  tokenStore?: InjectionToken<TokenStore>;
  /** `token/*`, and the routes for existing SDKs (`cgi-bin/*`). @default the first only */
  controllers?: { token?: boolean; dropIn?: boolean };
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WeixinTokenModuleOptions>({ moduleName: 'WeixinToken' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWeixinTokenOptions')
    .setExtras<WeixinTokenExtras>(
      { isGlobal: false, dataSource: undefined, tokenStore: undefined, controllers: undefined },
      (definition, { isGlobal }) => ({ ...definition, global: isGlobal ?? false }),
    )
    .build();

/** For `useClass` and `useExisting`. */
export interface WeixinTokenOptionsFactory {
  createWeixinTokenOptions(): WeixinTokenModuleOptions | Promise<WeixinTokenModuleOptions>;
}

/**
 * The central token service alone: it mints, keeps and gives out access_tokens, and has no ledger, no
 * templates and no broadcasts. An application has this or `WeixinSubscribeModule`, which contains it.
 */
@Module({})
export class WeixinTokenModule extends ConfigurableModuleClass implements NestModule {
  constructor(private readonly versions: RouteVersions) {
    super();
  }

  configure(): void {
    this.versions.apply(WeixinTokenModule);
  }

  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return assemble(super.forRoot(options), options);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return assemble(super.forRootAsync(options), options);
  }
}

/** Controllers stay here for the `RouterModule` of the host, as those of `WeixinSubscribeModule` do. */
function assemble(
  { providers = [], ...definition }: DynamicModule,
  extras: WeixinTokenExtras,
): DynamicModule {
  const { imports = [] } = definition;
  const { dataSource, tokenStore: store, controllers: { token = true, dropIn = false } = {} } = extras;
  const ground = GroundModule.on({ imports, providers: [...providers, config] }, [], dataSource, {
    entities: WEIXIN_TOKEN_ENTITIES,
    migrations: WEIXIN_TOKEN_MIGRATIONS,
    exportedAs: 'WEIXIN_TOKEN_MIGRATIONS',
  });
  const rooms = [ground, ...tokenRooms(ground, { imports, store, dropIn }).rooms];
  return {
    ...definition,
    imports: [...imports, ...rooms],
    controllers: [...(token ? [TokenController] : []), ...(dropIn ? [DropInController] : [])].map(ownOf),
    exports: rooms,
  };
}

const config: Provider = {
  provide: TokenServiceConfig,
  useFactory: (options: WeixinTokenModuleOptions) => resolveTokenConfig(options),
  inject: [MODULE_OPTIONS_TOKEN],
};
