import { resolveAccount, resolveAccounts } from './account/account.options.js';
import { AccountRules, accountRules } from './account/account-rules.js';
import { ComponentConfig, resolveComponent } from './account/component.options.js';
import { AuthorizationConfig, resolveAuthorization } from './authorization/authorization.options.js';
import { BroadcastConfig, resolveBroadcast } from './broadcast/broadcast.options.js';
import { CardConfig, resolveCards } from './card/card.options.js';
import { DeliveryConfig, resolveDelivery } from './delivery/delivery.options.js';
import { BrowserRoutesConfig, RateLimitConfig } from './http/http.options.js';
import { resolveServiceKeys } from './http/service-keys.options.js';
import { JssdkConfig, resolveJssdk } from './jssdk/jssdk.options.js';
import { resolveScenes, SceneConfig } from './scene/scene.options.js';
import { TemplateConfig } from './template/template.options.js';
import { TokenOptions } from './token/token.options.js';
import { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';
import { resolved, resolveTokenService, TokenServiceConfig } from './weixin-token.config.js';

/**
 * The options with every default filled in and everything checked; frozen. A room of the library injects its
 * own slice.
 */
export abstract class WeixinSubscribeConfig extends TokenServiceConfig {
  abstract override readonly routes: BrowserRoutesConfig;
  abstract readonly accountRules: AccountRules;
  abstract readonly authorization: AuthorizationConfig;
  abstract readonly component: ComponentConfig;
  abstract readonly broadcast: BroadcastConfig;
  abstract readonly cards: CardConfig;
  abstract readonly delivery: DeliveryConfig;
  abstract readonly jssdk: JssdkConfig;
  abstract readonly scenes: SceneConfig;
  abstract readonly templates: TemplateConfig;
}

/**
 * Fills in the defaults and checks everything, once, while the module starts.
 * @param sourced whether an account source is given
 * @throws {InvalidOptionsError} naming every option that is missing, out of range or contradicts another
 */
export function resolveConfig(
  written: WeixinSubscribeModuleOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  sourced = false,
): WeixinSubscribeConfig {
  return resolved(written, (checks, given) => {
    const options = checks.pick('', WeixinSubscribeModuleOptions, given);
    const { authorization, redis } = options;
    const publicBaseUrl = checks.url('publicBaseUrl', options.publicBaseUrl);
    const token = checks.read('token', TokenOptions, options.token);
    const component = resolveComponent(checks, options.component, {
      token,
      mpBaseUrl: options.mpBaseUrl ?? 'https://mp.weixin.qq.com',
    });
    const defaults = { ...token, component: component.platform };
    const accounts = resolveAccounts(checks, options.accounts, defaults, resolveAccount, sourced);
    const service = resolveTokenService(checks, options, token, accounts, environment, sourced);
    const { http } = service.weixin;
    return {
      ...service,
      sourced,
      accountRules: accountRules(defaults),
      component,
      authorization: resolveAuthorization(checks, authorization, publicBaseUrl, {
        mpBaseUrl: options.mpBaseUrl,
        openBaseUrl: options.openBaseUrl,
        isRemote: token.role === 'remote',
      }),
      broadcast: resolveBroadcast(checks, options.broadcast, http.connections, redis),
      cards: resolveCards(checks, options.cards),
      delivery: resolveDelivery(checks, options.delivery, http.timeoutMs),
      jssdk: resolveJssdk(checks, options.jssdk, publicBaseUrl),
      routes: {
        publicBaseUrl,
        rateLimit: checks.read('rateLimit', RateLimitConfig, options.rateLimit),
        serviceKeys: resolveServiceKeys(checks, options.serviceKeys, sourced ? undefined : accounts),
        subject: authorization?.subject,
      },
      scenes: resolveScenes(checks, options.scenes),
      templates: checks.read('templates', TemplateConfig, options.templates),
    };
  });
}

const slice = (provide: abstract new () => unknown, name: keyof WeixinSubscribeConfig) => ({
  provide,
  useFactory: (config: WeixinSubscribeConfig) => config[name],
  inject: [WeixinSubscribeConfig],
});

/** Providers of what each room sees of the config, beside the slices of the token service. */
export const CONFIG_SLICES = [
  slice(AccountRules, 'accountRules'),
  slice(AuthorizationConfig, 'authorization'),
  slice(BroadcastConfig, 'broadcast'),
  slice(BrowserRoutesConfig, 'routes'),
  slice(CardConfig, 'cards'),
  slice(ComponentConfig, 'component'),
  slice(DeliveryConfig, 'delivery'),
  slice(JssdkConfig, 'jssdk'),
  slice(SceneConfig, 'scenes'),
  slice(TemplateConfig, 'templates'),
];
