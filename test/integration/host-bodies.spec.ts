import http from 'node:http';
import { Readable } from 'node:stream';
import {
  All,
  Body,
  Controller,
  type INestApplication,
  Logger,
  Module,
  Post,
  Req,
  UseFilters,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { InvalidInputError, ProblemDetailsFilter } from 'nestjs-weixin-subscribe';
import { SERVICE_KEY } from '../support/accounts.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { post as postPush, pushAccounts, sentXml, signed } from '../support/pushes.js';
import { until } from '../support/until.js';

interface EchoRequest {
  headers: Record<string, unknown>;
  body?: unknown;
}

/** Says what its host made of a body. */
@Controller('host')
class EchoController {
  @All([
    'echo',
    'echo/weixin/push/:id',
    'weixin/push/:id',
    'cgi-bin/stable_token',
    'broadcasts/:id/recipients',
  ])
  echo(@Req() { headers, body }: EchoRequest) {
    const isStream = body instanceof Readable;
    return {
      type: headers['content-type'] ?? null,
      kind: isStream ? 'stream' : typeof body,
      body: isStream ? null : body,
    };
  }
}

@Module({ controllers: [EchoController] })
class Host {}

const TYPES: [type: string | undefined, body: string][] = [
  ['application/json', '{"id":1}'],
  ['application/json', '{'],
  ['application/x-ndjson', '{"openid":"o1"}\n'],
  ['application/x-weixin-push', '<xml/>'],
  ['text/xml', '<xml/>'],
  ['application/xml', '<xml/>'],
  ['text/plain', 'hello'],
  ['application/x-www-form-urlencoded', 'a=1&b=2'],
  ['application/octet-stream', 'bytes'],
  ['nonsense', 'x'],
  [undefined, '{"id":1}'],
  [undefined, ''],
];

const PATHS = [
  '/host/echo',
  '/host/echo?/weixin/push/x',
  '/host/echo?a=/weixin/push/x',
  '/host/echo?/cgi-bin/stable_token',
  '/host/echo?/weixin/broadcasts/1/recipients',
  '/host/echo#/weixin/push/x',
  '/host/echo/weixin/push/x',
  '/host/weixin/push/x',
  '/host/weixin/push/x?/weixin/push/x',
  '/host/cgi-bin/stable_token',
  '/host/broadcasts/1/recipients',
  '/nobody?/weixin/push/x',
];

/** The target as it is written here: `fetch` would cut off what follows a `#`. */
async function send(url: string, path: string, type: string | undefined, body: string) {
  const { hostname, port } = new URL(url);
  const headers = type === undefined ? {} : { 'Content-Type': type };
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.request({ hostname, port, path, method: 'POST', headers }, resolve).on('error', reject).end(body);
  });
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, type: answer.headers['content-type'], text };
}

