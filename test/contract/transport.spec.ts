import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { inspect } from 'node:util';
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
import { atOnce } from '../support/library-parts.js';
import { PlatformStub } from '../support/platform-stub.js';
import { SELF_SIGNED } from '../support/tls-certificate.js';

const TOKEN = 'ACCESS-TOKEN-oGZUI0egBJY1zhBYw2KhdUfwVJJE';
const PATH = '/cgi-bin/message/template/subscribe';
const POST: WeixinHttpRequest = {
  method: 'POST',
  path: PATH,
  query: { access_token: TOKEN },
  body: JSON.stringify({
    title: '上课提醒 🎓',
    data: { content: { value: '8:50\n教室 "A"', color: '#173177' } },
  }),
};
const GET: WeixinHttpRequest = {
  method: 'GET',
  path: '/cgi-bin/token',
  query: { grant_type: 'client_credential', appid: 'wx1', secret: TOKEN },
};

/** As in weixin.module.ts. */
const TRANSPORTS: Record<string, (pool: WeixinPool, config: WeixinConfig) => WeixinTransport> = {
  AxiosTransport: (pool, config) =>
    new AxiosTransport(new HttpService(axios.create({ adapter: undiciAdapter(pool, axios) })), config),
  UndiciTransport: (pool, config) => new UndiciTransport(pool, config),
};

