import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { LANGUAGES } from './languages.js';
import { restPage } from './rest-page.js';

// The pages docs/<language>/rest.md of the site. They are not committed: the routes
// are where they come from.
@Module({
  imports: [
    WeixinSubscribeModule.forRoot({
      dataSource: 'own',
      controllers: { dropIn: true },
      database: { type: 'better-sqlite3', database: ':memory:' },
      publicBaseUrl: 'http://127.0.0.1',
      schedule: { enabled: false },
      accounts: [{ appId: 'wx1', appSecret: 'none', kind: 'official-account', templates: ['T1'] }],
    }),
  ],
})
class EveryRouteModule {}

const app = await NestFactory.create(EveryRouteModule, { logger: ['error'] });
await app.init();
const document = weixinOpenApi(app);
for (const language of LANGUAGES) writeFileSync(`docs/${language}/rest.md`, restPage(document, language));
await app.close();
