import { type INestApplication, RequestMethod, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { AuthorizationService, PushEventService, WeixinSubscribeModule } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp, type TestAppOptions } from '../support/create-test-app.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { post, pushAccounts, sentXml, signed } from '../support/pushes.js';

const { appId } = OFFICIAL;
const BASE = 'http://127.0.0.1:3000';

interface Arrangement {
  what: string;
  configure?: (app: INestApplication) => void;
  imports?: TestAppOptions['imports'];
  publicBaseUrl?: string;
  /** Where the routes are then. */
  authorize: string;
  callback?: string;
  push?: string;
  /** What a client may send as well. */
  headers?: Record<string, string>;
}

const uri =
  (defaultVersion?: string | (string | typeof VERSION_NEUTRAL)[], prefix?: string) =>
  (app: INestApplication) => {
    app.enableVersioning({
      type: VersioningType.URI,
      ...(defaultVersion && { defaultVersion }),
      ...(prefix && { prefix }),
    });
  };
const remind = () => [RouterModule.register([{ path: 'remind', module: WeixinSubscribeModule }])];

const ARRANGEMENTS: Arrangement[] = [
  { what: 'nothing', authorize: '' },
  { what: 'a global prefix', configure: (app) => app.setGlobalPrefix('api'), authorize: '/api' },
  {
    what: 'a global prefix of two segments',
    configure: (app) => app.setGlobalPrefix('/api/v2/'),
    authorize: '/api/v2',
  },
  {
    what: 'a global prefix that leaves out what others call',
    configure: (app) =>
      app.setGlobalPrefix('api', {
        exclude: [{ path: 'weixin/callback', method: RequestMethod.GET }, 'weixin/push/:appId'],
      }),
    authorize: '/api',
    callback: '',
    push: '',
  },
  { what: 'versions in the URI', configure: uri('1'), authorize: '/v1' },
  {
    what: 'versions in the URI with another prefix',
    configure: uri('1', 'version-'),
    authorize: '/version-1',
  },
  { what: 'two default versions in the URI', configure: uri(['2', '1']), authorize: '/v2' },
  { what: 'a default version beside none', configure: uri([VERSION_NEUTRAL, '1']), authorize: '' },
  { what: 'versions in the URI without a default', configure: uri(), authorize: '' },
  {
    what: 'versions in a header',
    configure: (app) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version', defaultVersion: '1' }),
    authorize: '',
    headers: { 'X-Version': '1' },
  },
  {
    what: 'versions in the media type',
    configure: (app) =>
      app.enableVersioning({ type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '1' }),
    authorize: '',
    headers: { Accept: 'application/json;v=1' },
  },
  {
    what: 'versions by a function',
    configure: (app) =>
      app.enableVersioning({
        type: VersioningType.CUSTOM,
        extractor: (incoming) => (incoming as { headers: Record<string, string> }).headers['x-custom'] ?? '0',
        defaultVersion: '1',
      }),
    authorize: '',
    headers: { 'X-Custom': '1' },
  },
  { what: 'RouterModule', imports: remind(), authorize: '/remind' },
  {
    what: 'RouterModule with children',
    imports: [
      RouterModule.register([
        { path: 'tenants', children: [{ path: 'remind', module: WeixinSubscribeModule }] },
      ]),
    ],
    authorize: '/tenants/remind',
  },
  { what: 'a proxy that takes a path off', publicBaseUrl: `${BASE}/shop/`, authorize: '' },
  {
    what: 'all at once',
    configure: (app) => {
      app.setGlobalPrefix('api', { exclude: ['remind/weixin/push/:appId'] });
      uri('3')(app);
    },
    imports: remind(),
    publicBaseUrl: `${BASE}/shop`,
    authorize: '/api/v3/remind',
    push: '/v3/remind',
  },
];

