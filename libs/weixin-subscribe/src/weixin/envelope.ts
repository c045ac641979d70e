import { parseExactObject } from '../kernel/exact-json.js';
import type { WeixinHttpResponse } from './transport.js';

/** What the platform said. `errcode` 0 when the answer carries none, as successful token answers do. */
export interface WeixinEnvelope {
  errcode: number;
  errmsg: string;
  /** The platform's id of this call, for `openapi/rid/get` and for support. */
  rid?: string;
  /** Whole numbers beyond 2^53 (a msgid) are texts of their digits. */
  body: Record<string, unknown>;
}

const RID = /\brid: ([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})/;

/**
 * Reads an answer. The platform answers JSON under `text/plain` as well, and in bad moments an empty body or
 * an HTML page (docs/platform.md §3.6); those say nothing about what happened and give `undefined`, as does
 * every status but 2xx.
 */
export function parseEnvelope(response: WeixinHttpResponse): WeixinEnvelope | undefined {
  if (response.status < 200 || response.status > 299) return undefined;
  const body = parseExactObject(response.body);
  return body && envelopeOf(body);
}

/** The same of an object that was read already. */
export function envelopeOf(body: Record<string, unknown>): WeixinEnvelope | undefined {
  const errcode = body.errcode === undefined ? 0 : wholeNumber(body.errcode);
  if (errcode === undefined) return undefined;
  const errmsg = typeof body.errmsg === 'string' ? body.errmsg : '';
  return { errcode, errmsg, rid: RID.exec(errmsg)?.[1], body };
}

/**
 * As a number or as its digits. `Number()` alone would read null, "" and [] as 0, which means success here.
 */
function wholeNumber(value: unknown): number | undefined {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
