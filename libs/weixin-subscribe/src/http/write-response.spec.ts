import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { isWritten, keepStatus, writeResponse } from './write-response.js';

const adapter = { getType: () => 'express' } as AbstractHttpAdapter;

/** As Express makes one: of a prototype of its own. */
const OF_EXPRESS = Object.create(ServerResponse.prototype);

interface Prepared {
  name: string;
  prepare(response: ServerResponse): void;
}

const RESPONSES: Prepared[] = [
  { name: "Node's", prepare: (response) => keepStatus(adapter, response) },
  {
    name: "Express's",
    prepare(response) {
      Object.setPrototypeOf(response, OF_EXPRESS);
      keepStatus(adapter, response);
    },
  },
  {
    name: 'with a status and methods that others have set',
    prepare(response) {
      response.statusCode = 404;
      keepStatus(adapter, response);
      const { end, setHeader } = response;
      response.end = ((...args: Parameters<typeof end>) => end.apply(response, args)) as typeof end;
      response.setHeader = (...args) => setHeader.apply(response, args);
    },
  },
  { name: 'whose status nobody has kept', prepare: () => undefined },
];

async function served(handle: (response: ServerResponse) => Promise<void>): Promise<Response> {
  let failed: unknown;
  const server: Server = createServer((_request: IncomingMessage, response) => {
    handle(response).catch((error: unknown) => {
      failed = error;
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { redirect: 'manual' });
  } catch (error) {
    throw failed ?? error;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe.each(RESPONSES)('a response $name', ({ prepare }) => {
  it('has the status that was set last, and keeps it once it is written', async () => {
    let kept: unknown[] = [];
    const { status, headers } = await served(async (response) => {
      prepare(response);
      response.statusCode = 500;
      response.statusCode = 302;
      response.setHeader('Location', '/there');
      await writeResponse(adapter, response, undefined);
      response.statusCode = 201;
      response.setHeader('Late', '1');
      response.writeHead(500, { Late: '1' });
      kept = [
        response.statusCode,
        response.getHeader('location'),
        response.getHeader('late'),
        response.end('x'),
      ];
      kept.push(isWritten(response), response.write('x'), response.removeHeader('Location'));
    });
    expect([status, headers.get('late')]).toEqual([302, null]);
    expect(kept.slice(0, 3)).toEqual([302, '/there', undefined]);
    expect(kept.slice(4, 6)).toEqual([true, true]);
  });
});

describe('a response of HTTP/2', () => {
  it('keeps the status that it has by itself until it is written', () => {
    const response = new (class {
      sent = 200;
      get statusCode() {
        return this.sent;
      }
      set statusCode(status: number) {
        this.sent = status;
      }
    })();
    keepStatus(adapter, response);
    response.statusCode = 302;
    expect(response.sent).toBe(302);
  });
});