describe.each(ADAPTERS)('the URLs of our routes on %s', (adapter) => {
  let host: TestApp;
  const start = async (given: TestAppOptions = {}) => {
    await host?.close();
    host = await createTestApp({ adapter, configure: () => undefined, ...given });
  };
  afterAll(() => host?.close());

  describe.each(ARRANGEMENTS)('under $what', (given) => {
    const publicBaseUrl = (given.publicBaseUrl ?? BASE).replace(/\/$/, '');
    const publicPath = publicBaseUrl.slice(BASE.length);
    const callback = `${given.callback ?? given.authorize}/weixin/callback`;
    beforeAll(() =>
      start({
        configure: given.configure ?? (() => undefined),
        imports: given.imports,
        options: { accounts: pushAccounts(), publicBaseUrl: given.publicBaseUrl ?? BASE },
      }),
    );

    it('lead a person from the intent to the answer', async () => {
      const browser = new Browser(host.url, publicPath);
      const asked = await browser.get(`${given.authorize}/weixin/authorize`, {
        ...OFFICIAL_KEY,
        scene: 1,
        returnTo: '/',
      });
      expect(asked.status).toBe(302);
      const confirmUrl = String(asked.headers.location);
      expect(new URL(confirmUrl).searchParams.get('redirect_url')).toBe(publicBaseUrl + callback);
      const { redirectTo } = host.simulator.tap(confirmUrl, { answer: 'confirm', person: 'xiaoming' });
      const { pathname, search } = new URL(String(redirectTo));
      const back = await browser.get(pathname.slice(publicPath.length) + search);
      expect([back.status, back.headers.location]).toEqual([302, `${BASE}/?subscribe=confirmed`]);
    });

    it('bring a push, unread by the parsers of the host', async () => {
      const url = host.app.get(PushEventService).urlOf(appId);
      expect(url).toBe(`${publicBaseUrl}${given.push ?? given.authorize}/weixin/push/${appId}`);
      const mounted = host.url + new URL(String(url)).pathname.slice(publicPath.length);
      for (const type of ['text/xml', 'application/json']) {
        const { query, body } = signed(host, sentXml({ msgId: type }));
        expect(await post(mounted, query, body, type)).toMatchObject({ status: 200, text: 'success' });
      }
      const check = await request(mounted)
        .get('')
        .query({ ...signed(host, '', { encodingAesKey: null }).query, echostr: '7' });
      expect([check.status, check.text]).toEqual([200, '7']);
    });

    it('lead services to their routes, whether they name a version or none', async () => {
      for (const headers of [{}, given.headers ?? {}]) {
        const { status } = await request(host.url)
          .get(`${given.authorize}/weixin/token/${appId}`)
          .set({ ...headers, Authorization: `Bearer ${SERVICE_KEY}` });
        expect(status).toBe(200);
      }
    });
  });

  const ask = () =>
    host.app.get(AuthorizationService).askInBrowser({ ...OFFICIAL_KEY, scene: 1, returnTo: '/' });

  it('are those of the option where it is set', async () => {
    await start({
      configure: (app) => app.setGlobalPrefix('api'),
      options: { authorization: { callbackUrl: 'https://other.example.com/back' } },
    });
    expect((await ask()).confirmUrl).toContain('redirect_url=https%3A%2F%2Fother.example.com%2Fback&');
  });

  it.each<[string, TestAppOptions]>([
    ['the callback is not mounted', { extras: { controllers: { authorization: false } } }],
    ['the prefix has a parameter', { configure: (app) => app.setGlobalPrefix(':tenant') }],
  ])('must be set where %s', async (_why, given) => {
    await start(given);
    await expect(ask()).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_OPTIONS',
      problems: [
        { option: 'authorization.callbackUrl', message: expect.stringContaining('cannot be derived') },
      ],
    });
    await start({ ...given, options: { authorization: { callbackUrl: 'https://a.example.com/b' } } });
    expect((await ask()).confirmUrl).toContain('redirect_url=https%3A%2F%2Fa.example.com%2Fb&');
  });

  it('of pushes are told by the log once, and by nobody where there are none', async () => {
    const logger = new CaptureLogger();
    await start({
      logger,
      configure: (app) => app.setGlobalPrefix('api'),
      options: { accounts: pushAccounts() },
    });
    const told = logger.lines.filter((line) => line.includes('the URL of message push'));
    expect(told).toEqual([expect.stringContaining(`${BASE}/api/weixin/push/<appId>`)]);
    logger.lines.length = 0;
    await start({ logger, extras: { controllers: { push: false } }, options: { accounts: pushAccounts() } });
    expect(host.app.get(PushEventService).urlOf(appId)).toBeUndefined();
    await start({ logger });
    expect(logger.lines.join('\n')).not.toContain('the URL of message push');
  });

  it('leave the classes of the controllers to a host with another versioning in the same process', async () => {
    await start({
      configure: (app) =>
        app.enableVersioning({ type: VersioningType.HEADER, header: 'v', defaultVersion: '1' }),
    });
    await start({ configure: uri('1'), options: { accounts: pushAccounts() } });
    expect(host.app.get(PushEventService).urlOf(appId)).toBe(`${BASE}/v1/weixin/push/${appId}`);
    expect((await request(host.url).get(`/v1/weixin/push/${appId}`)).status).toBe(403);
    expect((await request(host.url).get(`/weixin/push/${appId}`)).status).toBe(404);
  });
});
