import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../../common/config/weixin-subscribe.config.js';
import {
  JSON_HEADERS,
  type WeixinHttpRequest,
  type WeixinHttpResponse,
  WeixinTransport,
} from '../transport.js';
import { WeixinPool } from './weixin-pool.js';

/** The pool alone: for senders who need the last factor of throughput. */
@Injectable()
export class UndiciTransport extends WeixinTransport {
  private readonly prefix: string;
  private readonly timeoutMs: number;

  constructor(
    private readonly pool: WeixinPool,
    config: WeixinSubscribeConfig,
  ) {
    super();
    this.prefix = new URL(config.apiBaseUrl).pathname.replace(/\/$/, '');
    this.timeoutMs = config.http.timeoutMs;
  }

  send({ method, path, query, body }: WeixinHttpRequest): Promise<WeixinHttpResponse> {
    return this.pool.request({
      method,
      path: `${this.prefix}${path}?${new URLSearchParams(query)}`,
      headers: body === undefined ? undefined : JSON_HEADERS,
      body,
      timeoutMs: this.timeoutMs,
    });
  }
}
