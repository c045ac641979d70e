import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { WeixinSubscribeConfig } from '../../common/config/weixin-subscribe.config.js';

export interface PoolRequest {
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
}

export interface PoolResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
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
    });
  }

  async request({ timeoutMs, ...request }: PoolRequest): Promise<PoolResponse> {
    // One timer over the whole call: undici's own header and body timeouts are per phase and coarse.
    const expiry = new AbortController();
    const timer = setTimeout(() => expiry.abort(), timeoutMs);
    try {
      const { statusCode, headers, body } = await this.pool.request({ ...request, signal: expiry.signal });
      return { status: statusCode, headers, body: await body.text() };
    } finally {
      clearTimeout(timer);
    }
  }

  /** After the HTTP server has stopped, so that requests in flight still get their answer. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
