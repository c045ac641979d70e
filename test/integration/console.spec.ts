import 'reflect-metadata';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  UnauthorizedException,
  VersioningType,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { AuditLog, traceIdOf } from 'nestjs-weixin-subscribe';
import {
  type WeixinConsoleExtras,
  WeixinConsoleModule,
  type WeixinConsoleOptions,
} from 'nestjs-weixin-subscribe-console';
import { type Observable, of } from 'rxjs';
import request from 'supertest';
import { OFFICIAL } from '../support/accounts.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';

const KEYS = {
  operator: 'operator-service-key-4b1c9e',
  reader: 'reader-service-key-9d2f7a',
  official: 'official-service-key-1a2b3c',
};
const OWN = { 'x-weixin-console': '1' };
const SCRIPT = 'console.log("hello, hashed");\n'.repeat(40);
const WEB = 'libs/weixin-console/web/src';
/** What a host may call a place, and would break out of an attribute. */
const PREFIX = `a"><script>alert(1)</script>`;

const folder = mkdtempSync(join(tmpdir(), 'console-'));
mkdirSync(join(folder, 'assets'));
writeFileSync(
  join(folder, 'index.html'),
  '<!doctype html><html><head><title>c</title><script type="module" src="./assets/app-Ab3dEf9h.js"></script></head></html>',
);
writeFileSync(join(folder, 'assets/app-Ab3dEf9h.js'), SCRIPT);
writeFileSync(join(folder, 'assets/app-Ab3dEf9h.js.gz'), gzipSync(SCRIPT));
writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
writeFileSync(`${folder}-secret.txt`, 'beside the folder');
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(`${folder}-secret.txt`);
});

const serviceKeys = {
  operator: KEYS.operator,
  reader: { keys: KEYS.reader, scopes: ['messages:read', 'history:read'] as const },
  official: { keys: KEYS.official, accounts: [OFFICIAL.appId] },
} as never;

const cookieOf = (response: request.Response) => String(response.headers['set-cookie']?.[0]).split(';')[0];

const TRACE_URL = 'https://traces.example.com/trace/{traceId}?orgId=1';

describe.each(ADAPTERS)('the files of the console on %s', (adapter) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({
      adapter,
      imports: [WeixinConsoleModule.forRoot({ assets: folder, path: 'ops/console', traceUrl: TRACE_URL })],
      options: { serviceKeys, publicBaseUrl: `http://127.0.0.1:3000/${encodeURI(PREFIX)}` },
      configure: (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
      },
    });
  });
  afterAll(() => host.close());
  const get = (path: string, headers = {}) =>
    request(host.url).get(`/api/v2/ops/console${path}`).set(headers).redirects(0);

  it('tell the page where it is, and leave it nothing to run but its own files', async () => {
    for (const path of ['', '/', '/messages/42?from=x', '/index.html']) {
      const { status, text, headers } = await get(path);
      expect({ path, status, type: headers['content-type'] }).toEqual({
        path,
        status: 200,
        type: 'text/html; charset=utf-8',
      });
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(text).not.toContain('<script>');
      const meta = /<meta name="weixin-console" content="([^"]*)">/.exec(text)?.[1] ?? '';
      const places = JSON.parse(meta.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))));
      expect(places.api).toMatch(/^\/a.*\/api\/v2\/weixin$/);
      expect(places.base).toMatch(/^\/a.*\/api\/v2\/ops\/console$/);
      expect(places.traces).toBe(true);
      expect(text).toContain('/api/v2/ops/console/assets/app-Ab3dEf9h.js"');
    }
  });

  it('come from a controller that Nest logs by its name', () => {
    const names = [...host.app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
      [...controllers.values()].map(({ name }) => name),
    );
    expect(names).toContain('ConsoleController');
    expect(names.filter((name) => !/^[A-Z][a-z]\w*Controller$/.test(String(name)))).toEqual([]);
  });

  it("are no part of the host's own OpenAPI document", () => {
    const { paths } = SwaggerModule.createDocument(host.app, new DocumentBuilder().build());
    expect(Object.keys(paths)).toContain('/api/v2/weixin/messages');
    expect(Object.keys(paths).filter((path) => path.includes('console'))).toEqual([]);
  });

  it('lead to the trace of a message, and nowhere else', async () => {
    for (const id of ['0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000', '//evil.example', 'javascript:alert(1)']) {
      const { status, headers } = await get(`/traces/${encodeURIComponent(id)}`);
      expect([status, headers.location]).toEqual([302, TRACE_URL.replace('{traceId}', traceIdOf(id))]);
    }
  });

  it('are kept for ever where their name has a hash, and asked for again where not', async () => {
    const { headers, text } = await get('/assets/app-Ab3dEf9h.js', { 'accept-encoding': 'identity' });
    expect(text).toBe(SCRIPT);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers.vary).toBe('Accept-Encoding');
    const page = await get('/');
    expect(page.headers['cache-control']).toBe('no-cache');
    expect((await get('/', { 'if-none-match': page.headers.etag })).status).toBe(304);
    const icon = await get('/favicon.svg');
    expect(icon.headers['content-type']).toBe('image/svg+xml');
    expect((await get('/favicon.svg', { 'if-none-match': icon.headers.etag })).status).toBe(304);
  });

  it('come compressed to whom takes that', async () => {
    const packed = await get('/assets/app-Ab3dEf9h.js', { 'accept-encoding': 'gzip' })
      .buffer(true)
      .parse(bytes);
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers['content-length']).toBe(String(gzipSync(SCRIPT).length));
    for (const refused of ['gzip;q=0', 'br', 'identity'])
      expect((await get('/', { 'accept-encoding': refused })).headers['content-encoding']).toBeUndefined();
    expect((await get('/', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
    expect((await request(host.url).head('/api/v2/ops/console/')).status).toBe(200);
  });

  it('are those of the folder and no others', async () => {
    const name = folder.split('/').at(-1);
    const outside = [
      `/../${name}-secret.txt`,
      `/..%2f${name}-secret.txt`,
      `/%2e%2e/${name}-secret.txt`,
      `/assets/..%5c..%5c${name}-secret.txt`,
      `/assets/%00/../../${name}-secret.txt`,
      `//tmp/${name}-secret.txt`,
    ];
    for (const path of outside) {
      const { text } = await raw(host.url, `/api/v2/ops/console${path}`);
      expect(text).not.toContain('beside the folder');
    }
    const gone = await get('/assets/app-0ld0ld0l.js');
    expect(gone.status).toBe(404);
    expect(gone.body.code).toBe('WEIXIN_CONSOLE_FILE_NOT_FOUND');
  });
});

