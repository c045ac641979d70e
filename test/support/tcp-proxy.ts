import { once } from 'node:events';
import net from 'node:net';

/** Stands between a client and a server, so that a test can cut the wire without touching the server. */
export class TcpProxy {
  private readonly sockets = new Set<net.Socket>();
  private server?: net.Server;
  private port = 0;
  private held = false;
  private trap?: { text: string; when: 'before' | 'after'; sprung: () => void };

  constructor(private readonly target: { host: string; port: number }) {}

  /** The address of `url`, by way of this proxy. */
  static async before(url: string): Promise<{ proxy: TcpProxy; url: string }> {
    const { hostname, port, protocol } = new URL(url);
    const standard = protocol === 'mysql:' ? 3306 : 5432;
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

  /**
   * Cuts the connection on which `text` goes to the server next: before the server sees it, or when it has done it, before its answer arrives.
   * Resolves when that has happened.
   */
  cutAt(text: string, when: 'before' | 'after'): Promise<void> {
    return new Promise((sprung) => {
      this.trap = { text, when, sprung };
    });
  }

  private join(client: net.Socket, server: net.Socket): void {
    let answerIsLost = false;
    const cut = () => {
      client.destroy();
      server.destroy();
      this.trap?.sprung();
      this.trap = undefined;
    };
    client.on('data', (request) => {
      const trapped = this.trap !== undefined && request.includes(this.trap.text);
      if (trapped && this.trap?.when === 'before') return cut();
      answerIsLost ||= trapped;
      server.write(request);
    });
    server.on('data', (answer) => {
      if (answerIsLost) return cut();
      client.write(answer);
    });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      this.sockets.add(from);
      from.on('end', () => to.end());
      if (this.held) from.pause();
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
