import { type DynamicModule, type FactoryProvider, Module, type Provider, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, MigrationInterface } from 'typeorm';
import { AccountUse } from './account/account-use.js';
import { CollationCheck } from './grant/collation-check.js';
import { ProblemDetailsFilter } from './http/problem-details.filter.js';
import { RateLimits } from './http/rate-limits.js';
import { RawBodies } from './http/raw-bodies.js';
import { RequestAuthenticators } from './http/request-authenticators.js';
import { RouteUrls } from './http/route-urls.js';
import { RouteVersions } from './http/route-versions.js';
import { ServiceActions } from './http/service-actions.js';
import { ServiceClients } from './http/service-clients.js';
import { ServiceSignIn } from './http/service-sign-in.js';
import { Subjects } from './http/subjects.js';
import { ThrottlerExemption } from './http/throttler-exemption.js';
import { Clock, SystemClock } from './kernel/clock.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { CryptoRandomSource, RandomSource } from './kernel/random-source.js';
import { RedisConnection } from './kernel/redis-connection.js';
import { Telemetry } from './kernel/telemetry.js';
import { WeixinEvents } from './kernel/weixin-events.js';
import { createExecutor } from './sql/create-executor.js';
import { MissingTables } from './sql/missing-tables.js';
import { OwnDataSource } from './sql/own-data-source.js';
import { ServerCheck } from './sql/server-check.js';
import { SqlExecutor } from './sql/sql-executor.js';
import { WEIXIN_DATA_SOURCE } from './sql/tokens.js';
import { StartLine } from './start-line.js';
import { BackgroundTasks } from './upkeep/background-tasks.js';
import { EventLoopMetrics } from './upkeep/event-loop.metrics.js';
import { LeaseRepository } from './upkeep/lease.repository.js';
import { PersonalDataService } from './upkeep/personal-data.js';
import { Sweeps } from './upkeep/sweeps.js';
import { TOKEN_SERVICE_SLICES, TokenServiceConfig } from './weixin-token.config.js';

/** Value of the static option `dataSource` that gives the module a DataSource of its own. */
export const OWN_DATA_SOURCE = 'own';

/** The tables of the rooms that stand on this ground. */
export interface Tables {
  entities: Type[];
  migrations: Type<MigrationInterface>[];
  /** What a host imports to get those migrations. */
  exportedAs: string;
}

/** What every room stands on: configuration, database, routes, and work in the background. */
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: RandomSource, useClass: CryptoRandomSource },
    {
      provide: SqlExecutor,
      useFactory: (dataSource: DataSource, random: RandomSource, telemetry: Telemetry) => {
        const duration = telemetry.duration(
          'weixin.sql.duration',
          'Statements and transactions, retries included',
        );
        return createExecutor(dataSource, random, duration);
      },
      inject: [WEIXIN_DATA_SOURCE, RandomSource, Telemetry],
    },
    ...TOKEN_SERVICE_SLICES,
    AccountUse,
    BackgroundTasks,
    EventLoopMetrics,
    CollationCheck,
    LeaseRepository,
    PersonalDataService,
    ProblemDetailsFilter,
    RateLimits,
    RawBodies,
    RedisConnection,
    RequestAuthenticators,
    RouteUrls,
    RouteVersions,
    ServiceActions,
    ServiceClients,
    ServiceSignIn,
    ServerCheck,
    Subjects,
    Sweeps,
    Telemetry,
    ThrottlerExemption,
    WeixinEvents,
  ],
  exports: [
    ...TOKEN_SERVICE_SLICES.map(({ provide }) => provide),
    WEIXIN_DATA_SOURCE,
    AccountUse,
    BackgroundTasks,
    Clock,
    LeaseRepository,
    PersonalDataService,
    ProblemDetailsFilter,
    RandomSource,
    RateLimits,
    RedisConnection,
    RequestAuthenticators,
    RouteUrls,
    RouteVersions,
    ServiceActions,
    ServiceClients,
    ServiceSignIn,
    SqlExecutor,
    Subjects,
    Sweeps,
    Telemetry,
    WeixinEvents,
  ],
})
export class GroundModule {
  /** @throws where `LazyModuleLoader` loads it */
  constructor(modules: ModulesContainer) {
    refuseLazyLoading(modules);
  }

