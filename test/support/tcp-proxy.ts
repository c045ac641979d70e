import { once } from 'node:events';
import net from 'node:net';

/** Stands between a client and a server, so that a test can cut the wire without touching the server. */
export class TcpProxy {
  private readonly sockets = new Set<net.Socket>();
  private server?: net.Server;
  private port = 0;
  private held = false;
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
    for (const socket of this.sockets) socket.destroy();
    await closed;
    this.server = undefined;
  }

  /** Keeps connections open and lets nothing through, until {@link release}. */
  hold(): void {
    this.held = true;
    for (const socket of this.sockets) socket.pause();
  }

  release(): void {
    this.held = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Cuts the wire instead of passing the server's next words on: it did what it was asked, and the client does not learn of it. */
  swallowNextAnswer(): void {
    this.swallowing = true;
  }

  private join(client: net.Socket, server: net.Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      this.sockets.add(from);
      if (from === server) from.on('data', (answer) => this.passOn(answer, client, server));
      else from.pipe(to);
      if (this.held) from.pause();
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