describe.each(ADAPTERS)('the bodies of a host on %s', (adapter) => {
  let alone: INestApplication;
  let url: string;
  let host: TestApp;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [Host] }).compile();
    alone = module.createNestApplication(
      adapter === 'fastify'
        ? new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } })
        : new ExpressAdapter(),
    );
    alone.useLogger(false);
    await alone.listen(0, '127.0.0.1');
    url = await alone.getUrl();
    host = await createTestApp({
      adapter,
      imports: [Host],
      extras: { controllers: { dropIn: true } },
      options: { accounts: pushAccounts() },
      configure: () => undefined,
    });
  });
  afterAll(async () => {
    await alone?.close();
    await host?.close();
  });

  it.each(PATHS)('at %s are what they are without this module, of whatever type', async (path) => {
    const seen: unknown[] = [];
    const expected: unknown[] = [];
    for (const [type, body] of TYPES) {
      expected.push({ type, body, answer: await send(url, path, type, body) });
      seen.push({ type, body, answer: await send(host.url, path, type, body) });
    }
    expect(seen).toEqual(expected);
  });

  it('are compared with something: an echo tells a body that was taken from one that was not', async () => {
    const [json, xml] = [
      await send(host.url, '/host/echo', 'application/json', '{"id":1}'),
      await send(host.url, '/host/echo', 'text/xml', '<xml/>'),
    ];
    expect(JSON.parse(json.text)).toEqual({ type: 'application/json', kind: 'object', body: { id: 1 } });
    expect(xml.status).toBe(adapter === 'fastify' ? 415 : 200);
  });

  it('that break off are nothing that we have to mend', async () => {
    const told = { error: [] as unknown[], debug: [] as unknown[] };
    const levels = ['error', 'debug'] as const;
    for (const level of levels)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...line: unknown[]) => void told[level].push(line[0]));
    try {
      const { hostname, port } = new URL(host.url);
      const path = `/weixin/push/${pushAccounts()[0].appId}`;
      const headers = { 'Content-Type': 'text/xml', 'Content-Length': 1000 };
      const upload = http.request({ hostname, port, path, method: 'POST', headers }).on('error', () => 0);
      upload.write('<xml>', () => upload.destroy());
      await until(() => told.error.length > 0 || told.debug.some((line) => /broke off/.test(String(line))));
      expect(told.error).toEqual([]);
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('are read raw at our own routes, under any type', async () => {
    for (const type of ['text/xml', 'application/json', 'application/x-ndjson', 'nonsense', '']) {
      const { query, body } = signed(host, sentXml());
      const path = `${host.url}/weixin/push/${pushAccounts()[0].appId}`;
      expect((await postPush(path, query, body, type)).text).toBe('success');
      const fields = { grant_type: 'client_credential', appid: pushAccounts()[0].appId, secret: SERVICE_KEY };
      const { text } = await send(
        host.url,
        '/cgi-bin/stable_token',
        type || undefined,
        JSON.stringify(fields),
      );
      expect(JSON.parse(text)).toHaveProperty('access_token');
    }
  });

  // Fastify finds a route first and then asks it; Express parses first, so that the path has to be known as
  // Express will know it.
  if (adapter === 'express')
    it('are read raw wherever Express finds our routes', async () => {
      const [{ appId }] = pushAccounts();
      for (const path of [
        `/Weixin/PUSH/${appId}`,
        `/weixin/push/${appId}/`,
        `http://host/weixin/push/${appId}`,
      ]) {
        const { query, body } = signed(host, sentXml());
        // Read as what it says it is, it would be answered 400.
        const answer = await send(
          host.url,
          `${path}?${new URLSearchParams(query)}`,
          'application/json',
          body,
        );
        expect([path, answer.status, answer.text]).toEqual([path, 200, 'success']);
      }
    });

  it('are too long for stable_token from 64 KiB on, which is said in WeChat’s words however long they are', async () => {
    for (const bytes of [65_537, 1_048_577, 3_000_000]) {
      const body = JSON.stringify({ more: 'x'.repeat(bytes) });
      for (const type of ['application/json', 'text/plain', undefined]) {
        const answer = await send(host.url, '/cgi-bin/stable_token', type, body);
        expect([bytes, answer.status, JSON.parse(answer.text).errcode]).toEqual([bytes, 200, 47001]);
        const getOnly = await send(host.url, '/cgi-bin/token', type, body);
        expect([bytes, getOnly.status, JSON.parse(getOnly.text).errcode]).toEqual([bytes, 200, 43001]);
      }
    }
  });
});

/** As that of the README: a route of the host that takes a form, with our filter. */
@Controller('reminders')
@UseFilters(ProblemDetailsFilter)
class ReminderController {
  @Post()
  remind(@Body('openid') openid: string): void {
    throw new InvalidInputError([{ field: 'openid', message: `openid is "${openid}"` }]);
  }
}

@Module({ controllers: [ReminderController] })
class Reminders {}

it("a route of the host's that takes a form is told of its field, not of JSON", async () => {
  const host = await createTestApp({ imports: [Reminders] });
  try {
    const response = await fetch(`${host.url}/reminders`, {
      method: 'POST',
      body: new URLSearchParams({ openid: 'bad!' }),
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: 'WEIXIN_INVALID_INPUT', errors: [{ field: 'openid', message: 'openid is "bad!"' }] },
    ]);
  } finally {
    await host.close();
  }
});
