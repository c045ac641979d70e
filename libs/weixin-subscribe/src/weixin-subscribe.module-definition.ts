import { type CanActivate, ConfigurableModuleBuilder, type Type } from '@nestjs/common';
import type { WeixinSubscribeModuleOptions } from './common/config/options.js';

type Guard = Type<CanActivate>;

/** Which doors are mounted, and the host's own guards in front of the ones that people use. */
export interface WeixinSubscribeControllers {
  /** `authorize`, `callback` and `app/*`. @default true */
  authorization?: boolean | { guards: Guard[] };
  /** `token/*`. @default true */
  token?: boolean;
  /** `messages`, `grants`, `history`, `counts` and `drift`. @default true */
  messages?: boolean;
}

/** What has to be known before the options factory runs. */
export interface WeixinSubscribeExtras {
  /** @default false */
  isGlobal?: boolean;
  /** Name of the host's DataSource to work on; `own` gives the module one of its own, from the `database` option. @default the host's default DataSource */
  dataSource?: string;
  /** @default all */
  controllers?: WeixinSubscribeControllers;
}

export const OWN_DATA_SOURCE = 'own';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WeixinSubscribeModuleOptions>({ moduleName: 'WeixinSubscribe' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWeixinSubscribeOptions')
    .setExtras<WeixinSubscribeExtras>(
      { isGlobal: false, dataSource: undefined, controllers: undefined },
      (definition, { isGlobal }) => ({ ...definition, global: isGlobal ?? false }),
    )
    .build();

/** For `useClass` and `useExisting`. */
export interface WeixinSubscribeOptionsFactory {
  createWeixinSubscribeOptions(): WeixinSubscribeModuleOptions | Promise<WeixinSubscribeModuleOptions>;
}
