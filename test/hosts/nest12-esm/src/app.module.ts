import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { WeixinConsoleModule } from 'nestjs-weixin-subscribe-console';
import { ReminderController } from './reminder.controller.js';
import { ReminderService } from './reminder.service.js';

@Module({
  imports: [
    EventEmitterModule.forRoot(),
    ScheduleModule.forRoot(),
    WeixinSubscribeModule.forRootAsync({
      isGlobal: true,
      dataSource: 'own',
      useFactory: () => ({
        accounts: [
          {
            appId: String(process.env.WEIXIN_APP_ID),
            appSecret: process.env.WEIXIN_APP_SECRET,
            kind: 'official-account' as const,
            templates: ['T1'],
          },
        ],
        publicBaseUrl: 'http://127.0.0.1:3000',
        apiBaseUrl: process.env.WEIXIN_URL,
        mpBaseUrl: process.env.WEIXIN_URL,
        database: { type: 'better-sqlite3' as const, database: ':memory:' },
      }),
    }),
    WeixinConsoleModule.forRoot(),
  ],
  controllers: [ReminderController],
  providers: [ReminderService],
})
export class AppModule {}