const turns = async (n: number) => {
  for (let turn = 0; turn < n; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe.each(Object.keys(TRANSPORTS))('%s', (name) => {
  let platform: PlatformStub;
  let closers: (() => unknown)[];
  beforeEach(async () => {
    closers = [];
    platform = await PlatformStub.start();
    // Only what limits a call stands still; no call runs out of time because the machine is slow.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance'] });
  });
  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    await platform.close();
    for (const close of closers) await close();
  });

  const open = (apiBaseUrl = platform.url, http: HttpOptions = {}): WeixinTransport => {
    const { weixin: config } = resolveConfig({
      accounts: libraryAccounts(),
      publicBaseUrl: 'http://127.0.0.1:3000',
      apiBaseUrl,
      http,
    });
    const pool = new WeixinPool(config);
    closers.unshift(() => pool.onApplicationShutdown());
    return TRANSPORTS[name](pool, config);
  };
  it('reaches the relay of Cloud Run over HTTP, past TLS and past the proxy', async () => {
    const transport = open(platform.url.replace('http:', 'https:'), { proxy: 'http://127.0.0.1:1' });
    const { status, body } = await transport.send({ ...POST, query: { from_appid: 'wx1' }, cloud: true });
    expect([status, JSON.parse(body).errcode]).toEqual([200, 0]);
    expect(platform.seen.at(-1)?.url).toBe(`${PATH}?from_appid=wx1`);
    await expect(transport.send(POST)).rejects.toMatchObject({ surelyNotSent: true });
  });

  const listening = async (server: net.Server): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => void server.close());
    return (server.address() as AddressInfo).port;
  };
  /**
   * The error of a send that must fail, after making sure that it names the platform, and nothing of the
   * request.
   */
  const failure = async (sending: Promise<unknown>): Promise<WeixinTransportError> => {
    const error = await sending.then(
      (response) => {
        throw new Error(`it was answered: ${inspect(response)}`);
      },
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(WeixinTransportError);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + error.stack;
    for (const secret of [TOKEN, 'cgi-bin', 'access_token', '8:50']) expect(shown).not.toContain(secret);
    expect(error.message).toMatch(/^(no connection to )?https?:\/\/[\w.:]+ /);
    return error;
  };

  /** Lets the time of a call run out once the platform has seen it and what it answers has had its turns. */
  const timed = async <T>(seen: () => boolean, sending: Promise<T>): Promise<T> => {
    let ended = false;
    const end = () => {
      ended = true;
    };
    sending.then(end, end);
    while (!seen() && !ended) await turns(1);
    await turns(50);
    jest.advanceTimersByTime(60_000);
    return sending;
  };

  describe('a request', () => {
    it('arrives byte for byte: real UTF-8, no escapes, with its length', async () => {
      await open().send(POST);
      const [{ method, url, headers, body }] = platform.seen;
      expect({ method, url }).toEqual({ method: 'POST', url: `${PATH}?access_token=${TOKEN}` });
      expect(body.equals(Buffer.from(String(POST.body), 'utf8'))).toBe(true);
      expect(body.toString('utf8')).toContain('上课提醒 🎓');
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
      expect(headers['content-length']).toBe(String(body.length));
    });

    it('by GET has no body and no content type', async () => {
      await open().send(GET);
      const [{ method, url, headers, body }] = platform.seen;
      expect(method).toBe('GET');
      expect(url).toBe(`/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=${TOKEN}`);
      expect(body).toHaveLength(0);
      expect(headers['content-type']).toBeUndefined();
    });

    it('keeps every character of a query value', async () => {
      const query = { a: 'x y+z&b=c#d', ü: '提醒/🎓?%41' };
      await open().send({ ...GET, query });
      const url = new URL(platform.seen[0].url, platform.url);
      expect(Object.fromEntries(url.searchParams)).toEqual(query);
      expect(platform.seen[0].url).toMatch(/^[\x21-\x7e]+$/);
    });

    it('goes below the path of the base address', async () => {
      await open(`${platform.url}/weixin/proxy/`).send(GET);
      expect(platform.seen[0].url).toMatch(/^\/weixin\/proxy\/cgi-bin\/token\?grant_type=/);
    });

    it('asks for no encoding of the answer', async () => {
      await open().send(POST);
      expect(platform.seen[0].headers['accept-encoding']).toBeUndefined();
    });
  });

  describe('an answer', () => {
    const HTML = '<html><head><title>502 Bad Gateway</title></head></html>';
    it.each<[string, number, string | undefined, string]>([
      ['JSON as application/json', 200, 'application/json', '{"errcode":0,"errmsg":"ok"}'],
      ['JSON as text/plain', 200, 'text/plain', '{"errcode":43101,"errmsg":"用户拒绝 🎓"}'],
      ['JSON without a type', 200, undefined, '{"errcode":-1}'],
      ['JSON that claims another charset', 200, 'text/html; charset=gbk', '{"errmsg":"错误"}'],
      ['a number beyond what JSON.parse keeps', 200, 'application/json', '{"id":12345678901234567890}'],
      ['an empty body', 200, 'application/json', ''],
      ['HTML', 200, 'text/html', HTML],
      ['a 502', 502, 'text/html', HTML],
      ['a 400 with JSON', 400, 'application/json', '{"errcode":40001}'],
      ['a 500 without a body', 500, undefined, ''],
    ])('is given as it came: %s', async (_, status, type, body) => {
      platform.answer = (response) =>
        void response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body);
      for (const request of [POST, GET]) expect(await open().send(request)).toMatchObject({ status, body });
    });

    it('in pieces is put together, also where a piece ends within a character', async () => {
      const bytes = Buffer.from('{"errmsg":"提醒🎓"}');
      platform.answer = async (response) => {
        for (const byte of bytes) {
          response.write(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      };
      expect(await open().send(POST)).toMatchObject({ status: 200, body: bytes.toString() });
    });

    it('that redirects is given as it came and not followed', async () => {
      platform.answer = (response) =>
        void response.writeHead(302, { location: `${platform.url}/elsewhere` }).end();
      for (const request of [POST, GET])
        expect(await open().send(request)).toMatchObject({ status: 302, body: '' });
      expect(platform.seen.map(({ url }) => url.split('?')[0])).toEqual([PATH, '/cgi-bin/token']);
    });
  });

  describe('no answer is an error that leaves open whether the request was processed, and the request is not repeated:', () => {
    it.each<[string, (response: ServerResponse) => void]>([
      ['the platform hangs', () => undefined],
      ['it hangs after the headers', (response) => response.writeHead(200).flushHeaders()],
      [
        'it hangs in the body',
        (response) => void response.writeHead(200, { 'content-length': 27 }).write('{"errcode":0,'),
      ],
      ['it resets the connection', (response) => void response.socket?.resetAndDestroy()],
      ['it closes the connection', (response) => void response.socket?.end()],
      [
        'it closes within a body of known length',
        (response) =>
          void response
            .writeHead(200, { 'content-length': 27 })
            .write('{"errcode":0,', () => response.socket?.destroy()),
      ],
      [
        'it closes within a body in chunks',
        (response) => void response.writeHead(200).write('{"errcode":0}', () => response.socket?.destroy()),
      ],
      [
        'it answers something that is not HTTP',
        (response) => void response.socket?.end('{"errcode":0}\r\n\r\n'),
      ],
    ])('%s', async (_, answer) => {
      platform.answer = answer;
      for (const [index, request] of [POST, GET].entries()) {
        const sending = failure(timed(() => platform.seen.length > index, open().send(request)));
        expect((await sending).surelyNotSent).toBe(false);
      }
      expect(platform.seen).toHaveLength(2);
    });

    it('the platform resets before it has read the request', async () => {
      let connections = 0;
      const port = await listening(
        net.createServer((socket) => {
          connections++;
          socket.once('data', () => socket.resetAndDestroy());
        }),
      );
      expect((await failure(open(`http://127.0.0.1:${port}`).send(POST))).surelyNotSent).toBe(false);
      expect(connections).toBe(1);
    });

    it('the TLS stream breaks after the request was read', async () => {
      trustSelfSigned();
      let breakStream: () => void = () => undefined;
      let read = '';
      const platformPort = await listening(
        tls.createServer(SELF_SIGNED, (socket) => {
          socket.on('error', () => undefined);
          socket.once('data', (request) => {
            read = request.toString();
            breakStream();
          });
        }),
      );
      const port = await listening(
        net.createServer((client) => {
          const upstream = net.connect(platformPort, '127.0.0.1');
          client.pipe(upstream).pipe(client);
          for (const socket of [client, upstream]) socket.on('error', () => undefined);
          breakStream = () => client.write('HTTP/1.1 400 Bad Request\r\n\r\n');
          client.on('close', () => upstream.destroy());
        }),
      );
      const sending = open(`https://localhost:${port}`).send(POST);
      const { surelyNotSent } = await failure(timed(() => read !== '', sending));
      expect(read).toContain(PATH);
      expect(surelyNotSent).toBe(false);
    });
  });

  describe('what surely was not sent is an error that says so:', () => {
    it('nobody listens', async () => {
      const server = net.createServer();
      const port = await listening(server);
      server.close();
      await once(server, 'close');
      expect(await failure(open(`http://127.0.0.1:${port}`).send(POST))).toMatchObject({
        surelyNotSent: true,
        message: `http://127.0.0.1:${port} could not be reached (ECONNREFUSED; is the simulator running?)`,
      });
    });

    it('the name is not known', async () => {
      const { surelyNotSent, message } = await failure(
        open('http://api.weixin.invalid', { connectTimeoutMs: 2000 }).send(POST),
      );
      expect(surelyNotSent).toBe(true);
      expect(message).toContain('http://api.weixin.invalid could not be reached');
      expect(message).not.toContain('simulator');
    });

    it('and nothing of a gateway is named but its origin', async () => {
      const { message } = await failure(
        open('http://api.weixin.invalid/gateway-7f3a', { connectTimeoutMs: 2000 }).send(POST),
      );
      expect(message).toMatch(/^http:\/\/api\.weixin\.invalid could not be reached/);
      expect(message).not.toContain('gateway-7f3a');
    });

    it('the certificate is not trusted: not one byte of the request is shown to it', async () => {
      const { port, saw } = await impostor();
      expect((await failure(open(`https://localhost:${port}`).send(POST))).surelyNotSent).toBe(true);
      expect(saw).toEqual({ connections: 1, bytes: 0 });
    });

    it('the certificate is trusted but for another name', async () => {
      const { port, saw } = await impostor();
      trustSelfSigned({ host: '127.0.0.1' });
      expect((await failure(open(`https://api.weixin.test:${port}`).send(POST))).surelyNotSent).toBe(true);
      expect(saw).toEqual({ connections: 1, bytes: 0 });
    });

    it('the platform does not speak TLS', async () => {
      const port = new URL(platform.url).port;
      expect((await failure(open(`https://127.0.0.1:${port}`).send(POST))).surelyNotSent).toBe(true);
      expect(platform.seen).toEqual([]);
    });
  });

  it('is answered over TLS by a certificate that is trusted', async () => {
    trustSelfSigned();
    const port = await listening(
      tls.createServer(SELF_SIGNED, (socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
      }),
    );
    expect(await open(`https://localhost:${port}`).send(POST)).toMatchObject({ status: 200, body: '{}' });
  });

  describe('connections', () => {
    it('are kept from one request to the next', async () => {
      const transport = open(platform.url, { connections: 4 });
      for (let request = 0; request < 200; request++) await transport.send(request % 2 ? POST : GET);
      expect(platform.seen).toHaveLength(200);
      expect(platform.connections).toBeLessThanOrEqual(4);
    });

    it.each([1, 16])('are no more than the requests under way, with %i at a time', async (inFlight) => {
      const transport = open();
      let left = 200;
      await atOnce(inFlight, async () => {
        while (left-- > 0) await transport.send(POST);
      });
      expect(platform.seen).toHaveLength(200);
      expect(platform.connections).toBeLessThanOrEqual(inFlight);
    });

    it('are never more than "connections", with 200 requests at once', async () => {
      const transport = open(platform.url, { connections: 4 });
      const answers = await atOnce(200, () => transport.send(POST));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(platform.seen).toHaveLength(200);
      expect(platform.connections).toBeLessThanOrEqual(4);
    });

    it('carry one request at a time: the others wait', async () => {
      const held: ServerResponse[] = [];
      platform.answer = (response) => void held.push(response);
      const transport = open(platform.url, { connections: 3 });
      const sending = atOnce(30, () => transport.send(POST));
      while (held.length < 3) await turns(1);
      await turns(20);
      expect(held).toHaveLength(3);
      platform.answer = (response) => void response.end('{}');
      for (const response of held) response.end('{}');
      expect(await sending).toHaveLength(30);
    });

    it('that are all taken until time runs out: the one that waited surely was not sent, and never is', async () => {
      const transport = open(platform.url, { connections: 1 });
      platform.answer = () => undefined; // hangs
      const first = transport.send(POST).catch((error) => error);
      while (platform.seen.length < 1) await turns(1);
      const waiting = transport.send(POST).catch((error) => error);
      await turns(20);
      jest.advanceTimersByTime(5001);
      expect(await first).toMatchObject({ name: 'WeixinTransportError', surelyNotSent: false });
      expect(await waiting).toMatchObject({ name: 'WeixinTransportError', surelyNotSent: true });
      platform.answer = (response) => void response.end('{}');
      await transport.send(POST);
      expect(platform.seen).toHaveLength(2);
    });

    it('are replaced after a failure: the next request is answered', async () => {
      const transport = open(platform.url, { connections: 1 });
      const { answer } = platform;
      for (const broken of [
        (response: ServerResponse) => void response.socket?.resetAndDestroy(),
        () => undefined, // hangs
      ]) {
        const before = platform.seen.length;
        platform.answer = broken;
        await failure(timed(() => platform.seen.length > before, transport.send(POST)));
        platform.answer = answer;
        expect((await transport.send(POST)).status).toBe(200);
      }
    });

    it('are closed with the pool, after the requests in flight were answered', async () => {
      const transport = open();
      platform.answer = (response) => void setImmediate(() => response.end('{}'));
      const sending = transport.send(POST);
      await closers.shift()?.();
      expect(await sending).toMatchObject({ status: 200, body: '{}' });
      expect((await failure(transport.send(POST))).surelyNotSent).toBe(true);
      expect(platform.seen).toHaveLength(1);
    });

    it('are not opened for a first request that comes after the shutdown', async () => {
      const transport = open();
      await closers.shift()?.();
      expect((await failure(transport.send(POST))).surelyNotSent).toBe(true);
      expect(platform.seen).toEqual([]);
    });
  });

  /** A TLS server with our certificate, and what it saw. */
  async function impostor() {
    const saw = { connections: 0, bytes: 0 };
    const server = tls.createServer(SELF_SIGNED, (socket) => {
      socket.on('data', (data) => (saw.bytes += data.length));
      socket.on('error', () => undefined);
    });
    server.on('connection', () => saw.connections++);
    return { port: await listening(server), saw };
  }

  /** From here to the end of the test, TLS clients of this process trust our certificate. */
  function trustSelfSigned(more: tls.ConnectionOptions = {}): void {
    const connect = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
    jest
      .spyOn(tls, 'connect')
      .mockImplementation(((options: tls.ConnectionOptions) =>
        connect({ ...options, ca: SELF_SIGNED.cert, ...more })) as typeof tls.connect);
  }
});
