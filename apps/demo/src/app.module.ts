import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { WeixinConsoleModule } from 'nestjs-weixin-subscribe-console';
import { ChannelModule } from './channel/channel.module.js';
import { dataSourceOptions } from './config/data-source-options.js';
import { Environment } from './config/environment.js';
import { EnvironmentModule } from './config/environment.module.js';
import { openDataSource } from './config/open-data-source.js';
import { weixinOptions } from './config/weixin-options.js';
import { CourseModule } from './course/course.module.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';

/** "Remind me before class" (上课提醒): a host of the library, as small as one can be. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest
export class AppModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        EnvironmentModule.with(environment),
        ScheduleModule.forRoot(),
        TypeOrmModule.forRootAsync({
          inject: [Environment],
          useFactory: ({ DATABASE_URL }: Environment) => ({
            ...dataSourceOptions(DATABASE_URL),
            // Whoever starts the process starts it again; a wrong DATABASE_URL is reported at once.
            toRetry: () => false,
          }),
          dataSourceFactory: openDataSource,
        }),
        WeixinSubscribeModule.forRootAsync({
          isGlobal: true,
          inject: [Environment],
          useFactory: weixinOptions,
        }),
        WeixinConsoleModule.forRoot(),
        CourseModule,
        ChannelModule,
        HealthModule,
        MetricsModule,
      ],
    };
  }
}
