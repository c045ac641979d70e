import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { inspect } from 'node:util';
import zlib from 'node:zlib';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import type { HttpOptions } from 'nestjs-weixin-subscribe';
import {
  type WeixinHttpRequest,
  type WeixinTransport,
  WeixinTransportError,
} from '../../libs/weixin-subscribe/src/weixin/transport.js';
import { AxiosTransport } from '../../libs/weixin-subscribe/src/weixin/transports/axios.transport.js';
import { UndiciTransport } from '../../libs/weixin-subscribe/src/weixin/transports/undici.transport.js';
import { undiciAdapter } from '../../libs/weixin-subscribe/src/weixin/transports/undici-axios-adapter.js';
import { WeixinPool } from '../../libs/weixin-subscribe/src/weixin/transports/weixin-pool.js';
import type { WeixinConfig } from '../../libs/weixin-subscribe/src/weixin/weixin.options.js';
import { resolveConfig } from '../../libs/weixin-subscribe/src/weixin-subscribe.config.js';
import { libraryAccounts } from '../support/accounts.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { atOnce } from '../support/library-parts.js';
import { PlatformStub } from '../support/platform-stub.js';
import { SELF_SIGNED } from '../support/tls-certificate.js';

const TOKEN = 'ACCESS-TOKEN-oGZUI0egBJY1zhBYw2KhdUfwVJJE';
const POST: WeixinHttpRequest = {
  method: 'POST',
  path: '/cgi-bin/message/template/subscribe',
  query: { access_token: TOKEN },
  body: '{"touser":"OPENID"}',
};
const OK = '{"errcode":0,"errmsg":"ok"}';
const PASSWORD = 'p4ss-of-the-proxy';
const TARGET = 'api.weixin.test:443';
const MiB = 1024 * 1024;

/** As in weixin.module.ts. A host adds its interceptors to the axios of the first. */
const TRANSPORTS: Record<string, (pool: WeixinPool, config: WeixinConfig) => WeixinTransport> = {
  AxiosTransport: (pool, config) => {
    const http = new HttpService(axios.create({ adapter: undiciAdapter(pool, axios) }));
    http.axiosRef.interceptors.response.use((response) => ({ ...response, data: String(response.data) }));
    return new AxiosTransport(http, config);
  },
  UndiciTransport: (pool, config) => new UndiciTransport(pool, config),
};

