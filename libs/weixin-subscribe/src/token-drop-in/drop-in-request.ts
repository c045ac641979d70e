import { refuse } from './weixin-refusal.js';

/** What an SDK sends to either of WeChat's token calls. */
export interface DropInRequest {
  grantType?: string;
  appId?: string;
  /** A service key. */
  secret?: string;
  forceRefresh: boolean;
}

/** A parameter given twice, or as a structure, counts as missing. */
export function fromQuery(query: Record<string, unknown>): DropInRequest {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    grantType: text(query.grant_type),
    appId: text(query.appid),
    secret: text(query.secret),
    forceRefresh: false,
  };
}

/**
 * @throws {WeixinRefusal} 44002 for nothing at all, 47001 for what is no JSON object or has a field of
 * another type
 */
export function fromBody(body: string): DropInRequest {
  const fields = parse(body);
  if (fields === null || typeof fields !== 'object' || Array.isArray(fields)) throw refuse('notJson');
  const { grant_type, appid, secret, force_refresh } = fields as Record<string, unknown>;
  return {
    grantType: textOf(grant_type),
    appId: textOf(appid),
    secret: textOf(secret),
    forceRefresh: flagOf(force_refresh),
  };
}

function parse(text: string): unknown {
  if (text.trim() === '') throw refuse('noBody');
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's own message would quote the body, and with it the key.
    throw refuse('notJson');
  }
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw refuse('notJson');
  return value;
}

function flagOf(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw refuse('notJson');
  return value;
}
