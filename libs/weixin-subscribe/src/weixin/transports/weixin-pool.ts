import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { WeixinConfig } from '../weixin.options.js';
import { Exchange, type ExchangeResponse } from './exchange.js';
import { proxyConnector } from './proxy-connector.js';

/** As it comes over the wire, and again when its encoding is taken off. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

export interface PoolRequest {
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
}

/**
 * The kept-alive connections to the platform, through a proxy where one is configured: TLS verified, one
 * request at a time on each, no redirects, every call bounded in time.
 */
@Injectable()
export class WeixinPool implements OnApplicationShutdown {
  private readonly logger = new LibraryLogger(WeixinPool.name);
  private readonly pool: Pool;

  constructor({ apiBaseUrl, http }: WeixinConfig) {
    const { origin } = new URL(apiBaseUrl);
    const { proxy, connections, connectTimeoutMs } = http;
    if (proxy)
      this.logger.log(
        `calls to ${origin} go through the proxy ${proxy.hostname}:${proxy.port} (${proxy.source})`,
      );
    this.pool = new Pool(origin, {
      connections,
      pipelining: 1,
      connectTimeout: connectTimeoutMs,
      ...(proxy && { connect: proxyConnector(proxy, connectTimeoutMs) }),
      // No answer of the platform comes near it; a broken one must not fill the memory.
      maxResponseSize: MAX_RESPONSE_BYTES,
    });
  }

  /** @throws {WeixinTransportError} */
  request({ timeoutMs, ...request }: PoolRequest): Promise<ExchangeResponse> {
    return Exchange.run(this.pool, request, { timeoutMs, maxBytes: MAX_RESPONSE_BYTES });
  }

  /** After the HTTP server has stopped, so that requests in flight still get their answer. */
  async onApplicationShutdown(): Promise<void> {
    // Nest 11 runs the hooks at every `app.close()`.
    if (!this.pool.closed) await this.pool.close();
  }
}
