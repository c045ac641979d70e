import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { type OpenApiDocument, weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';

/** The document of every route that the library has. */
export async function everyRoute(): Promise<OpenApiDocument> {
  const testing = await Test.createTestingModule({
    imports: [
      ScheduleModule.forRoot(),
      WeixinSubscribeModule.forRoot({
        dataSource: 'own',
        database: { type: 'better-sqlite3', database: ':memory:' },
        accountSource: 'database',
        token: { encryption: { keys: [{ id: 'k', key: Buffer.alloc(32).toString('base64') }] } },
        controllers: { dropIn: true, component: true },
        publicBaseUrl: 'http://localhost:3000',
        accounts: [{ appId: 'wx1', appSecret: 'a-secret', kind: 'official-account', templates: ['T1'] }],
        schedule: { enabled: false },
      }),
    ],
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  await app.init();
  const document = weixinOpenApi(app);
  await app.close();
  return document;
}
