import { once } from 'node:events';
import net from 'node:net';

type End = 'client' | 'server';

/** Stands between a client and a server, so that a test can cut the wire without touching the server. */
export class TcpProxy {
  /** Each with the end that it leads to. */
  private readonly sockets = new Map<net.Socket, End>();
  private server?: net.Server;
  private port = 0;
  private readonly held = new Set<End>();
  private swallowing = false;

  constructor(private readonly target: { host: string; port: number }) {}

  /** The address of `url`, by way of this proxy. */
  static async before(url: string): Promise<{ proxy: TcpProxy; url: string }> {
    const { hostname, port, protocol } = new URL(url);
    const standard = { 'mysql:': 3306, 'redis:': 6379 }[protocol] ?? 5432;
    const proxy = new TcpProxy({ host: hostname, port: Number(port) || standard });
    await proxy.open();
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(proxy.port);
    return { proxy, url: through.href };
  }

  /** Listens, on the same port as before if there was one. */
  async open(): Promise<void> {
    this.server = net.createServer((client) => this.join(client, net.connect(this.target)));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as net.AddressInfo).port;
  }

  /** Cuts every connection and refuses new ones. */
  async close(): Promise<void> {
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    for (const socket of this.sockets.keys()) socket.destroy();
    await closed;
    this.server = undefined;
  }

  /** Keeps connections open and lets nothing through that comes from `ends`, until {@link release}. */
  hold(...ends: End[]): void {
    for (const end of ends.length ? ends : (['client', 'server'] as const)) this.held.add(end);
    for (const [socket, end] of this.sockets) if (this.held.has(end)) socket.pause();
  }

  release(): void {
    this.held.clear();
    for (const socket of this.sockets.keys()) socket.resume();
  }

  /** Cuts the wire instead of passing the server's next words on: it did what it was asked, and the client does not learn of it. */
  swallowNextAnswer(): void {
    this.swallowing = true;
  }

  private join(client: net.Socket, server: net.Socket): void {
    for (const [from, to, end] of [
      [client, server, 'client'],
      [server, client, 'server'],
    ] as const) {
      this.sockets.set(from, end);
      if (from === server) from.on('data', (answer) => this.passOn(answer, client, server));
      else from.pipe(to);
      if (this.held.has(end)) from.pause();
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }

  private passOn(answer: Buffer, client: net.Socket, server: net.Socket): void {
    if (this.swallowing) {
      this.swallowing = false;
      client.destroy();
      server.destroy();
    } else if (!client.write(answer)) {
      server.pause();
      client.once('drain', () => server.resume());
    }
  }
}
