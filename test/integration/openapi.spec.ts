import { readFileSync } from 'node:fs';
import { Controller, Get, type INestApplication, Module, VersioningType } from '@nestjs/common';
import { ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { consoleApi } from '../../docs/console-api.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { mountedRoutes } from '../support/fuzz/mounted-routes.js';

/** A host's own, of the same name as one of ours. */
class Message {
  @ApiProperty()
  greeting!: string;
}

@Controller('greetings')
class GreetingController {
  @Get()
  list(): Message {
    return { greeting: 'hello' };
  }
}

@Module({ controllers: [GreetingController] })
class GreetingModule {}

const hosted: { app?: TestApp } = {};
afterEach(() => hosted.app?.close());

async function host(given: Parameters<typeof createTestApp>[0] = {}): Promise<INestApplication> {
  hosted.app = await createTestApp(given);
  return hosted.app.app;
}

const routesOf = ({ paths }: { paths: object }) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );

it.each(ADAPTERS)('routes are in the document where %s serves them', async (adapter) => {
  const app = await host({
    adapter,
    configure: (one) => {
      one.setGlobalPrefix('api');
      one.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
    },
  });
  const document = weixinOpenApi(app);
  const routes = routesOf(document);
  expect(routes).toContain('POST /api/v2/weixin/messages');
  expect(routes.filter((route) => !route.includes(' /api/v2/weixin/'))).toEqual([]);
  if (adapter === 'express') expect(routes.sort()).toEqual(mountedRoutes(app).sort());
  expect(document.paths['/api/v2/weixin/messages'].post.security).toEqual([{ serviceKey: [] }]);
});

it('only what is mounted is described', async () => {
  const controllers = { broadcasts: false, templates: false, push: false, dropIn: true };
  const routes = routesOf(weixinOpenApi(await host({ extras: { controllers } })));
  expect(routes.filter((route) => /broadcasts|templates|push\//.test(route))).toEqual([]);
  expect(routes).toEqual(expect.arrayContaining(['GET /cgi-bin/token', 'POST /cgi-bin/stable_token']));
});

it('every operation has an id of its own, a summary and a response, and every reference leads somewhere', async () => {
  const document = weixinOpenApi(await host());
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { summary, responses } of operations) {
    expect(summary).not.toBe('');
    expect(Object.keys(responses).some((status) => status < '400')).toBe(true);
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  const known = Object.keys(document.components.schemas);
  expect(known).toEqual(expect.arrayContaining(references.map(([, name]) => name)));
});

it("the console's page was built for these routes (npm run docs:generate)", async () => {
  const encryption = { keys: [{ id: '1', key: Buffer.alloc(32).toString('base64') }] };
  const app = await host({ extras: { accountSource: 'database' }, options: { token: { encryption } } });
  const built = readFileSync('libs/weixin-console/web/src/api/schema.d.ts', 'utf8');
  expect(await consoleApi(weixinOpenApi(app))).toBe(built);
}, 60_000);

it("a host's own document keeps its routes and its names", async () => {
  const app = await host({ imports: [GreetingModule] });
  const own = SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Greetings').build(), {
    include: [GreetingModule],
    extraModels: [Message],
  });
  const before = structuredClone(own);
  const merged = weixinOpenApi(app, own);
  expect(own).toEqual(before);
  expect(merged.info).toBe(own.info);
  expect(merged.paths['/greetings']).toEqual(own.paths['/greetings']);
  expect(merged.components?.schemas?.Message).toEqual(before.components?.schemas?.Message);
  expect(merged.components?.schemas).toHaveProperty('WeixinMessage');
  const accepted = merged.paths['/weixin/messages'].post?.responses[201];
  expect(JSON.stringify(accepted)).toContain('#/components/schemas/WeixinMessage"');
});

it('describes our routes, too, where the host has scanned them before', async () => {
  const app = await host();
  const scanned = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  expect(weixinOpenApi(app, scanned).paths['/weixin/grants'].get?.summary).toMatch(/^What may still be sent/);
});