function bytes(response: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const pieces: Buffer[] = [];
  const stream = response as NodeJS.ReadableStream;
  stream.on('data', (piece: Buffer) => pieces.push(Buffer.from(piece)));
  stream.on('end', () => done(null, Buffer.concat(pieces)));
}

/** As a path that no client library has made tidy. */
async function raw(url: string, path: string): Promise<{ status: number; text: string }> {
  const { request: open } = await import('node:http');
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = open({ hostname, port, path }, (response) => {
      bytes(response, (_error, body) =>
        resolve({ status: response.statusCode ?? 0, text: String(packedOr(body)) }),
      );
    });
    call.on('error', reject).end();
  });
}

const packedOr = (body: Buffer) => (body[0] === 0x1f ? gunzipSync(body) : body);

/** Sign-ins are counted by address: each test has its own. */
let address = 0;
const behindProxy = (app: INestApplication) =>
  (app as NestExpressApplication).set('trust proxy', true) && undefined;

async function signIn(host: TestApp, key: string, headers: Record<string, string> = OWN) {
  const from = { 'x-forwarded-for': `10.0.0.${++address}` };
  return request(host.url)
    .post('/weixin/console/session')
    .set({ ...from, ...headers })
    .send({ key });
}

const withConsole = (keys: object, options: WeixinConsoleOptions & WeixinConsoleExtras = {}) =>
  createTestApp({
    imports: [WeixinConsoleModule.forRoot({ assets: folder, ...options })],
    options: { serviceKeys: keys as never },
    configure: behindProxy,
  });

const cancel = (host: TestApp, headers: Record<string, string>) =>
  request(host.url).post('/weixin/messages/00000000-0000-7000-8000-000000000000/cancel').set(headers);

/** As whoever may read the audit log sees it. */
async function recorded(host: TestApp): Promise<object[]> {
  await host.app.get(AuditLog).written();
  const authorization = `Bearer ${KEYS.operator}`;
  return (await request(host.url).get('/weixin/audit').set({ authorization })).body.entries;
}

it('writes numbers and times in the language of the page, not in that of the browser', () => {
  const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|vue)$/.test(name),
  );
  expect(files).toContain(join('components', 'OutcomeChart.vue'));
  const inThatOfBrowser = /Intl\.\w+Format\((?:undefined|\))|\.toLocale\w*\(\)/;
  expect(files.filter((name) => inThatOfBrowser.test(readFileSync(join(WEB, name), 'utf8')))).toEqual([]);
});

