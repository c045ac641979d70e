import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** `wanted` if it can be listened on, else any port that can. */
export async function freePort(wanted: number, host: string): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    try {
      server.listen(port, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if (port === 0) throw error;
    } finally {
      if (server.listening) await new Promise((closed) => server.close(closed));
    }
  }
  return 0;
}
