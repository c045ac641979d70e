import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import { checkCredentials } from '../token/token-credentials.js';
import type { IssuedToken } from '../token/token-issuer.js';
import type { Answer } from './answer.js';
import type { Endpoint, EndpointContext } from './endpoint.js';

/** `GET /cgi-bin/token?grant_type=client_credential&appid=&secret=` (official page "getAccessToken"). */
export const tokenEndpoint: Endpoint = (call, context) => {
  if (call.method !== 'GET') return context.write.refusal(refuse(43001));
  const { accounts, issuer } = context.platform;
  const { grant_type: grantType, appid: appId, secret: appSecret } = call.query;
  const account = checkCredentials(accounts, { grantType, appId, appSecret }, 'token', call.ip);
  return writeToken(isRefusal(account) ? account : issuer.latest(account), context);
};

/** `POST /cgi-bin/stable_token` with JSON (official page "getStableAccessToken"). */
export const stableTokenEndpoint: Endpoint = (call, context) => {
  if (call.method !== 'POST') return context.write.refusal(refuse(43002));
  if (call.rawBody.length === 0) return context.write.refusal(refuse(44002));
  const body = readBody(call.json);
  if (!body) return context.write.refusal(refuse(47001));
  const { accounts, issuer } = context.platform;
  const { grant_type: grantType, appid: appId, secret: appSecret } = body.texts;
  const account = checkCredentials(accounts, { grantType, appId, appSecret }, 'stable', call.ip);
  return writeToken(isRefusal(account) ? account : issuer.stable(account, body.force), context);
};

function readBody(json: unknown): { texts: Record<string, string | undefined>; force: boolean } | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const { grant_type, appid, secret, force_refresh } = json as Record<string, unknown>;
  const texts: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries({ grant_type, appid, secret })) {
    if (value !== undefined && value !== null && typeof value !== 'string') return undefined;
    texts[name] = value ?? undefined;
  }
  if (force_refresh !== undefined && force_refresh !== null && typeof force_refresh !== 'boolean')
    return undefined;
  return { texts, force: force_refresh === true };
}

function writeToken(result: IssuedToken | Refusal, { write }: EndpointContext): Answer {
  if (isRefusal(result)) return write.refusal(result);
  return write.json({ access_token: result.value, expires_in: result.expiresIn });
}
