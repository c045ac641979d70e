import { type CanActivate, ConfigurableModuleBuilder, type InjectionToken, type Type } from '@nestjs/common';
import type { AccountSourceChoice } from './account-source/account-source.module.js';
import type { TokenStore } from './token/store/token.store.js';
import type { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

type Guard = Type<CanActivate>;

/** Which endpoints are mounted, and the host's own guards in front of the ones that people use. */
export interface WeixinSubscribeControllers {
  /** `authorize`, `callback`, `app/*` and `subscribe/*`. @default true */
  authorization?: boolean | { guards: Guard[] };
  /** `token/*` and `accounts/:appId/doctor`. @default true */
  token?: boolean;
  /** `push/:appId`. It answers 404 for accounts without the option `push`. @default true */
  push?: boolean;
  /** `messages`, `grants`, `history`, `counts` and `drift`. @default true */
  messages?: boolean;
  /** `broadcasts` and below. @default true */
  broadcasts?: boolean;
  /** `cards` and below. @default true */
  cards?: boolean;
  /** `templates` and below. @default true */
  templates?: boolean;
  /** `overview`, `audit`, `pushes` and `people`: for those who operate the service. @default true */
  operations?: boolean;
  /** `jssdk/config`. @default true */
  jssdk?: boolean;
  /** `component/*`, of a third-party platform. @default false */
  component?: boolean;
  /** `accounts` and below. @default true with `accountSource: 'database'`, else false */
  accounts?: boolean;
  /**
   * `cgi-bin/token` and `cgi-bin/stable_token` in WeChat's own format, for existing SDKs: their base address
   * points at us, and what they call the secret is a service key (scope `token:read`; with `token:report` a
   * token that they ask for again is verified with WeChat). The key travels in the query of `cgi-bin/token`:
   * serve it over HTTPS, and keep queries out of the log of your proxy. With `setGlobalPrefix`, exclude both
   * paths. @default false
   */
  dropIn?: boolean;
}

/** What has to be known before the options factory runs. */
export interface WeixinSubscribeExtras {
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
  /**
   * Accounts that come and go while the application runs. `'database'`: those of `POST /weixin/accounts`,
   * kept in the module's database, secrets sealed with the keys of `token.encryption`, which is required
   * then. Or an `AccountSource` of the host's own: its token, provided and exported by one of `imports`, or
   * `{ useClass }`.
   * @default all accounts stand in the option `accounts`
   */
  accountSource?: AccountSourceChoice;
  /** @default all but `dropIn` */
  controllers?: WeixinSubscribeControllers;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WeixinSubscribeModuleOptions>({ moduleName: 'WeixinSubscribe' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWeixinSubscribeOptions')
    .setExtras<WeixinSubscribeExtras>(
      {
        isGlobal: false,
        dataSource: undefined,
        tokenStore: undefined,
        controllers: undefined,
        accountSource: undefined,
      },
      (definition, { isGlobal }) => ({ ...definition, global: isGlobal ?? false }),
    )
    .build();

/** For `useClass` and `useExisting`. */
export interface WeixinSubscribeOptionsFactory {
  createWeixinSubscribeOptions(): WeixinSubscribeModuleOptions | Promise<WeixinSubscribeModuleOptions>;
}
