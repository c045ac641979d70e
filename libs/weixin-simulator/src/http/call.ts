import type { FastifyRequest } from 'fastify';
import { type Language, languageOf } from '../pages/language.js';
import type { Platform } from '../platform/platform.js';

/** A request as endpoints see it, without the web framework. */
export interface PlatformCall {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** The query as it came, without the `?`. */
  search: string;
  rawBody: Buffer;
  cookies: string;
  /** Of pages. */
  language: Language;
  /** The headers of a secured call; '' where there is none. */
  wechatmp: { appId: string; timestamp: string; signature: string };
  /** Name and port that it was called by. */
  host: string;
  /** The page it was opened from; '' where there is none. */
  referer: string;
  /** Of the connection; IPv4 in its plain form. */
  ip: string;
  /** The address it called, likewise. */
  localIp: string;
  /** Another call of this path about the same person is not answered yet. */
  overlapping: boolean;
  /** The body as JSON, or undefined when it is none. */
  json: unknown;
  /** The account this call is about, as far as that can be told before it is checked. */
  appId: string | null;
  openid: string | null;
  /** Calls of the same name that overlap know of each other; null: none does. */
  overlapKey: string | null;
}

export function readCall(request: FastifyRequest, platform: Platform): PlatformCall {
  const { path, query, search } = readAddress(request.raw.url ?? '/');
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const json = parseJson(rawBody);
  const fields = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const call = { method: request.method, path, query, search, rawBody, json };
  const appId =
    query.appid ??
    platform.tokens.ownerOf(query.access_token) ??
    (query.access_token ? undefined : (query.from_appid ?? platform.cloudRun?.owner)) ??
    textOrNull(fields.appid ?? fields.authorizer_appid);
  const person = readForm(call).get('person') ?? undefined;
  const openid =
    appId && platform.people.has(person)
      ? platform.people.openid(person, appId)
      : textOrNull(fields.touser ?? (path.startsWith('/wxa/') ? fields.openid : undefined));
  return {
    ...call,
    cookies: request.headers.cookie ?? '',
    language: languageOf(request.headers),
    wechatmp: {
      appId: headerOf(request, 'wechatmp-appid'),
      timestamp: headerOf(request, 'wechatmp-timestamp'),
      signature: headerOf(request, 'wechatmp-signature'),
    },
    host: headerOf(request, 'host'),
    referer: headerOf(request, 'referer'),
    ip: plainAddress(request.socket.remoteAddress),
    localIp: plainAddress(request.socket.localAddress),
    overlapping: false,
    appId,
    openid,
    overlapKey: overlapKeyOf(path, openid, textOrNull(fields.notify_code)),
  };
}

/** Sends to one person get into each other's way (43108), and so do updates of one card (85449). */
export function overlapKeyOf(path: string, openid: string | null, notifyCode: string | null): string | null {
  if (path.startsWith('/wxa/set_user_notify')) return notifyCode && `card ${notifyCode}`;
  return openid && `${path} ${openid}`;
}

function headerOf({ headers }: FastifyRequest, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function plainAddress(address = '127.0.0.1'): string {
  return address.replace(/^::ffff:/, '');
}

/** The fields of a posted form; none where forms have no business. */
export function readForm({ path, rawBody }: Pick<PlatformCall, 'path' | 'rawBody'>): URLSearchParams {
  return new URLSearchParams(path.startsWith('/mp/') ? rawBody.toString('utf8') : '');
}

/** The first of repeated parameters counts; broken percent-encoding is taken as it is. */
function readAddress(url: string): { path: string; query: Record<string, string>; search: string } {
  const at = url.indexOf('?');
  const query: Record<string, string> = Object.create(null);
  const search = at < 0 ? '' : url.slice(at + 1);
  for (const [name, value] of new URLSearchParams(search)) query[name] ??= value;
  return { path: at < 0 ? url : url.slice(0, at), query, search };
}

function parseJson(rawBody: Buffer): unknown {
  if (rawBody.length === 0) return undefined;
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
