import type { ForwardProxy } from '../kernel/forward-proxy.js';
import { environmentProxy, namedProxy } from '../kernel/forward-proxy.js';
import { IsChoice, type OptionChecks } from '../kernel/option-checks.js';
import { IsWhole } from '../kernel/validation.js';

const TRANSPORTS = ['axios', 'undici'] as const;

/** How calls leave this process. */
export class HttpOptions {
  /**
   * `axios`: `HttpService` of @nestjs/axios over an undici pool. `undici`: the pool alone, about a third of
   * the CPU (`npm run bench:send`). @default 'axios'
   */
  @IsChoice(TRANSPORTS)
  transport?: 'axios' | 'undici' = 'axios';

  /** From the start of a call to its last byte, 100–60,000 ms. @default 5000 */
  @IsWhole(100, 60_000)
  timeoutMs?: number = 5000;

  /** To open a connection, 100–60,000 ms. @default 3000 */
  @IsWhole(100, 60_000)
  connectTimeoutMs?: number = 3000;

  /** Connections kept to the platform, 1–1,024. @default 64 */
  @IsWhole(1, 1024)
  connections?: number = 64;

  /**
   * A forward proxy for the calls to the platform, `http://user:password@proxy.example.com:3128` or
   * `https://…`, whatever the environment says; `false`: no proxy at all. It is used by CONNECT, so what goes
   * through it is TLS to WeChat.
   * @default `HTTPS_PROXY` (`HTTP_PROXY` for an `apiBaseUrl` of http) unless `NO_PROXY` exempts the host; so
   * it is for the central of a remote, too
   */
  proxy?: string | false;
}

/** Where the platform is, and how calls leave this process. Without a `proxy` they go straight there. */
export abstract class WeixinConfig {
  abstract readonly apiBaseUrl: string;
  /** The same over HTTP, where the relay of Cloud Run listens. */
  abstract readonly cloudBaseUrl: string;
  abstract readonly http: Readonly<Required<Omit<HttpOptions, 'proxy'>>> & { readonly proxy?: ForwardProxy };
}

export function resolveWeixin(
  checks: OptionChecks,
  given: HttpOptions | undefined,
  baseUrl: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): WeixinConfig {
  const apiBaseUrl = checks.url('apiBaseUrl', baseUrl ?? 'https://api.weixin.qq.com');
  const { proxy: named, ...http } = checks.read('http', HttpOptions, given);
  const proxy =
    named === undefined ? environmentProxy(checks, apiBaseUrl, environment) : namedProxy(checks, named);
  return {
    apiBaseUrl: baseUrlOf(apiBaseUrl),
    cloudBaseUrl: baseUrlOf(apiBaseUrl).replace(/^https:/, 'http:'),
    http: { ...(http as Required<typeof http>), ...(proxy && { proxy }) },
  };
}

const baseUrlOf = ({ href }: URL) => href.replace(/\/$/, '');
