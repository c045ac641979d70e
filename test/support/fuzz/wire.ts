import http from 'node:http';
import type { Attempt } from './attempts.js';

/** What came back, all of it. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

class StaleConnection extends Error {}

const SILENCE_MS = 20_000;

/** A client that sends what it is given, byte by byte, over a few connections that stay. */
export class Wire {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

  constructor(private readonly url: string) {}

  /**
   * Rejects when there is no answer, or the connection ends before it. A connection that the server closes
   * after a request it could not read may be picked up once more by the agent: what was sent over it then is
   * sent again.
   */
  async send(attempt: Attempt): Promise<Answer> {
    for (;;) {
      try {
        return await this.once(attempt);
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
  }

  private once({ method, target, headers, body }: Attempt): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.url);
      // Through a URL object Node would mend the path.
      const request = http.request(
        {
          ...{ agent: this.agent, hostname, port, method, path: target.replace(/ /g, '%20') },
          headers: { ...headers, ...(body && { 'Content-Length': String(body.length) }) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: Number(response.statusCode),
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      request.setTimeout(SILENCE_MS, () => request.destroy(new Error('no answer')));
      request.on('error', (error: NodeJS.ErrnoException) =>
        reject(request.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : error),
      );
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
