import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { oneLine } from '../kernel/one-line.js';
import { redact } from '../kernel/redact.js';
import { SecretMask } from '../kernel/secret-mask.js';
import { isAccessToken, LIFETIME_SECONDS } from '../token/access-token.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import { TokenConfig } from '../token/token.options.js';
import { errcodeFacts } from '../weixin/errcodes.js';
import { JSON_HEADERS, WeixinTransportError } from '../weixin/transport.js';
import { Exchange, type ExchangeResponse } from '../weixin/transports/exchange.js';
import { LazyPool } from '../weixin/transports/lazy-pool.js';
import { proxyConnector } from '../weixin/transports/proxy-connector.js';
import { WeixinConfig } from '../weixin/weixin.options.js';

const CONNECTIONS = 4;
const MAX_RESPONSE_BYTES = 64 * 1024;

/** A token as the central gives it. */
export interface CentralToken {
  accessToken: string;
  /** Whole seconds that remain. Counted from before the request, so the two clocks need not agree. */
  expiresIn: number;
}

/** The token endpoints of the central, over HTTP with our client key. */
@Injectable()
export class CentralConnection implements OnApplicationShutdown {
  private readonly lazy = new LazyPool(() => this.open());

  constructor(
    private readonly weixinConfig: WeixinConfig,
    private readonly tokenConfig: TokenConfig,
  ) {}

  /** @throws {TokenUnavailableError} */
  token(appId: string): Promise<CentralToken> {
    return this.ask(appId, 'GET', `/token/${encodeURIComponent(appId)}`);
  }

  /** The ticket of the JS-SDK. @throws {TokenUnavailableError} */
  ticket(appId: string): Promise<CentralToken> {
    return this.ask(appId, 'GET', `/token/${encodeURIComponent(appId)}/jsapi-ticket`, undefined, 'ticket');
  }

  /** Reports a dead token; answers the one to use instead. @throws {TokenUnavailableError} */
  report(appId: string, accessToken: string): Promise<CentralToken> {
    return this.ask(appId, 'POST', `/token/${encodeURIComponent(appId)}/refresh`, { accessToken });
  }

  /** Has the central ask WeChat at once. @throws {TokenUnavailableError} */
  retry(appId: string): Promise<CentralToken> {
    return this.ask(appId, 'POST', `/token/${encodeURIComponent(appId)}/retry`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.lazy.close();
  }

  private async ask(
    appId: string,
    method: 'GET' | 'POST',
    path: string,
    body?: Record<string, string>,
    field: 'accessToken' | 'ticket' = 'accessToken',
  ): Promise<CentralToken> {
    const answer = await this.exchange(appId, method, path, body);
    const reply = parsed(answer.body);
    const { [field]: accessToken, expiresIn } = reply;
    if (answer.status === 200 && isAccessToken(accessToken) && isSeconds(expiresIn))
      return { accessToken, expiresIn: Math.min(expiresIn, LIFETIME_SECONDS) };
    const mask = new SecretMask([this.central.key.reveal(), ...Object.values(body ?? {})]);
    throw refusal(appId, answer.status, mask.maskIn(reply));
  }

  private async exchange(
    appId: string,
    method: 'GET' | 'POST',
    path: string,
    body?: Record<string, string>,
  ): Promise<ExchangeResponse> {
    const { url, key } = this.central;
    const request = {
      method,
      path: new URL(url).pathname.replace(/\/$/, '') + path,
      headers: {
        authorization: `Bearer ${key.reveal()}`,
        accept: 'application/json',
        ...(body && JSON_HEADERS),
      },
      ...(body && { body: JSON.stringify(body) }),
    };
    try {
      const { timeoutMs } = this.weixinConfig.http;
      return await Exchange.run(this.lazy.pool, { address: new URL(url).origin }, request, {
        timeoutMs,
        maxBytes: MAX_RESPONSE_BYTES,
      });
    } catch (error) {
      throw unreachable(appId, error as WeixinTransportError);
    }
  }

  private open(): Pool {
    const { url, proxy } = this.central;
    const { connectTimeoutMs } = this.weixinConfig.http;
    return new Pool(new URL(url).origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      connectTimeout: connectTimeoutMs,
      maxResponseSize: MAX_RESPONSE_BYTES,
      ...(proxy && { connect: proxyConnector(proxy, connectTimeoutMs) }),
    });
  }

  private get central() {
    const { central } = this.tokenConfig;
    if (!central) throw new Error('a connection to the central is for token.role "remote" only');
    return central;
  }
}

function parsed(body: string): Record<string, unknown> {
  try {
    const reply = JSON.parse(body);
    return reply !== null && typeof reply === 'object' ? reply : {};
  } catch {
    return {};
  }
}

function shown(text: unknown): string {
  return typeof text === 'string' ? oneLine(redact(text)) : '';
}

/** Not beyond a day: nothing that a central tells lasts longer. */
function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 86_400;
}

function unreachable(appId: string, error: WeixinTransportError): TokenUnavailableError {
  return new TokenUnavailableError(
    `no access_token for account ${appId}: the central did not answer: ${error.message}`,
    undefined,
    { remedy: 'Check token.central.url, and whether the central runs.' },
  );
}

/** Everything of the reply that is shown or waited for is of somebody else's making. */
function refusal(appId: string, status: number, reply: Record<string, unknown>): TokenUnavailableError {
  const detail = shown(reply.detail) || 'no reason given';
  const errcode = Number.isInteger(reply.errcode) ? Number(reply.errcode) : undefined;
  const verdict =
    errcode === undefined
      ? undefined
      : {
          errcode,
          errmsg: shown(reply.errmsg),
          facts: errcodeFacts(errcode, 'token'),
        };
  return new TokenUnavailableError(
    `no access_token for account ${appId}: the central answered ${status}: ${detail}`,
    verdict,
    {
      remedy: remedy(status, reply),
      ...(isSeconds(reply.retryAfterSeconds) && { retryAfterSeconds: reply.retryAfterSeconds }),
    },
  );
}

function remedy(status: number, reply: Record<string, unknown>): string {
  if (status === 401)
    return 'Check token.central.key: it must be one of the keys of a client in "serviceKeys" of the central.';
  if (status === 403)
    return 'Give this client the scopes token:read and token:report, and this account, in "serviceKeys" of the central.';
  if (typeof reply.remedy === 'string') return shown(reply.remedy);
  return 'Check token.central.url: it must be the address of the endpoints, e.g. https://central.example.com/weixin.';
}
