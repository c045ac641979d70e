import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { type CallTarget, platformAt } from '../transport.js';
import { WeixinConfig } from '../weixin.options.js';
import { Exchange, type ExchangeResponse } from './exchange.js';
import { LazyPool } from './lazy-pool.js';
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
  /** To the relay of Cloud Run. */
  cloud?: boolean;
}

/**
 * The kept-alive connections to the platform, through a proxy where one is configured: TLS verified, one
 * request at a time on each, no redirects, every call bounded in time.
 */
@Injectable()
export class WeixinPool implements OnApplicationShutdown {
  private readonly logger = new LibraryLogger(WeixinPool.name);
  private readonly pool = new LazyPool(() => this.ofPlatform());
  /** Of calls that go through Cloud Run. */
  private readonly cloudPool = new LazyPool(() => this.open(new URL(this.config.cloudBaseUrl).origin));
  private readonly platform: CallTarget;
  private readonly cloud: CallTarget;

  constructor(private readonly config: WeixinConfig) {
    this.platform = platformAt(config.apiBaseUrl);
    this.cloud = platformAt(config.cloudBaseUrl);
    const { proxy } = config.http;
    if (proxy) {
      const { origin } = new URL(config.apiBaseUrl);
      this.logger.log(
        `calls to ${origin} go through the proxy ${proxy.hostname}:${proxy.port} (${proxy.source})`,
      );
    }
  }

  /** @throws {WeixinTransportError} */
  request({ timeoutMs, cloud, ...request }: PoolRequest): Promise<ExchangeResponse> {
    const target = cloud ? this.cloud : this.platform;
    return Exchange.run((cloud ? this.cloudPool : this.pool).pool, target, request, {
      timeoutMs,
      maxBytes: MAX_RESPONSE_BYTES,
    });
  }

  /** After the HTTP server has stopped, so that requests in flight still get their answer. */
  async onApplicationShutdown(): Promise<void> {
    for (const pool of [this.pool, this.cloudPool]) await pool.close();
  }

  private ofPlatform(): Pool {
    const { proxy, connectTimeoutMs } = this.config.http;
    return this.open(
      new URL(this.config.apiBaseUrl).origin,
      proxy && { connect: proxyConnector(proxy, connectTimeoutMs) },
    );
  }

  private open(origin: string, more?: Pool.Options): Pool {
    const { connections, connectTimeoutMs } = this.config.http;
    return new Pool(origin, {
      connections,
      pipelining: 1,
      connectTimeout: connectTimeoutMs,
      // No answer of the platform comes near it; a broken one must not fill the memory.
      maxResponseSize: MAX_RESPONSE_BYTES,
      ...more,
    });
  }
}
