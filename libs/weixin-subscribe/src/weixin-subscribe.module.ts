import { type DynamicModule, type FactoryProvider, Module, type NestModule } from '@nestjs/common';
import { AccountSourceModule, accountSource as sourceOf } from './account-source/account-source.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthorizationModule } from './authorization/authorization.module.js';
import { BalanceModule } from './balance/balance.module.js';
import { BroadcastModule } from './broadcast/broadcast.module.js';
import { CardModule } from './card/card.module.js';
import { ComponentModule } from './component/component.module.js';
import { CHANNEL_LIST } from './delivery/channels/channel-list.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { DoctorModule } from './doctor/doctor.module.js';
import { WEIXIN_SUBSCRIBE_ENTITIES } from './entities.js';
import { ExplainModule } from './explain/explain.module.js';
import { GrantModule, grantRules } from './grant/grant.module.js';
import { GroundModule, type Tables } from './ground.module.js';
import { HistoryModule } from './history/history.module.js';
import { RouteVersions } from './http/route-versions.js';
import { IdentityModule } from './identity/identity.module.js';
import { JssdkModule } from './jssdk/jssdk.module.js';
import { WEIXIN_SUBSCRIBE_MIGRATIONS } from './migrations/index.js';
import { OverviewModule } from './overview/overview.module.js';
import { PushModule } from './push/push.module.js';
import { room } from './room.js';
import { SceneModule } from './scene/scene.module.js';
import { TemplateModule } from './template/template.module.js';
import { tokenRooms } from './token-rooms.js';
import { CONFIG_SLICES, resolveConfig, WeixinSubscribeConfig } from './weixin-subscribe.config.js';
import { mounted } from './weixin-subscribe.controllers.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
  type WeixinSubscribeExtras,
} from './weixin-subscribe.module-definition.js';
import type { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';
import { TokenServiceConfig } from './weixin-token.config.js';

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

/**
 * All controllers belong to this module, not to their rooms: a `RouterModule` of the host moves the routes of
 * the module that it names, and of no other.
 */
function assemble({ providers, ...definition }: DynamicModule, extras: WeixinSubscribeExtras): DynamicModule {
  const { imports = [] } = definition;
  const rooms = compose({ imports, providers }, extras);
  return {
    ...definition,
    imports: [...imports, ...rooms],
    controllers: mounted({ accounts: extras.accountSource === 'database', ...extras.controllers }),
    exports: rooms,
  };
}

const configOf = (sourced: boolean): FactoryProvider => ({
  provide: WeixinSubscribeConfig,
  useFactory: (options: WeixinSubscribeModuleOptions) => resolveConfig(options, process.env, sourced),
  inject: [MODULE_OPTIONS_TOKEN],
});
const ofTokens = { provide: TokenServiceConfig, useExisting: WeixinSubscribeConfig };

const tables: Tables = {
  entities: WEIXIN_SUBSCRIBE_ENTITIES,
  migrations: WEIXIN_SUBSCRIBE_MIGRATIONS,
  exportedAs: 'WEIXIN_SUBSCRIBE_MIGRATIONS',
};

/** The house: which room stands on which others. */
function compose(
  { imports = [], providers = [] }: Pick<DynamicModule, 'imports' | 'providers'>,
  { accountSource, dataSource, tokenStore, controllers }: WeixinSubscribeExtras,
): DynamicModule[] {
  const given = { imports, providers: [...providers, ofTokens] };
  const ground = GroundModule.on(
    given,
    [configOf(accountSource !== undefined), ...CONFIG_SLICES],
    dataSource,
    tables,
  );
  const source = room(AccountSourceModule, [ground, ...imports], sourceOf(accountSource));
  const tokens = tokenRooms(ground, { imports, store: tokenStore, dropIn: controllers?.dropIn });
  const { weixin, token } = tokens;
  const grant = room(GrantModule, [ground], [grantRules(CHANNEL_LIST)]);
  const scene = room(SceneModule, [ground]);
  const identity = room(IdentityModule, [ground, weixin]);
  const jssdk = room(JssdkModule, [ground, token]);
  const template = room(TemplateModule, [ground, token]);
  const authorization = room(AuthorizationModule, [ground, identity, grant, scene]);
  const delivery = room(DeliveryModule, [ground, weixin, token, grant, scene, template]);
  const doctor = room(DoctorModule, [ground, weixin, token, template, delivery]);
  const history = room(HistoryModule, [ground, grant, delivery]);
  const balance = room(BalanceModule, [ground, grant, delivery]);
  const push = room(PushModule, [ground, grant, delivery]);
  const card = room(CardModule, [ground, weixin, token, delivery]);
  const explain = room(ExplainModule, [ground, weixin, token, grant, template, delivery, history, card]);
  const component = room(ComponentModule, [ground, weixin, token, identity, push]);
  const broadcast = room(BroadcastModule, [ground, token, grant, scene, delivery]);
  const audit = room(AuditModule, [ground]);
  const overview = room(OverviewModule, [ground, token, template, delivery, history, push, broadcast]);
  return [
    ground,
    source,
    ...tokens.rooms,
    identity,
    jssdk,
    grant,
    scene,
    template,
    authorization,
    delivery,
    doctor,
    balance,
    history,
    explain,
    push,
    card,
    component,
    broadcast,
    audit,
    overview,
  ];
}
