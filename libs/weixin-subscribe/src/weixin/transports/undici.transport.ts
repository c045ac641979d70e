import { Injectable } from '@nestjs/common';
import { headersOf, type WeixinHttpRequest, type WeixinHttpResponse, WeixinTransport } from '../transport.js';
import { WeixinConfig } from '../weixin.options.js';
import { WeixinPool } from './weixin-pool.js';

/** The pool alone: for senders who need the last factor of throughput. */
@Injectable()
export class UndiciTransport extends WeixinTransport {
  private readonly prefix: string;
  private readonly timeoutMs: number;

  constructor(
    private readonly pool: WeixinPool,
    config: WeixinConfig,
  ) {
    super();
    this.prefix = new URL(config.apiBaseUrl).pathname.replace(/\/$/, '');
    this.timeoutMs = config.http.timeoutMs;
  }

  send({ method, path, query, body, headers, cloud }: WeixinHttpRequest): Promise<WeixinHttpResponse> {
    return this.pool.request({
      method,
      path: `${this.prefix}${path}?${queryText(query)}`,
      headers: headersOf(body, headers),
      body,
      timeoutMs: this.timeoutMs,
      ...(cloud && { cloud }),
    });
  }
}

/** Characters that a query carries as they are. */
const PLAIN = /^[\w.-]*$/;

/**
 * As URLSearchParams writes it. That costs five times as much, and nearly every call carries an access_token
 * of plain characters and nothing else.
 */
function queryText(query: Record<string, string>): string {
  let text = '';
  for (const [name, value] of Object.entries(query)) {
    if (!PLAIN.test(name) || !PLAIN.test(value)) return new URLSearchParams(query).toString();
    text += `${text && '&'}${name}=${value}`;
  }
  return text;
}
