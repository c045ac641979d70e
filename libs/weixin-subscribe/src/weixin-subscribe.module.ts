import {
  type CanActivate,
  type DynamicModule,
  Module,
  type NestModule,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppAuthorizationController } from './authorization/app-authorization.controller.js';
import { SubscribeAuthorizationController } from './authorization/subscribe-authorization.controller.js';
import { WebAuthorizationController } from './authorization/web-authorization.controller.js';
import { BroadcastController } from './broadcast/broadcast.controller.js';
import { MessageController } from './delivery/send/message.controller.js';
import { WEIXIN_SUBSCRIBE_ENTITIES } from './entities.js';
import { FormIdController } from './grant/form-id/form-id.controller.js';
import { HistoryController } from './history/history.controller.js';
import { SubjectGuard } from './http/public-route.guards.js';
import { RouteVersions } from './http/route-versions.js';
import { PushController } from './push/push.controller.js';
import { TemplateController } from './template/template.controller.js';
import { TokenController } from './token/token.controller.js';
import { DROP_IN_PROVIDERS } from './token/token.providers.js';
import { DropInController } from './token-drop-in/drop-in.controller.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
  OWN_DATA_SOURCE,
  type WeixinSubscribeControllers,
  type WeixinSubscribeExtras,
} from './weixin-subscribe.module-definition.js';
import { EXPORTED, providers } from './weixin-subscribe.providers.js';

/** One-time subscription messages: ask, record, send, account; and the access_token all of that needs. */
@Module({})
export class WeixinSubscribeModule extends ConfigurableModuleClass implements NestModule {
  constructor(private readonly versions: RouteVersions) {
    super();
  }

  configure(): void {
    this.versions.apply(WeixinSubscribeModule);
  }

  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return assemble(super.forRoot(options), options);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return assemble(super.forRootAsync(options), options);
  }
}

function assemble(definition: DynamicModule, extras: WeixinSubscribeExtras): DynamicModule {
  const { dataSource, controllers } = extras;
  const host =
    dataSource === OWN_DATA_SOURCE ? [] : [TypeOrmModule.forFeature(WEIXIN_SUBSCRIBE_ENTITIES, dataSource)];
  return {
    ...definition,
    imports: [...(definition.imports ?? []), DiscoveryModule, ...host],
    providers: [
      ...(definition.providers ?? []),
      ...providers(extras),
      ...(controllers?.dropIn ? DROP_IN_PROVIDERS : []),
    ],
    controllers: mounted(controllers ?? {}),
    exports: [...(definition.exports ?? []), ...EXPORTED],
  };
}

const AUTHORIZATION = [
  WebAuthorizationController,
  AppAuthorizationController,
  SubscribeAuthorizationController,
];

function mounted({
  authorization = true,
  token = true,
  push = true,
  messages = true,
  broadcasts = true,
  templates = true,
  dropIn: isDropIn = false,
}: WeixinSubscribeControllers): Type[] {
  const guards = typeof authorization === 'object' ? authorization.guards : [];
  return [
    ...(authorization ? AUTHORIZATION.map((controller) => behind(guards, controller)) : []),
    ...(token ? [TokenController] : []),
    ...(push ? [PushController] : []),
    ...(messages ? [MessageController, FormIdController, HistoryController] : []),
    ...(broadcasts ? [BroadcastController] : []),
    ...(templates ? [TemplateController] : []),
    ...(isDropIn ? [DropInController] : []),
  ];
}

/** A subclass, because decorating the controller itself would put one host's guards in front of another host in the same process. */
function behind(guards: Type<CanActivate>[], controller: Type): Type {
  const guarded = { [controller.name]: class extends controller {} }[controller.name];
  UseGuards(...guards, SubjectGuard)(guarded);
  return guarded;
}
