import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface SeenConnect {
  /** `host:port` of the target. */
  target: string;
  authorization?: string;
}

/**
 * A forward proxy that knows CONNECT alone, as the gateway of a company: it sees where a client wants to go
 * and, with TLS, nothing else.
 */
export class ConnectProxy {
  readonly seen: SeenConnect[] = [];
  /** Everything that went through a tunnel towards the target. */
  passed = '';
  /** Answered in place of a tunnel. */
  refuseWith?: string;
  /** Takes connections and says nothing. */
  silent = false;
  private readonly sockets = new Set<Socket>();
  private readonly server = net.createServer((client) => this.serve(client));

  /** @param routes `host:port` → the port of 127.0.0.1 where that target really is */
  private constructor(private readonly routes: Record<string, number>) {}

  static async start(routes: Record<string, number>): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(routes);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Breaks every connection that stands. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private serve(client: Socket): void {
    this.keep(client);
    let head = '';
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      client.off('data', read);
      this.answer(client, head);
    };
    client.on('data', read);
  }

  private answer(client: Socket, head: string): void {
    const target = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head)?.[1] ?? head.split('\r\n')[0];
    this.seen.push({ target, authorization: /^proxy-authorization: (.*)$/im.exec(head)?.[1] });
    if (this.silent) return;
    if (this.refuseWith !== undefined)
      return void client.end(`HTTP/1.1 ${this.refuseWith}\r\nContent-Length: 0\r\n\r\n`);
    const upstream = net.connect(this.routes[target] ?? 1, '127.0.0.1');
    this.keep(upstream);
    upstream.once('connect', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    upstream.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
    client.on('data', (chunk) => {
      this.passed += chunk.toString('latin1');
    });
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ])
      one.on('close', () => other.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
