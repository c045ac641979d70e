import { type InjectionToken, Module, type Provider, type Type } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { RedisConnection } from '../kernel/redis-connection.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import { AuthorizedApiClient } from './authorized-api.client.js';
import { CentralTokenService } from './central-token.service.js';
import { TokenMinter } from './mint/token.minter.js';
import { TokenRenewal } from './mint/token.renewal.js';
import { DatabaseTokenStore } from './store/database-token.store.js';
import { MemoryTokenStore } from './store/memory-token.store.js';
import { RedisTokenStore } from './store/redis-token.store.js';
import { TokenStore } from './store/token.store.js';
import { TokenVault } from './store/token.vault.js';
import { TokenSealer } from './store/token-sealer.js';
import { TokenCache } from './token.cache.js';
import { TokenHealthIndicator } from './token.health.js';
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
    TokenMinter,
    TokenRenewal,
    CentralTokenService,
    TokenScheduler,
    TokenHealthIndicator,
    AuthorizedApiClient,
  ],
  exports: [TokenService, TokenHealthIndicator, AuthorizedApiClient],
})
export class TokenModule {}

/** What answers as {@link TokenService}, by the option `token.role`. */
export function tokenService(remote: Type<TokenService>): Provider {
  return {
    provide: TokenService,
    useFactory: (config: TokenConfig, central: CentralTokenService, reader: TokenService): TokenService =>
      config.role === 'remote' ? reader : central,
    inject: [TokenConfig, CentralTokenService, remote],
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
