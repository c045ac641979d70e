import type { AxiosAdapter, AxiosResponse, AxiosStatic, InternalAxiosRequestConfig } from 'axios';
import type { WeixinHttpRequest } from '../transport.js';
import type { WeixinPool } from './weixin-pool.js';

const DEFAULT_TIMEOUT_MS = 5000;

/** Axios hands on what it does not know. */
export interface CloudCall {
  /** See {@link WeixinHttpRequest.cloud}. */
  cloud?: boolean;
}

/**
 * An axios adapter that sends over the undici pool. It keeps everything that hosts use axios for
 * (interceptors, defaults, `axiosRef`) and leaves out what costs: stream wrapping, redirects, progress
 * events. It serves the platform only: the pool's origins win over the request's.
 *
 * @param axios whose classes responses and errors are made of
 */
export function undiciAdapter(pool: WeixinPool, { AxiosError, AxiosHeaders }: AxiosStatic): AxiosAdapter {
  return async (config: InternalAxiosRequestConfig & CloudCall): Promise<AxiosResponse> => {
    const url = new URL(config.url ?? '/', config.baseURL ?? 'http://localhost');
    for (const [name, value] of new URLSearchParams(config.params as Record<string, string>)) {
      url.searchParams.append(name, value);
    }
    try {
      const { status, headers, body } = await pool.request({
        method: (config.method ?? 'GET').toUpperCase() as 'GET' | 'POST',
        path: url.pathname + url.search,
        headers: config.headers.toJSON() as Record<string, string>,
        body: config.data as string | undefined,
        timeoutMs: config.timeout || DEFAULT_TIMEOUT_MS,
        ...(config.cloud && { cloud: true }),
      });
      return {
        data: body,
        status,
        statusText: '',
        headers: new AxiosHeaders(headers as Record<string, string>),
        config,
      };
    } catch (error) {
      // Its cause tells AxiosTransport whether the request left.
      throw Object.assign(AxiosError.from(error as Error, undefined, config), { cause: error });
    }
  };
}
