import type { InjectionToken, Provider } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { RedisConnection } from '../kernel/redis-connection.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import { TokenAudit } from '../token-audit/token-audit.js';
import { TokenAuditRepository } from '../token-audit/token-audit.repository.js';
import { TokenAuditUpkeep } from '../token-audit/token-audit.upkeep.js';
import { TokenReports } from '../token-audit/token-reports.js';
import { DropInService } from '../token-drop-in/drop-in.service.js';
import { TokenVerifier } from '../token-drop-in/token-verifier.js';
import { CentralConnection } from '../token-remote/central-connection.js';
import { RemoteTokenService } from '../token-remote/remote-token.service.js';
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
import { TokenScheduler } from './token.scheduler.js';
import { TokenService } from './token.service.js';

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