describe('a session of the console', () => {
  let host: TestApp;
  beforeAll(async () => {
    host = await withConsole(serviceKeys);
  });
  afterAll(() => host.close());

  const messages = (headers: Record<string, string>, appId: string = OFFICIAL.appId) =>
    request(host.url).get(`/weixin/messages?appId=${appId}&status=unknown`).set(headers);
  const send = (headers: Record<string, string>) =>
    request(host.url).post('/weixin/messages').set(headers).send({});
  const session = (cookie: string) => request(host.url).get('/weixin/console/session').set({ cookie });

  it('is a cookie that names the key and has what the key may do', async () => {
    const response = await signIn(host, KEYS.reader);
    expect(response.body).toEqual({
      name: 'reader',
      scopes: ['messages:read', 'history:read'],
      expiresAt: new Date(host.clock.now() + 8 * 3_600_000).toISOString(),
    });
    const [line] = response.headers['set-cookie'];
    expect(line).toMatch(
      /^weixin_console=[\w-]+\.[\w-]{43}; Path=\/weixin; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    );
    expect(Buffer.from(line.slice(15).split('.')[0], 'base64url').toString()).not.toContain(KEYS.reader);
    const cookie = cookieOf(response);
    await session(cookie).expect(200, response.body);
    await messages({ cookie, ...OWN }).expect(200);
    const refused = await send({ cookie, ...OWN });
    expect(refused.status).toBe(403);
    expect(refused.body.code).toBe('WEIXIN_SERVICE_FORBIDDEN');
    await cancel(host, { cookie, ...OWN }).expect(403);
    expect(await recorded(host)).toMatchObject([
      { client: 'reader', source: 'console', action: 'messages.cancel', status: 403 },
    ]);
  });

  it('is Secure where the browser came over HTTPS', async () => {
    const https = { ...OWN, origin: 'https://ops.example.com', 'sec-fetch-site': 'same-origin' };
    expect((await signIn(host, KEYS.reader, https)).headers['set-cookie'][0]).toContain('; Secure');
    const forwarded = await signIn(host, KEYS.reader, { ...OWN, 'x-forwarded-proto': 'https' });
    expect(forwarded.headers['set-cookie'][0]).toContain('; Secure');
  });

  it.each([true, false])(
    'is Secure as the option secureCookie: %s says, however the browser came',
    async (secureCookie) => {
      const other = await withConsole(serviceKeys, { secureCookie });
      try {
        for (const proto of ['http', 'https']) {
          const response = await signIn(other, KEYS.reader, { ...OWN, 'x-forwarded-proto': proto });
          expect(response.headers['set-cookie'][0].includes('; Secure')).toBe(secureCookie);
        }
      } finally {
        await other.close();
      }
    },
  );

  it('may use the accounts of its key only', async () => {
    const cookie = cookieOf(await signIn(host, KEYS.official));
    await messages({ cookie, ...OWN }).expect(200);
    await messages({ cookie, ...OWN }, 'wx7a0b1c2d3e4f5061').expect(403);
  });

  it('ends after its time, with a sign-out in the browser, and is nothing when altered or made up', async () => {
    const cookie = cookieOf(await signIn(host, KEYS.reader));
    const [payload, signature] = cookie.slice('weixin_console='.length).split('.');
    const encoded = (said: unknown) => Buffer.from(JSON.stringify(said)).toString('base64url');
    const [name, expiresAt] = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = [
      `${encoded(['operator', expiresAt])}.${signature}`,
      `${encoded([name, expiresAt + 1])}.${signature}`,
      `${payload}.${signature.slice(0, -2)}${signature.endsWith('AA') ? 'BB' : 'AA'}`,
      `${payload}.`,
      payload,
      `${encoded(['__proto__', expiresAt])}.${signature}`,
      `${encoded({ name, expiresAt })}.${signature}`,
      `${Buffer.from('no JSON').toString('base64url')}.${signature}`,
      '',
    ];
    for (const value of forged) {
      await messages({ cookie: `weixin_console=${value}`, ...OWN }).expect(401);
      await session(`weixin_console=${value}`).expect(204);
    }
    // A sibling domain may set one of the name, beside which ours still counts.
    await messages({ cookie: `weixin_console=x.y; ${cookie}`, ...OWN }).expect(200);
    // Four are looked at.
    await messages({ cookie: `${'weixin_console=x.y; '.repeat(4)}${cookie}`, ...OWN }).expect(401);
    host.clock.advance(8 * 3_600_000 - 1);
    await messages({ cookie, ...OWN }).expect(200);
    host.clock.advance(1);
    const ended = await messages({ cookie, ...OWN });
    expect([ended.status, ended.body.code]).toEqual([401, 'WEIXIN_SERVICE_KEY']);
    await session(cookie).expect(204);
    const out = await request(host.url)
      .delete('/weixin/console/session')
      .set({ cookie, ...OWN })
      .expect(204);
    expect(out.headers['set-cookie'][0]).toMatch(/^weixin_console=; Path=\/weixin; Max-Age=0;/);
  });

  it('ends when its key leaves the options, and goes on with the one that replaced it', async () => {
    const old = 'operator-service-key-before';
    const before = await withConsole({ operator: [old, KEYS.operator], left: 'left-service-key-0011' });
    before.clock.advance(host.clock.now() - before.clock.now());
    try {
      const [ofOld, ofNew, ofLeft] = [
        await signIn(before, old),
        await signIn(before, KEYS.operator),
        await signIn(before, 'left-service-key-0011'),
      ].map(cookieOf);
      await messages({ cookie: ofNew, ...OWN }).expect(200);
      await messages({ cookie: ofOld, ...OWN }).expect(401);
      await messages({ cookie: ofLeft, ...OWN }).expect(401);
    } finally {
      await before.close();
    }
  });

  it('is of no use to another site', async () => {
    const cookie = cookieOf(await signIn(host, KEYS.operator));
    const { host: own } = new URL(host.url);
    const refused: Record<string, string>[] = [
      {},
      { 'x-weixin-console': '0' },
      { ...OWN, origin: 'https://evil.example' },
      { ...OWN, origin: 'null' },
      { ...OWN, host: 'ops.example', origin: 'https://ops.example.evil.example' },
      { ...OWN, host: 'ops.example', origin: 'https://evil.ops.example' },
      { ...OWN, 'sec-fetch-site': 'cross-site' },
      { ...OWN, 'sec-fetch-site': 'none' },
      { ...OWN, 'sec-fetch-site': 'same-site', origin: `http://${own}` },
    ];
    for (const headers of refused) {
      for (const response of [await messages({ cookie, ...headers }), await send({ cookie, ...headers })])
        expect([headers, response.status, response.body.code]).toEqual([
          headers,
          403,
          'WEIXIN_CONSOLE_ORIGIN',
        ]);
      expect((await signIn(host, KEYS.operator, headers)).status).toBe(403);
      const out = await request(host.url)
        .delete('/weixin/console/session')
        .set({ cookie, ...headers });
      expect([out.status, out.headers['set-cookie']]).toEqual([403, undefined]);
    }
    // A download and an event stream carry no header of ours; what changes something always does.
    await messages({ cookie, 'sec-fetch-site': 'same-origin' }).expect(200);
    await send({ cookie, 'sec-fetch-site': 'same-origin' }).expect(403);
    for (const headers of [
      OWN,
      { ...OWN, origin: `http://${own}` },
      { ...OWN, origin: 'http://127.0.0.1:3000' },
      { ...OWN, host: 'OPS.example', origin: 'https://ops.example' },
    ])
      expect((await send({ cookie, ...headers })).body.code).toBe('WEIXIN_INVALID_INPUT');
    // Who shows a key is judged by the key alone.
    await messages({ cookie, authorization: 'Bearer wrong', ...OWN }).expect(401);
    await messages({ authorization: `Bearer ${KEYS.operator}`, origin: 'https://evil.example' }).expect(200);
  });

  it('is not won by trying keys', async () => {
    const attempt = (key: string) =>
      request(host.url)
        .post('/weixin/console/session')
        .set({ ...OWN, 'x-forwarded-for': '10.9.9.9' })
        .send({ key });
    for (let n = 0; n < 10; n++) expect((await attempt(`a-guess-of-a-key-${n}`)).status).toBe(401);
    const refused = await attempt(KEYS.operator);
    expect([refused.status, refused.body.code]).toEqual([429, 'WEIXIN_RATE_LIMITED']);
    expect(refused.headers['retry-after']).toBe(String(refused.body.retryAfterSeconds));
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect((await signIn(host, KEYS.operator)).status).toBe(200);
  });

  it.each([[{}], [{ key: 7 }], [{ key: '' }], [{ key: 'x'.repeat(513) }]])(
    'refuses %j as input',
    async (body) => {
      const response = await request(host.url).post('/weixin/console/session').set(OWN).send(body);
      expect(response.status).toBe(400);
      expect(response.body.errors[0].field).toBe('key');
    },
  );
});

