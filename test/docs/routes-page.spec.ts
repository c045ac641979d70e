import { readFileSync } from 'node:fs';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import { type OpenApiDocument, weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';

/** The document of every route that the library has. */
async function everyRoute(): Promise<OpenApiDocument> {
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

it.each(['docs/en/routes.md', 'docs/zh/routes.md'])(
  '%s lists the routes of the OpenAPI document',
  async (page) => {
    const { paths } = await everyRoute();
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const listed = [...readFileSync(page, 'utf8').matchAll(/^\| `([A-Z]+ [^`?]+)/gm)].map(
      ([, route]) => route,
    );
    expect(routes.length).toBeGreaterThan(30);
    expect(listed.sort()).toEqual(routes.sort());
  },
);
