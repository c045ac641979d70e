import { constants, createCipheriv, createDecipheriv, createSign, createVerify } from 'node:crypto';
import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import type { Platform } from '../platform/platform.js';
import type { ApiSecurity } from '../security/api-security.js';
import { overlapKeyOf, type PlatformCall } from './call.js';

/** The calls of this simulator that the official list names (fact sheet §13.1). */
const SECURED = [
  '/cgi-bin/clear_quota',
  '/cgi-bin/message/subscribe/send',
  '/cgi-bin/openapi/quota/get',
  '/cgi-bin/openapi/rid/get',
  '/wxaapi/newtmpl/addtemplate',
  '/wxaapi/newtmpl/deltemplate',
];
const OFFICIAL = 'https://api.weixin.qq.com';
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

/** A call that came secured, opened: what endpoints see, and what its answer is sealed with. */
export interface OpenedCall {
  call: PlatformCall;
  terms: SealTerms;
}

export interface SealTerms {
  url: string;
  appId: string;
  security: ApiSecurity;
  symmetricKey: { sn: string; key: string };
}

/**
 * Looks at a call as the platform's security check does, in the order of row 41. `undefined`: it goes on as
 * it came.
 */
export function openCall(platform: Platform, call: PlatformCall): OpenedCall | Refusal | undefined {
  if (!SECURED.includes(call.path)) return undefined;
  const { appId, timestamp, signature } = call.wechatmp;
  if (appId === '' && timestamp === '' && signature === '') return checkPlain(platform, call);
  if (appId === '') return refuse(40233);
  if (timestamp === '') return refuse(40231);
  if (signature === '') return refuse(40232);
  const account = platform.accounts.find(appId);
  const isComponent = appId === platform.component.config?.appId;
  if (account === undefined && !isComponent) return refuse(40236);
  const token = platform.tokens.inspect(call.query.access_token ?? '');
  if (isRefusal(token)) return call.query.access_token ? token : refuse(41001);
  // A third-party platform calls with keys of its own, under its own appid; the one here has none.
  if (token.family === 'authorizer') return refuse(isComponent ? 40238 : 40237);
  if (account === undefined || token.appId !== appId) return refuse(40237);
  const security = account.apiSecurity;
  if (security === null) return refuse(40238, 'developer secret sym serial not existed');
  if (security.publicKey === null) return refuse(40239);
  const now = platform.clock.now() / 1000;
  if (!/^\d+$/.test(timestamp) || Math.abs(now - Number(timestamp)) > security.windowSeconds)
    return refuse(40240);
  const body = call.rawBody.toString('utf8');
  const url = [`http://${call.host}`, OFFICIAL]
    .map((base) => base + call.path)
    .find((address) => {
      const verifier = createVerify('RSA-SHA256').update([address, appId, timestamp, body].join('\n'));
      return verifier.verify({ key: security.publicKey ?? '', ...PSS }, signature, 'base64');
    });
  if (url === undefined) return refuse(40234);
  return decrypt(platform, call, { url, appId, security });
}

function checkPlain(platform: Platform, call: PlatformCall): Refusal | undefined {
  const value = call.query.access_token ?? '';
  const token = platform.tokens.inspect(value);
  if (!isRefusal(token) && token.family === 'authorizer') return undefined;
  const appId = platform.tokens.ownerOf(value);
  const security = platform.accounts.find(appId ?? undefined)?.apiSecurity;
  return security?.mode === 'required' ? refuse(40233) : undefined;
}

function decrypt(
  platform: Platform,
  call: PlatformCall,
  { url, appId, security }: Omit<SealTerms, 'symmetricKey'>,
): OpenedCall | Refusal {
  const envelope = asObject(call.rawBody.toString('utf8'));
  for (const symmetricKey of [security.symmetricKey, security.olderSymmetricKey]) {
    if (symmetricKey === undefined || envelope === undefined) continue;
    const aad = [url, appId, call.wechatmp.timestamp, symmetricKey.sn].join('|');
    const content = asObject(decipher(envelope, symmetricKey.key, aad) ?? '');
    if (content === undefined) continue;
    const { _n, _appid, _timestamp, ...fields } = content;
    const isFresh = typeof _n === 'string' && (security.replays === 'accept' || platform.nonces.take(_n));
    if (_appid !== appId || _timestamp !== Number(call.wechatmp.timestamp) || !isFresh) return refuse(40235);
    const rawBody = Buffer.from(JSON.stringify(fields));
    const openid = typeof fields.touser === 'string' ? fields.touser : null;
    return {
      call: {
        ...{ ...call, rawBody, json: fields, appId, openid },
        overlapKey: overlapKeyOf(call.path, openid, null),
      },
      terms: { url, appId, security, symmetricKey },
    };
  }
  return refuse(40235);
}

function decipher(
  { iv, data, authtag }: Record<string, unknown>,
  key: string,
  aad: string,
): string | undefined {
  if (typeof iv !== 'string' || typeof data !== 'string' || typeof authtag !== 'string') return undefined;
  const tag = Buffer.from(authtag, 'base64');
  if (tag.length !== 16) return undefined;
  try {
    const opening = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64'), Buffer.from(iv, 'base64'));
    opening.setAAD(Buffer.from(aad));
    opening.setAuthTag(tag);
    return opening.update(data, 'base64', 'utf8') + opening.final('utf8');
  } catch {
    return undefined;
  }
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What is put into the body, and how it is signed; a fault changes one of them. */
export interface SealedAnswer {
  body: string;
  headers: Record<string, string>;
}

/** Encrypts an answer and signs it. @param now Unix seconds, as the header will have them */
export function sealAnswer(platform: Platform, terms: SealTerms, answer: string, now: number): SealedAnswer {
  const { url, appId, security, symmetricKey } = terms;
  const rest = answer.slice(1) === '}' ? '}' : `,${answer.slice(1)}`;
  const head = JSON.stringify({ _n: platform.random.hex(32), _appid: appId, _timestamp: now });
  const iv = Buffer.from(platform.random.hex(24), 'hex');
  const sealing = createCipheriv('aes-256-gcm', Buffer.from(symmetricKey.key, 'base64'), iv);
  sealing.setAAD(Buffer.from([url, appId, now, symmetricKey.sn].join('|')));
  const data = sealing.update(head.slice(0, -1) + rest, 'utf8', 'base64') + sealing.final('base64');
  const authtag = sealing.getAuthTag().toString('base64');
  const body = JSON.stringify({ iv: iv.toString('base64'), data, authtag });
  return { body, headers: signAnswer(terms, security, body, now) };
}

export function signAnswer(
  { url, appId }: Pick<SealTerms, 'url' | 'appId'>,
  { platformKey, deprecatedPlatformKey }: Pick<ApiSecurity, 'platformKey' | 'deprecatedPlatformKey'>,
  body: string,
  now: number,
): Record<string, string> {
  const signed = (key: string) =>
    createSign('RSA-SHA256')
      .update([url, appId, now, body].join('\n'))
      .sign({ key, ...PSS }, 'base64');
  return {
    'wechatmp-appid': appId,
    'wechatmp-timestamp': String(now),
    'wechatmp-serial': platformKey.sn,
    'wechatmp-signature': signed(platformKey.privateKey),
    ...(deprecatedPlatformKey && {
      'wechatmp-serial-deprecated': deprecatedPlatformKey.sn,
      'wechatmp-signature-deprecated': signed(deprecatedPlatformKey.privateKey),
    }),
  };
}
