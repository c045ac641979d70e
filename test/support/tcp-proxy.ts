import { once } from 'node:events';
import net from 'node:net';

type End = 'client' | 'server';

/** What cuts a connection, and whom to tell. */
interface Trap {
  text: string;
  when: 'before' | 'after';
  sprung: () => void;
}

/** Stands between a client and a server, so that a test can cut the wire without touching the server. */
export class TcpProxy {
  /** Each with the end that it leads to. */
  private readonly sockets = new Map<net.Socket, End>();
  private server?: net.Server;
  private port = 0;
  private readonly held = new Set<End>();
  private swallowing = false;
  private trap?: Trap;

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

  /**
   * Cuts the wire instead of passing the server's next words on: it did what it was asked, and the client
   * does not learn of it.
   */
  swallowNextAnswer(): void {
    this.swallowing = true;
  }

  /**
   * Cuts the connection on which `text` goes to the server next: before the server sees it, or when it has
   * done it, before its answer arrives. Resolves when that has happened.
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
    };
    const spring = () => {
      cut();
      this.trap?.sprung();
      this.trap = undefined;
    };
    client.on('data', (request) => {
      const trapped = this.trap !== undefined && request.includes(this.trap.text);
      if (trapped && this.trap?.when === 'before') return spring();
      answerIsLost ||= trapped;
      passOn(request, client, server);
    });
    server.on('data', (answer) => {
      if (answerIsLost) return spring();
      if (!this.swallowing) return passOn(answer, server, client);
      this.swallowing = false;
      cut();
    });
    this.watch(client, server, 'client');
    this.watch(server, client, 'server');
  }

  private watch(from: net.Socket, to: net.Socket, end: End): void {
    this.sockets.set(from, end);
    if (this.held.has(end)) from.pause();
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}

function passOn(words: Buffer, from: net.Socket, to: net.Socket): void {
  if (to.write(words)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
