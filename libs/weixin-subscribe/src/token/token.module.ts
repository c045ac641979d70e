import { type InjectionToken, Module, type Provider, type Type } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { RedisConnection } from '../kernel/redis-connection.js';
import { Telemetry } from '../kernel/telemetry.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { WeixinConfig } from '../weixin/weixin.options.js';
import { AuthorizedApiClient } from './authorized-api.client.js';
import { CentralTokenService } from './central-token.service.js';
import { AccountTicketSource, AccountTokenService } from './credential/account-token.service.js';
import { CloudTokenService } from './credential/cloud-token.service.js';
import { type Credential, Credentials } from './credential/credential.js';
import { CustomCredential } from './credential/custom.credential.js';
import { SecretCredential } from './credential/secret.credential.js';
import { TokenMinter } from './mint/token.minter.js';
import { TokenRenewal } from './mint/token.renewal.js';
import { DatabaseTokenStore } from './store/database-token.store.js';
import { MemoryTokenStore } from './store/memory-token.store.js';
import { RedisTokenStore } from './store/redis-token.store.js';
import { TokenStore } from './store/token.store.js';
import { TokenVault } from './store/token.vault.js';
import { TokenSealer } from './store/token-sealer.js';
import { CentralTicketService } from './ticket/central-ticket.service.js';
import { TicketMinter } from './ticket/ticket.minter.js';
import { TicketService, type TicketSource } from './ticket/ticket.service.js';
import { TokenCache } from './token.cache.js';
import { TokenHealthIndicator } from './token.health.js';
import { TokenMetrics } from './token.metrics.js';
import { TokenConfig } from './token.options.js';
import { TokenScheduler } from './token.scheduler.js';
import { TokenService } from './token.service.js';

/**
 * The access_token of each account. Whoever composes it adds {@link tokenStore}, {@link tokenService}, and a
 * room that exports the service of the role `remote`.
 */
@Module({
  providers: [
    TokenSealer,
    TokenVault,
    TokenCache,
    SecretCredential,
    CustomCredential,
    {
      provide: Credentials,
      useFactory: (...ours: Credential[]) => {
        const credentials = new Credentials();
        for (const credential of ours) credentials.register(credential);
        return credentials;
      },
      inject: [SecretCredential, CustomCredential],
    },
    { provide: TokenMinter, useExisting: Credentials },
    TokenRenewal,
    CentralTokenService,
    CloudTokenService,
    TokenScheduler,
    TokenHealthIndicator,
    TokenMetrics,
    AuthorizedApiClient,
    TicketMinter,
    {
      provide: CentralTicketService,
      // A cache and a renewal of its own: those of the module hold access_tokens.
      useFactory: (
        accounts: Accounts,
        vault: TokenVault,
        store: TokenStore,
        minter: TicketMinter,
        clock: Clock,
        random: RandomSource,
        events: WeixinEvents,
        weixin: WeixinConfig,
        config: TokenConfig,
        use: AccountUse,
        telemetry: Telemetry,
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
        return new CentralTicketService(accounts, vault, cache, renewal, clock, random, events, config, use);
      },
      inject: [
        Accounts,
        TokenVault,
        TokenStore,
        TicketMinter,
        Clock,
        RandomSource,
        WeixinEvents,
        WeixinConfig,
        TokenConfig,
        AccountUse,
        Telemetry,
      ],
    },
  ],
  exports: [
    Credentials,
    TokenStore,
    TokenVault,
    TokenService,
    TicketService,
    TokenHealthIndicator,
    AuthorizedApiClient,
  ],
})
export class TokenModule {}

/**
 * What answers as {@link TokenService}: by the credential of each account.
 * @param remote reads from a central
 */
export function tokenService(remote: Type<TokenService>): Provider {
  return {
    provide: TokenService,
    useFactory: (
      accounts: Accounts,
      central: CentralTokenService,
      reader: TokenService,
      cloud: CloudTokenService,
    ): TokenService =>
      new AccountTokenService(accounts, {
        ...{ secret: central, custom: central, authorizer: central, remote: reader, cloud },
      }),
    inject: [Accounts, CentralTokenService, remote, CloudTokenService],
  };
}

/** Where tickets come from, likewise. @param remote reads them from a central */
export function ticketService(remote: InjectionToken<TicketSource>): Provider {
  return {
    provide: TicketService,
    useFactory: (
      accounts: Accounts,
      central: CentralTicketService,
      reader: TicketSource,
      cloud: CloudTokenService,
      clock: Clock,
      tasks: BackgroundTasks,
    ) => {
      const source = new AccountTicketSource(accounts, {
        ...{ secret: central, custom: central, authorizer: central, remote: reader, cloud },
      });
      return new TicketService(source, accounts, clock, tasks);
    },
    inject: [Accounts, CentralTicketService, remote, CloudTokenService, Clock, BackgroundTasks],
  };
}

/** The host's own store, or the one that the options name. */
export function tokenStore(own: InjectionToken<TokenStore> | undefined): Provider {
  if (own !== undefined) return { provide: TokenStore, useExisting: own };
  return {
    provide: TokenStore,
    useFactory: async (
      { store }: TokenConfig,
      sql: SqlExecutor,
      redis: RedisConnection,
      clock: Clock,
      random: RandomSource,
    ): Promise<TokenStore> => {
      if (store === 'memory') return new MemoryTokenStore(clock);
      if (store === 'redis') return new RedisTokenStore(await redis.client(), clock, random);
      return new DatabaseTokenStore(sql, clock);
    },
    inject: [TokenConfig, SqlExecutor, RedisConnection, Clock, RandomSource],
  };
}
