import type { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import type { AxiosRequestConfig } from 'axios';
import {
  type CallTarget,
  headersOf,
  platformAt,
  transportError,
  type WeixinHttpRequest,
  type WeixinHttpResponse,
  WeixinTransport,
} from '../transport.js';
import { WeixinConfig } from '../weixin.options.js';
import type { CloudCall } from './undici-axios-adapter.js';

/**
 * Injection token of the `HttpService` that calls the platform. A host adds its interceptors to this one's
 * `axiosRef`. With the transport `undici` it is `undefined`, and axios is not loaded.
 */
export const WEIXIN_HTTP_SERVICE = Symbol('WEIXIN_HTTP_SERVICE');

/** The default: `HttpService`, so that a host can add interceptors, over the undici pool. */
@Injectable()
export class AxiosTransport extends WeixinTransport {
  private readonly platform: CallTarget;

  constructor(
    @Inject(WEIXIN_HTTP_SERVICE) private readonly http: HttpService,
    private readonly config: WeixinConfig,
  ) {
    super();
    this.platform = platformAt(config.apiBaseUrl);
  }

  async send({ method, path, query, body, headers, cloud }: WeixinHttpRequest): Promise<WeixinHttpResponse> {
    try {
      const request: AxiosRequestConfig & CloudCall = {
        method,
        url: (cloud ? this.config.cloudBaseUrl : this.config.apiBaseUrl) + path,
        params: query,
        data: body,
        headers: headersOf(body, headers),
        timeout: this.config.http.timeoutMs,
        validateStatus: () => true,
        // Bodies are read in one place (envelope.ts), whatever content type they claim.
        transformRequest: (data) => data,
        transformResponse: (data) => data,
        ...(cloud && { cloud }),
      };
      const response = await this.http.axiosRef.request<string>(request);
      const { status, data } = response;
      return {
        status,
        body: String(data ?? ''),
        headers: response.headers as WeixinHttpResponse['headers'],
      };
    } catch (error) {
      throw transportError(error, this.platform);
    }
  }
}
