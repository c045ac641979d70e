import { Module } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { ComponentConfig } from '../account/component.options.js';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { Telemetry } from '../kernel/telemetry.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { TokenRenewal } from '../token/mint/token.renewal.js';
import { TokenStore } from '../token/store/token.store.js';
import { TokenVault } from '../token/store/token.vault.js';
import { TokenCache } from '../token/token.cache.js';
import { TokenConfig } from '../token/token.options.js';
import { WeixinConfig } from '../weixin/weixin.options.js';
import { AuthorizationLinkService } from './authorization-link.service.js';
import { AuthorizerCredential } from './authorizer.credential.js';
import { AuthorizerRepository } from './authorizer.repository.js';
import { AuthorizerService } from './authorizer.service.js';
import { AuthorizerDirectory } from './authorizer-directory.js';
import { ComponentMinter } from './component.minter.js';
import { ComponentApiClient } from './component-api.client.js';
import { ComponentEventService } from './component-event.service.js';
import { ComponentTicketRepository } from './component-ticket.repository.js';
import { ComponentTokenService } from './component-token.service.js';

/** A third-party platform, and the accounts that authorise it. */
@Module({
  providers: [
    AuthorizerRepository,
    ComponentTicketRepository,
    ComponentMinter,
    {
      provide: ComponentTokenService,
      // A cache and a renewal of its own, as tickets have.
      useFactory: (
        accounts: Accounts,
        vault: TokenVault,
        store: TokenStore,
        minter: ComponentMinter,
        clock: Clock,
        random: RandomSource,
        events: WeixinEvents,
        weixin: WeixinConfig,
        config: TokenConfig,
        use: AccountUse,
        telemetry: Telemetry,
        { platform }: ComponentConfig,
      ) => {
        const cache = new TokenCache(clock);
        const renewal = new TokenRenewal(
          vault,
          store,
          cache,
          minter,
          clock,
          events,
          weixin,
          config,
          telemetry,
        );
        return new ComponentTokenService(
          ...([accounts, vault, cache, renewal, clock, random, events, config, use] as const),
        ).of(platform);
      },
      inject: [
        Accounts,
        TokenVault,
        TokenStore,
        ComponentMinter,
        Clock,
        RandomSource,
        WeixinEvents,
        WeixinConfig,
        TokenConfig,
        AccountUse,
        Telemetry,
        ComponentConfig,
      ],
    },
    ComponentApiClient,
    AuthorizerDirectory,
    AuthorizerService,
    AuthorizerCredential,
    AuthorizationLinkService,
    ComponentEventService,
  ],
  exports: [AuthorizerService, AuthorizationLinkService, ComponentEventService],
})
export class ComponentModule {}