@Injectable()
class StaffGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Observable<boolean> {
    const { headers } = context.switchToHttp().getRequest();
    if (headers['x-staff'] === undefined) throw new UnauthorizedException('sign in at the intranet');
    return headers['x-staff'] === 'stranger, later' ? of(false) : headers['x-staff'] !== 'stranger';
  }
}

@Injectable()
class BasicGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest();
    return headers.authorization === `Basic ${Buffer.from('li:open').toString('base64')}`;
  }
}

describe("with the host's own sign-in", () => {
  const session = { scopes: ['messages:read'] as const, operator: staffOf };
  function staffOf(incoming: unknown): string {
    return (incoming as { headers: Record<string, string> }).headers['x-staff'];
  }

  it('its guards decide about the page and about each request to the REST API', async () => {
    const host = await withConsole(serviceKeys, { guards: [StaffGuard], session: session as never });
    try {
      const call = (path: string, headers: object) =>
        request(host.url)
          .get(path)
          .set({ ...headers });
      const list = `/weixin/messages?appId=${OFFICIAL.appId}&status=unknown`;
      await call('/weixin/console', {}).expect(401);
      await call('/weixin/console', { 'x-staff': 'stranger' }).expect(403);
      await call('/weixin/console', { 'x-staff': 'li' }).expect(200);
      const who = await call('/weixin/console/session', { 'x-staff': 'li' });
      expect(who.body).toEqual({ name: 'li', scopes: ['messages:read'] });
      await call(list, { 'x-staff': 'li', ...OWN }).expect(200);
      await call(list, { ...OWN }).expect(401);
      await call(list, { 'x-staff': 'stranger', ...OWN }).expect(401);
      await call(list, { 'x-staff': 'stranger, later', ...OWN }).expect(401);
      // Names that the audit log could not hold.
      for (const name of ['', 'x'.repeat(65)]) await call(list, { 'x-staff': name, ...OWN }).expect(500);
      await call(list, { 'x-staff': 'li', ...OWN, origin: 'https://evil.example' }).expect(403);
      // A service without a key is told so, and no guard of the host is asked about it.
      expect((await call(list, { 'x-staff': 'li' })).body.code).toBe('WEIXIN_SERVICE_KEY');
      const scope = await request(host.url)
        .post('/weixin/messages')
        .set({ 'x-staff': 'li', ...OWN })
        .send({});
      expect([scope.status, scope.body.code]).toEqual([403, 'WEIXIN_SERVICE_FORBIDDEN']);
      await cancel(host, { 'x-staff': 'li', ...OWN }).expect(403);
      expect(await recorded(host)).toMatchObject([{ client: 'console', operator: 'li', source: 'console' }]);
      await call(list, { authorization: `Bearer ${KEYS.reader}` }).expect(200);
    } finally {
      await host.close();
    }
  });

  it('may be Basic, which a browser shows with each request', async () => {
    const host = await withConsole(serviceKeys, {
      guards: [BasicGuard],
      session: { scopes: ['messages:read'] } as never,
    });
    try {
      const list = () =>
        request(host.url).get(`/weixin/messages?appId=${OFFICIAL.appId}&status=unknown`).set(OWN);
      const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
      await list().set('authorization', basic('li:open')).expect(200);
      await list().set('authorization', basic('li:shut')).expect(401);
    } finally {
      await host.close();
    }
  });

  it('may stand in front of a session by a key, such as that of a proxy', async () => {
    const host = await withConsole(serviceKeys);
    try {
      const cookie = cookieOf(await signIn(host, KEYS.reader));
      const list = (authorization: string) =>
        request(host.url)
          .get(`/weixin/messages?appId=${OFFICIAL.appId}&status=unknown`)
          .set({ cookie, ...OWN, authorization });
      await list('Basic bGk6b3Blbg==').expect(200);
      // Who shows a key is known by it, and by nothing else.
      await list('Bearer nobody-knows-this-key').expect(401);
      await list('Bearer').expect(401);
    } finally {
      await host.close();
    }
  });

  it('is refused at the start where nothing would guard it, or the library is missing', async () => {
    const wrong = {
      session: { scopes: ['no:scope'], accounts: [] },
      sessionSeconds: 5,
      secureCookie: 1,
      traceUrl: 'javascript:{traceId}',
    };
    await expect(withConsole(serviceKeys, wrong as never)).rejects.toThrow(
      /"console.sessionSeconds".*"console.secureCookie".*"console.traceUrl" must be an address.*"console.session" leaves.*"console.session.scopes".*"console.session.accounts"/,
    );
    const alone = Test.createTestingModule({ imports: [WeixinConsoleModule.forRoot()] }).compile();
    await expect(alone.then((module) => module.createNestApplication().init())).rejects.toThrow(
      'option "imports" must hold WeixinSubscribeModule beside WeixinConsoleModule',
    );
  });
});