  /**
   * @param definition what the host gave: its imports, and the providers of the configuration
   * @param slices what the rooms above read of it, beside the slices of the token service
   * @param dataSource name of the host's DataSource, or {@link OWN_DATA_SOURCE}
   */
  static on(
    definition: Pick<DynamicModule, 'imports' | 'providers'>,
    slices: FactoryProvider[],
    dataSource: string | undefined,
    tables: Tables,
  ): DynamicModule {
    const { imports = [] } = definition;
    const providers = [...(definition.providers ?? []), ...slices];
    const exported = slices.map(({ provide }) => provide);
    if (dataSource === OWN_DATA_SOURCE)
      return {
        module: GroundModule,
        imports,
        providers: [...providers, ...ownDataSource(tables), startLine('of the module, migrated')],
        exports: exported,
      };
    const host: Provider = {
      provide: WEIXIN_DATA_SOURCE,
      useFactory: (source: DataSource | undefined, config: TokenServiceConfig) =>
        hostDataSource(source, config, dataSource ?? 'default'),
      // Not there where the host has no TypeORM: Nest would name a class of ours, and not what is missing.
      inject: [{ token: getDataSourceToken(dataSource), optional: true }, TokenServiceConfig],
    };
    const missing: Provider = {
      provide: MissingTables,
      useFactory: (sql: SqlExecutor, source: DataSource) =>
        new MissingTables(sql, source, dataSource ?? 'default', tables.entities, tables.exportedAs),
      inject: [SqlExecutor, WEIXIN_DATA_SOURCE],
    };
    // For `autoLoadEntities`. Its providers, a repository for each entity, would be made for nobody.
    TypeOrmModule.forFeature(tables.entities, dataSource);
    return {
      module: GroundModule,
      imports,
      providers: [
        ...providers,
        host,
        missing,
        startLine(`DataSource "${dataSource ?? 'default'}" of the host`),
      ],
      exports: exported,
    };
  }
}

const startLine = (owner: string): Provider => ({
  provide: StartLine,
  useFactory: (source: DataSource, config: TokenServiceConfig) => new StartLine(source, config, owner),
  inject: [WEIXIN_DATA_SOURCE, TokenServiceConfig],
});

function ownDataSource({ entities, migrations }: Tables): Provider[] {
  return [
    {
      provide: OwnDataSource,
      useFactory: ({ database }: TokenServiceConfig) => OwnDataSource.open(database, entities, migrations),
      inject: [TokenServiceConfig],
    },
    {
      provide: WEIXIN_DATA_SOURCE,
      useFactory: (own: OwnDataSource) => own.dataSource,
      inject: [OwnDataSource],
    },
  ];
}

/**
 * Nest mounts no controllers of a module that is loaded lazily, and calls none of its hooks: deferred
 * messages would be accepted and never go. It gives the modules that it starts with, and no others, a
 * distance from the root; those of the host that are global have one either way, rooms of ours are never
 * global.
 */
function refuseLazyLoading(modules: ModulesContainer): void {
  const isLate = [...modules.values()].some(
    ({ metatype, distance }) => metatype === GroundModule && distance === 0,
  );
  if (isLate)
    throw new Error(
      'WeixinSubscribeModule can not be loaded by LazyModuleLoader: it would have no routes and do no work in the background; list it among the imports of a module that the application starts with',
    );
}

function hostDataSource(
  host: DataSource | undefined,
  { database }: TokenServiceConfig,
  name: string,
): DataSource {
  if (host?.isInitialized && !database) return host;
  throw new InvalidOptionsError([
    database
      ? {
          option: 'database',
          message: 'is used only with the static dataSource: "own"; set that, or leave this out',
        }
      : host
        ? {
            option: 'dataSource',
            message:
              'names a DataSource that is not initialized; call its initialize() before, or leave out "manualInitialization"',
          }
        : {
            option: 'dataSource',
            message: `names no DataSource of this application: there is no "${name}". Import TypeOrmModule.forRoot() in the root module, or set dataSource: "own" and database`,
          },
  ]);
}