describe.each(Object.keys(TRANSPORTS))('%s', (name) => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    for (const close of closers.splice(0)) await close();
  });

  const open = (
    apiBaseUrl: string,
    http: HttpOptions = {},
    environment: Record<string, string> = {},
  ): WeixinTransport => {
    const given = { accounts: libraryAccounts(), publicBaseUrl: 'http://127.0.0.1:3000' };
    const { weixin: config } = resolveConfig({ ...given, apiBaseUrl, http }, environment);
    const pool = new WeixinPool(config);
    closers.unshift(() => pool.onApplicationShutdown());
    return TRANSPORTS[name](pool, config);
  };
  const failure = async (sending: Promise<unknown>): Promise<WeixinTransportError> => {
    const error = await sending.then(
      (response) => {
        throw new Error(`it was answered: ${inspect(response)}`);
      },
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(WeixinTransportError);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + error.stack;
    for (const secret of [TOKEN, PASSWORD, Buffer.from(`user:${PASSWORD}`).toString('base64')])
      expect(shown).not.toContain(secret);
    return error;
  };

  describe('behind a forward proxy', () => {
    let proxy: ConnectProxy;
    let requests: string[];
    /** What the platform does with a request. */
    let answer: (socket: tls.TLSSocket) => void;

    beforeEach(async () => {
      requests = [];
      answer = (socket) => void socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${OK.length}\r\n\r\n${OK}`);
      const platform = tls.createServer(SELF_SIGNED, (socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (data) => {
          requests.push(data.toString());
          answer(socket);
        });
      });
      platform.listen(0, '127.0.0.1');
      await once(platform, 'listening');
      closers.push(() => void platform.close());
      proxy = await ConnectProxy.start({ [TARGET]: (platform.address() as AddressInfo).port });
      closers.push(() => proxy.close());
      trustSelfSigned();
    });

    const through = (http: HttpOptions = {}) =>
      open('https://api.weixin.test', { proxy: proxy.url, ...http });

    it('calls leave by it, as TLS that it cannot read', async () => {
      expect(await through().send(POST)).toMatchObject({ status: 200, body: OK });
      expect(proxy.seen).toEqual([{ target: TARGET, authorization: undefined }]);
      expect(requests[0]).toContain(`access_token=${TOKEN}`);
      expect(proxy.passed).not.toBe('');
      for (const text of [TOKEN, 'cgi-bin', 'OPENID']) expect(proxy.passed).not.toContain(text);
    });

    it('the environment names it, and exempts hosts', async () => {
      const environment = { HTTPS_PROXY: proxy.url };
      expect((await open('https://api.weixin.test', {}, environment).send(POST)).status).toBe(200);
      expect(proxy.seen).toHaveLength(1);
      for (const [http, more] of [
        [{}, { NO_PROXY: '.weixin.test' }],
        [{ proxy: false }, {}],
      ] as const) {
        const sending = open('https://api.weixin.test', http, { ...environment, ...more }).send(POST);
        // There is no such host without the proxy.
        expect((await failure(sending)).surelyNotSent).toBe(true);
      }
      expect(proxy.seen).toHaveLength(1);
    });

    it('its credentials are shown to it, and to nobody else', async () => {
      await through({ proxy: `http://user:${PASSWORD}@127.0.0.1:${proxy.port}` }).send(POST);
      const basic = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;
      expect(proxy.seen).toEqual([{ target: TARGET, authorization: basic }]);
      expect(requests.join()).not.toMatch(/proxy-auth/i);
      proxy.refuseWith = '407 Proxy Authentication Required';
      const error = await failure(
        through({ proxy: `http://user:${PASSWORD}@127.0.0.1:${proxy.port}` }).send(POST),
      );
      expect(error).toMatchObject({ surelyNotSent: true, message: expect.stringContaining('407') });
    });

    it('connections are kept, and never more than "connections", one request at a time on each', async () => {
      const transport = through({ connections: 3 });
      const answers = await atOnce(60, () => transport.send(POST));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(requests).toHaveLength(60);
      expect(proxy.seen.length).toBeLessThanOrEqual(3);
    });

    it.each(['403 Forbidden', '407 Proxy Authentication Required', '502 Bad Gateway', '504 Gateway Timeout'])(
      'what it refuses with %s surely was not sent',
      async (status) => {
        proxy.refuseWith = status;
        const error = await failure(through().send(POST));
        expect(error.surelyNotSent).toBe(true);
        expect(error.message).toContain(`the proxy answered ${status.slice(0, 3)}`);
        expect(requests).toEqual([]);
        proxy.refuseWith = undefined;
      },
    );

    it('while it is down, nothing surely was sent', async () => {
      const transport = through();
      await proxy.close();
      const error = await failure(transport.send(POST));
      expect(error.surelyNotSent).toBe(true);
      expect(error.message).toContain('the proxy could not be used (ECONNREFUSED)');
    });

    it('when it says nothing, the time to connect runs out: surely not sent', async () => {
      proxy.silent = true;
      jest.useFakeTimers({
        doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance'],
      });
      const sending = failure(through({ connectTimeoutMs: 700 }).send(POST));
      while (proxy.seen.length === 0) await new Promise(setImmediate);
      jest.advanceTimersByTime(700);
      expect(await sending).toMatchObject({
        surelyNotSent: true,
        message: expect.stringContaining('no tunnel within 700 ms'),
      });
    });

    it('a tunnel that breaks before the handshake is done surely sent nothing', async () => {
      const plain = net.createServer((socket) => void socket.on('error', () => undefined).end('no TLS here'));
      plain.listen(0, '127.0.0.1');
      await once(plain, 'listening');
      closers.push(() => void plain.close());
      const other = await ConnectProxy.start({ [TARGET]: (plain.address() as AddressInfo).port });
      closers.push(() => other.close());
      expect((await failure(through({ proxy: other.url }).send(POST))).surelyNotSent).toBe(true);
    });

    it('a tunnel that breaks after the request has left leaves open what became of it, and it is not repeated', async () => {
      answer = () => proxy.cut();
      expect((await failure(through().send(POST))).surelyNotSent).toBe(false);
      expect(requests).toHaveLength(1);
    });

    it('a certificate that is not trusted is refused through it as well', async () => {
      jest.restoreAllMocks();
      expect((await failure(through().send(POST))).surelyNotSent).toBe(true);
      expect(requests).toEqual([]);
    });
  });

  describe('an answer that comes compressed although nobody asked', () => {
    let platform: PlatformStub;
    let transport: WeixinTransport;
    beforeEach(async () => {
      platform = await PlatformStub.start();
      closers.push(() => platform.close());
      transport = open(platform.url);
    });

    const TEXT = JSON.stringify({ errcode: 43101, errmsg: '用户拒绝 🎓'.repeat(50) });
    const encoded = (encoding: string, body: Buffer | string, more: Record<string, string> = {}) => {
      platform.answer = (response) =>
        void response.writeHead(200, { 'content-encoding': encoding, ...more }).end(body);
    };

    it.each<[string, Buffer]>([
      ['gzip', zlib.gzipSync(TEXT)],
      ['GZIP', zlib.gzipSync(TEXT)],
      ['x-gzip', zlib.gzipSync(TEXT)],
      ['deflate', zlib.deflateSync(TEXT)],
      ['deflate', zlib.deflateRawSync(TEXT)],
      ['br', zlib.brotliCompressSync(TEXT)],
      ['identity', Buffer.from(TEXT)],
      ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(TEXT))],
      ['identity, gzip', zlib.gzipSync(TEXT)],
    ])('as %s is read', async (encoding, body) => {
      encoded(encoding, body);
      expect(await transport.send(POST)).toMatchObject({ status: 200, body: TEXT });
      expect(platform.seen[0].headers['accept-encoding']).toBeUndefined();
    });

    it('without a body has none', async () => {
      encoded('gzip', '');
      expect(await transport.send(POST)).toMatchObject({ status: 200, body: '' });
    });

    it.each<[string, string, Buffer]>([
      ['an encoding that is not known', 'zstd', Buffer.from(TEXT)],
      ['a name that every object has', 'constructor', Buffer.from(TEXT)],
      ['bytes that are not of it', 'gzip', Buffer.from(TEXT)],
      ['bytes that are not of it', 'br', Buffer.from(TEXT)],
      ['bytes that break off', 'gzip', zlib.gzipSync(TEXT).subarray(0, -12)],
      [
        'too many encodings',
        'gzip,gzip,gzip,gzip',
        zlib.gzipSync(zlib.gzipSync(zlib.gzipSync(zlib.gzipSync(TEXT)))),
      ],
      ['a bomb of gzip', 'gzip', zlib.gzipSync(Buffer.alloc(64 * MiB))],
      ['a bomb of deflate', 'deflate', zlib.deflateSync(Buffer.alloc(64 * MiB))],
      ['a bomb of br', 'br', zlib.brotliCompressSync(Buffer.alloc(64 * MiB))],
      ['a bomb within another', 'gzip, gzip', zlib.gzipSync(zlib.gzipSync(Buffer.alloc(256 * MiB)))],
    ])('with %s (%s) is no usable response, and may have been processed', async (_what, encoding, body) => {
      encoded(encoding, body);
      const error = await failure(transport.send(POST));
      expect(error).toMatchObject({
        surelyNotSent: false,
        message: expect.stringContaining('no usable response'),
      });
      expect(platform.seen).toHaveLength(1);
    });

    it('of 4 MiB is read, of one byte more it is not: nobody can fill the memory', async () => {
      encoded('gzip', zlib.gzipSync(Buffer.alloc(4 * MiB, 'x')));
      expect((await transport.send(POST)).body).toHaveLength(4 * MiB);
      encoded('gzip', zlib.gzipSync(Buffer.alloc(4 * MiB + 1, 'x')));
      expect((await failure(transport.send(POST))).message).toContain('ERR_BUFFER_TOO_LARGE');
    });

    it('leaves its connection to the next request', async () => {
      encoded('gzip', zlib.gzipSync(TEXT));
      for (let n = 0; n < 20; n++) await transport.send(POST);
      expect(platform.connections).toBeLessThanOrEqual(2);
    });
  });

  /**
   * From here to the end of the test, TLS clients of this process trust our certificate, whatever the name.
   */
  function trustSelfSigned(): void {
    const connect = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
    const trusting = { ca: SELF_SIGNED.cert, checkServerIdentity: () => undefined };
    jest
      .spyOn(tls, 'connect')
      .mockImplementation(((options: tls.ConnectionOptions) =>
        connect({ ...options, ...trusting })) as typeof tls.connect);
  }
});
