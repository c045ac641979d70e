/** One HTTP call to the platform. `query` carries the access_token: never log it unredacted. */
export interface WeixinHttpRequest {
  method: 'GET' | 'POST';
  /** Absolute path on the platform, e.g. `/cgi-bin/message/template/subscribe`. */
  path: string;
  query: Record<string, string>;
  /** UTF-8 JSON text; absent for GET. A transport sends exactly these characters: they may be signed. */
  body?: string;
  /** Of API security, names in lower case, beside those of the transport. */
  headers?: Record<string, string>;
  /**
   * It goes through the relay of WeChat Cloud Run: over HTTP without TLS, and through no proxy. The relay
   * takes no other.
   */
  cloud?: boolean;
}

export interface WeixinHttpResponse {
  status: number;
  /** The body as UTF-8 text, whatever its declared content type. */
  body: string;
  /** Needed for accounts with API security: without them no answer to one is believed. */
  headers?: Record<string, string | string[] | undefined>;
}

/**
 * Carries calls to the platform. The platform's base address, TLS verification, kept-alive connections and
 * timeouts belong to the transport; it never repeats a call and never follows a redirect.
 */
export abstract class WeixinTransport {
  /** @throws {WeixinTransportError} when there is no complete answer */
  abstract send(request: WeixinHttpRequest): Promise<WeixinHttpResponse>;
}

/** The platform wants real UTF-8 JSON (docs/platform.md §3.6). */
export const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** The headers of a request: nothing is copied for the usual one. */
export function headersOf(
  body: string | undefined,
  more: Record<string, string> | undefined,
): Record<string, string> | undefined {
  if (body === undefined) return more;
  return more ? { ...JSON_HEADERS, ...more } : JSON_HEADERS;
}

/**
 * Why there was no answer. `surelyNotSent`: the request cannot have reached the platform, so it is safe to
 * send again.
 */
export class WeixinTransportError extends Error {
  constructor(
    message: string,
    readonly surelyNotSent: boolean,
  ) {
    super(message);
    this.name = 'WeixinTransportError';
  }
}

/**
 * Failures that happen before the first byte of a request leaves: name resolution, connecting, the TLS
 * handshake.
 */
const BEFORE_SENDING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EMFILE|UND_ERR_CONNECT_TIMEOUT|UND_ERR_CLOSED|CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|EPROTO)/;

/** Who is called, as errors name it. */
export interface CallTarget {
  /** Scheme, host and port: nothing of it is secret. */
  address: string;
  /** What to look at first where nobody listens there. */
  hint?: string;
}

const THIS_MACHINE = /^(?:(?:.+\.)?localhost|127\.[\d.]+|\[::1\])$/;

/** The platform; on this machine it can only be the simulator. */
export function platformAt(baseUrl: string): CallTarget {
  // A gateway may have a secret in its path, or before its host.
  const { origin: address, hostname } = new URL(baseUrl);
  return THIS_MACHINE.test(hostname) ? { address, hint: 'is the simulator running?' } : { address };
}

/**
 * Translates what went wrong beneath a transport (possibly wrapped, by axios or by an AggregateError) without
 * keeping path, query, headers or body.
 * @param neverStarted whether the request was handed to a connection, where the transport knows; else its
 * code decides
 */
export function transportError(
  error: unknown,
  { address, hint }: CallTarget,
  neverStarted?: boolean,
): WeixinTransportError {
  const known = [error, (error as { cause?: unknown } | undefined)?.cause].find(
    (one) => one instanceof WeixinTransportError,
  );
  if (known instanceof WeixinTransportError) return known;
  const code = errorCode(error);
  const surelyNotSent = neverStarted ?? BEFORE_SENDING.test(code);
  const what = surelyNotSent ? 'could not be reached' : 'gave no usable response';
  const why = [code || 'no code', ...(hint && code === 'ECONNREFUSED' ? [hint] : [])].join('; ');
  return new WeixinTransportError(`${address} ${what} (${why})`, surelyNotSent);
}

/** The code of what went wrong, wherever it was wrapped; the name where there is none. */
export function errorCode(error: unknown): string {
  const { code, cause, errors, name } = (error ?? {}) as {
    code?: unknown;
    cause?: unknown;
    errors?: unknown[];
    name?: string;
  };
  if (typeof code === 'string' && code !== 'ERR_BAD_RESPONSE') return code;
  if (Array.isArray(errors) && errors.length > 0) return errorCode(errors[0]);
  if (cause !== undefined) return errorCode(cause);
  return name ?? '';
}
