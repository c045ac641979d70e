import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { WeixinSubscribeConfig } from '../../common/config/weixin-subscribe.config.js';
import { Exchange, type ExchangeResponse } from './exchange.js';

const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

export interface PoolRequest {
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
}

/** The kept-alive connections to the platform: TLS verified, one request at a time on each, no redirects, every call bounded in time. */
@Injectable()
export class WeixinPool implements OnApplicationShutdown {
  private readonly pool: Pool;

  constructor({ apiBaseUrl, http }: WeixinSubscribeConfig) {
    this.pool = new Pool(new URL(apiBaseUrl).origin, {
      connections: http.connections,
      pipelining: 1,
      connectTimeout: http.connectTimeoutMs,
      // No answer of the platform comes near it; a broken one must not fill the memory.
      maxResponseSize: MAX_RESPONSE_BYTES,
    });
  }

  /** @throws {WeixinTransportError} */
  request({ timeoutMs, ...request }: PoolRequest): Promise<ExchangeResponse> {
    return Exchange.run(this.pool, request, timeoutMs);
  }

  /** After the HTTP server has stopped, so that requests in flight still get their answer. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
