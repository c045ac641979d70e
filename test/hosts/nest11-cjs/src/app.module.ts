import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  WEIXIN_SUBSCRIBE_ENTITIES,
  WEIXIN_SUBSCRIBE_MIGRATIONS,
  WeixinSubscribeModule,
} from 'nestjs-weixin-subscribe';
import { WeixinConsoleModule } from 'nestjs-weixin-subscribe-console';
import { ReminderController } from './reminder.controller';
import { ReminderService } from './reminder.service';

@Module({
  imports: [
    EventEmitterModule.forRoot(),
    ScheduleModule.forRoot(),
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'better-sqlite3',
        database: ':memory:',
        entities: WEIXIN_SUBSCRIBE_ENTITIES,
        migrations: WEIXIN_SUBSCRIBE_MIGRATIONS,
        migrationsRun: true,
      }),
    }),
    WeixinSubscribeModule.forRootAsync({
      isGlobal: true,
      useFactory: () => ({
        accounts: [
          {
            appId: String(process.env.WEIXIN_APP_ID),
            appSecret: String(process.env.WEIXIN_APP_SECRET),
            kind: 'official-account' as const,
            templates: ['T1'],
          },
        ],
        publicBaseUrl: 'http://127.0.0.1:3000',
        apiBaseUrl: process.env.WEIXIN_URL,
        mpBaseUrl: process.env.WEIXIN_URL,
      }),
    }),
    WeixinConsoleModule.forRoot(),
  ],
  controllers: [ReminderController],
  providers: [ReminderService],
})
export class AppModule {}
