import type { InjectionToken, Provider } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { SqlExecutor } from '../common/database/sql-executor.js';
import { RandomSource } from '../common/random-source.js';
import { RedisConnection } from '../common/redis/redis-connection.js';
import { TokenAudit } from './audit/token-audit.js';
import { TokenAuditRepository } from './audit/token-audit.repository.js';
import { TokenAuditUpkeep } from './audit/token-audit.upkeep.js';
import { TokenReports } from './audit/token-reports.js';
import { AuthorizedApiClient } from './authorized-api.client.js';
import { CentralTokenService } from './central-token.service.js';
import { DropInService } from './drop-in/drop-in.service.js';
import { TokenVerifier } from './drop-in/token-verifier.js';
import { CentralConnection } from './remote/central-connection.js';
import { RemoteTokenService } from './remote/remote-token.service.js';
import { DatabaseTokenStore } from './stores/database-token.store.js';
import { MemoryTokenStore } from './stores/memory-token.store.js';
import { RedisTokenStore } from './stores/redis-token.store.js';
import { TokenCache } from './token.cache.js';
import { TokenHealthIndicator } from './token.health.js';
import { TokenMinter } from './token.minter.js';
import { TokenRenewal } from './token.renewal.js';
import { TokenScheduler } from './token.scheduler.js';
import { TokenService } from './token.service.js';
import { TokenStore } from './token.store.js';
import { TokenVault } from './token.vault.js';
import { TokenSealer } from './token-sealer.js';

export const TOKEN_PROVIDERS: Provider[] = [
  TokenSealer,
  TokenVault,
  TokenCache,
  TokenMinter,
  TokenRenewal,
  CentralTokenService,
  CentralConnection,
  RemoteTokenService,
  {
    provide: TokenService,
    useFactory: (
      config: WeixinSubscribeConfig,
      central: CentralTokenService,
      remote: RemoteTokenService,
    ): TokenService => (config.token.role === 'remote' ? remote : central),
    inject: [WeixinSubscribeConfig, CentralTokenService, RemoteTokenService],
  },
  TokenScheduler,
  TokenHealthIndicator,
  AuthorizedApiClient,
  TokenAuditRepository,
  TokenAudit,
  TokenAuditUpkeep,
  TokenReports,
];

/** The host's own store, or the one that the options name. */
export function tokenStore(own: InjectionToken<TokenStore> | undefined): Provider {
  if (own !== undefined) return { provide: TokenStore, useExisting: own };
  return {
    provide: TokenStore,
    useFactory: async (
      { token: { store } }: WeixinSubscribeConfig,
      sql: SqlExecutor,
      redis: RedisConnection,
      clock: Clock,
      random: RandomSource,
    ): Promise<TokenStore> => {
      if (store === 'memory') return new MemoryTokenStore(clock);
      if (store === 'redis') return new RedisTokenStore(await redis.client(), clock, random);
      return new DatabaseTokenStore(sql, clock);
    },
    inject: [WeixinSubscribeConfig, SqlExecutor, RedisConnection, Clock, RandomSource],
  };
}

/** Only where those routes are mounted. */
export const DROP_IN_PROVIDERS: Provider[] = [DropInService, TokenVerifier];
