import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { consoleApi } from './console-api.js';

// Writes the types of the REST API that the console's page calls: npm run docs:generate.
// test/integration/openapi.spec.ts compares the file with the routes.
@Module({
  imports: [
    WeixinSubscribeModule.forRoot({
      dataSource: 'own',
      accountSource: 'database',
      database: { type: 'better-sqlite3', database: ':memory:' },
      publicBaseUrl: 'http://127.0.0.1',
      schedule: { enabled: false },
      token: { encryption: { keys: [{ id: 'none', key: Buffer.alloc(32).toString('base64') }] } },
      accounts: [],
    }),
  ],
})
class EveryRouteModule {}

const app = await NestFactory.create(EveryRouteModule, { logger: ['error'] });
await app.init();
const file = fileURLToPath(new URL('../libs/weixin-console/web/src/api/schema.d.ts', import.meta.url));
writeFileSync(file, await consoleApi(weixinOpenApi(app)));
await app.close();
