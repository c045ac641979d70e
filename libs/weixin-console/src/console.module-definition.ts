import { type CanActivate, ConfigurableModuleBuilder, type Type } from '@nestjs/common';
import type { WeixinConsoleOptions } from './console.options.js';

/** What has to be known before the options factory runs. */
export interface WeixinConsoleExtras {
  /** Where the console is, below the host's global prefix. @default 'weixin/console' */
  path?: string;
  /**
   * Guards of the host in front of the console, in this order: of its page, its files and its sign-in, and
   * with `session: { scopes }` of everything that it asks from the REST API. What they inject must be
   * exported by one of `imports`, or be global.
   */
  guards?: Type<CanActivate>[];
  /**
   * The folder of the built page, where the host is bundled into one file and the package is not beside it.
   * @default the one in this package
   */
  assets?: string;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WeixinConsoleOptions>({ moduleName: 'WeixinConsole' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWeixinConsoleOptions')
    .setExtras<WeixinConsoleExtras>(
      { path: undefined, guards: undefined, assets: undefined },
      (definition) => definition,
    )
    .build();

/** For `useClass` and `useExisting`. */
export interface WeixinConsoleOptionsFactory {
  createWeixinConsoleOptions(): WeixinConsoleOptions | Promise<WeixinConsoleOptions>;
}
