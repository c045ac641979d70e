import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  /** Path and query as they came over the wire. */
  url: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

type Answer = (response: http.ServerResponse, request: SeenRequest) => void;

/** An HTTP server that answers as a test tells it, and remembers what it saw, byte by byte. */
export class PlatformStub {
  readonly seen: SeenRequest[] = [];
  /** Connections opened so far. */
  connections = 0;
  answer: Answer = (response) => void response.end('{"errcode":0,"errmsg":"ok"}');
  private readonly server: http.Server;

  private constructor() {
    this.server = http.createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const seen = {
        method: String(request.method),
        url: String(request.url),
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      this.seen.push(seen);
      this.answer(response, seen);
    });
    this.server.on('connection', () => this.connections++);
  }

  static async start(): Promise<PlatformStub> {
    const stub = new PlatformStub();
    stub.server.listen(0, '127.0.0.1');
    await once(stub.server, 'listening');
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
