import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { objectOf, parseExactObject } from '../../kernel/exact-json.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import type { WeixinHttpResponse } from '../transport.js';
import { WeixinConfig } from '../weixin.options.js';
import { AnswerReplays } from './answer-replays.js';
import type { ApiSecurityConfig, PlatformCertificate } from './api-security.options.js';
import { isSignatureOf, type SignedMessage, signMessage } from './message-signature.js';
import { IV_BYTES, openPayload, readPayload, sealPayload, writePayload } from './payload-cipher.js';

/** How far the time of an answer may be from ours, as the guide has it for one that is late. */
const WINDOW_MS = 300_000;
const NONCE_BYTES = 24;
const DAY_MS = 86_400_000;
/** From then on the log asks for the next certificate. */
const CERTIFICATE_NOTICE_MS = 30 * DAY_MS;

/**
 * The codes that WeChat answers in clear, from before the point where it opens what was sent: of the token,
 * of the caller, of the account, of the security itself, and "busy". Every other code without a signature is
 * not WeChat's (docs/platform.md §13.3).
 */
const PLAIN_CODES = new Set([
  ...[-1, 40001, 40013, 40014, 40164, 41001, 42001, 43002, 44002, 45009, 45011, 47001, 48001, 61004],
  ...[40230, 40231, 40232, 40233, 40234, 40235, 40236, 40237, 40238, 40239, 40240, 934011],
]);

/** A call that is to be secured. */
export interface PlainCall {
  path: string;
  /** The access_token, and what goes into the encrypted body. */
  query: Record<string, string>;
  /** The text of a JSON object. */
  body: string;
}

/** What leaves in its place. */
export interface SecuredCall {
  query: Record<string, string>;
  body: string;
  headers: Record<string, string>;
  /** The address that was signed, and signs the answer. */
  url: string;
}

/** `opened`: WeChat's own words. `unusable`: nobody knows who said it, or it can not be read. */
export type SecuredAnswer = { opened: Record<string, unknown> } | { unusable: string };

/** Signs and encrypts calls, and opens answers only WeChat can have given (docs/platform.md §13). */
@Injectable()
export class CallSecurity {
  private readonly logger = new LibraryLogger('ApiSecurity');
  private readonly replays = new AnswerReplays(2 * WINDOW_MS);
  private readonly warned = new Set<string>();

  constructor(
    private readonly clock: Clock,
    private readonly config: WeixinConfig,
  ) {}

  /** Fresh time, nonces and ciphertext for every attempt, also for the same call again. */
  secure(call: PlainCall, security: ApiSecurityConfig): SecuredCall {
    const { appId, privateKey } = security;
    const [key] = security.symmetricKeys;
    const timestamp = String(Math.floor(this.clock.now() / 1000));
    const url = (security.signedBaseUrl ?? this.config.apiBaseUrl) + call.path;
    const { access_token: token, ...parameters } = call.query;
    // Not from RandomSource: a nonce that a test could repeat would give the key away.
    const nonce = randomBytes(NONCE_BYTES).toString('base64').replaceAll('=', '');
    const plaintext = withFields(call.body, {
      _n: nonce,
      _appid: appId,
      _timestamp: Number(timestamp),
      ...parameters,
    });
    const sealed = sealPayload(
      plaintext,
      Buffer.from(key.key.reveal(), 'base64'),
      `${url}|${appId}|${timestamp}|${key.sn}`,
      randomBytes(IV_BYTES),
    );
    const body = writePayload(sealed);
    const signature = signMessage({ url, appId, timestamp, body }, privateKey);
    return {
      url,
      body,
      query: token === undefined ? {} : { access_token: token },
      headers: {
        'wechatmp-appid': appId,
        'wechatmp-timestamp': timestamp,
        'wechatmp-signature': signature,
      },
    };
  }

  /** @param url that of the call that is answered */
  open({ body, headers = {} }: WeixinHttpResponse, url: string, security: ApiSecurityConfig): SecuredAnswer {
    const read = parseExactObject(body);
    if (!read) return { unusable: 'a body that is not a JSON object' };
    const header = headerReader(headers);
    const timestamp = header('wechatmp-timestamp');
    if (timestamp === undefined && header('wechatmp-signature') === undefined) return inClear(read);
    const { appId } = security;
    if (header('wechatmp-appid') !== appId) return { unusable: 'a signed answer to another appid' };
    if (timestamp === undefined || !/^\d{1,11}$/.test(timestamp) || this.isFarOff(timestamp))
      return {
        unusable: `a signed answer whose time is more than ${WINDOW_MS / 1000} s from ours: compare the clock of this server`,
      };
    const why = this.whyNotSigned({ url, appId, timestamp, body }, header, security);
    if (why !== undefined) return { unusable: why };
    const payload = readPayload(read);
    if (!payload) return { unusable: 'a signed answer that is not encrypted' };
    const plaintext = security.symmetricKeys
      .map(({ sn, key }) =>
        openPayload(payload, Buffer.from(key.reveal(), 'base64'), `${url}|${appId}|${timestamp}|${sn}`),
      )
      .find((opened) => opened !== undefined);
    if (plaintext === undefined)
      return { unusable: 'a signed answer that none of the symmetric keys of the account opens' };
    if (!this.replays.take(payload.iv.toString('latin1'), this.clock.now()))
      return { unusable: 'a signed answer that was given before' };
    return opened(plaintext, appId, timestamp);
  }

  private isFarOff(timestamp: string): boolean {
    return Math.abs(this.clock.now() - 1000 * Number(timestamp)) > WINDOW_MS;
  }

  /** Around a change of certificate there are two signatures; the one whose certificate is known counts. */
  private whyNotSigned(
    message: SignedMessage,
    header: (name: string) => string | undefined,
    { certificates, appId }: ApiSecurityConfig,
  ): string | undefined {
    for (const suffix of ['', '-deprecated']) {
      const sn = header(`wechatmp-serial${suffix}`);
      const signature = header(`wechatmp-signature${suffix}`);
      const certificate = sn === undefined ? undefined : certificates.get(sn);
      if (!certificate || signature === undefined) continue;
      if (!isSignatureOf(message, signature, certificate.publicKey))
        return 'an answer whose signature is not of the platform certificate that it names';
      if (suffix !== '') this.askForCertificate(appId, header('wechatmp-serial'));
      this.watchEnd(appId, certificate);
      return undefined;
    }
    const sn = header('wechatmp-serial');
    this.askForCertificate(appId, sn);
    return `an answer signed with the platform certificate ${shown(sn)}, which is not in apiSecurity.platformCertificates`;
  }

  private askForCertificate(appId: string, sn: string | undefined): void {
    this.warnOnce(
      `${appId} ${sn}`,
      `account ${appId}: WeChat signs with the platform certificate ${shown(sn)} now: fetch it from the console and add it to apiSecurity.platformCertificates`,
    );
  }

  private watchEnd(appId: string, { sn, validTo }: PlatformCertificate): void {
    if (validTo - this.clock.now() > CERTIFICATE_NOTICE_MS) return;
    this.warnOnce(
      `${appId} ${sn} ends`,
      `account ${appId}: the platform certificate ${sn} ends ${new Date(validTo).toISOString()}: look for the next one in the console`,
    );
  }

  private warnOnce(what: string, line: string): void {
    if (this.warned.has(what) || this.warned.size >= 1000) return;
    this.warned.add(what);
    this.logger.warn(line);
  }
}

/** Puts fields before those of an object's text, which stays as it is: its numbers may be long. */
function withFields(objectText: string, fields: Record<string, string | number>): string {
  const before = JSON.stringify(fields).slice(0, -1);
  const own = objectText.trim().slice(1);
  return own.trimStart().startsWith('}') ? `${before}}` : `${before},${own}`;
}

function inClear(body: Record<string, unknown>): SecuredAnswer {
  if (readPayload(body)) return { unusable: 'an encrypted answer without a signature' };
  return PLAIN_CODES.has(Number(body.errcode))
    ? { opened: body }
    : { unusable: 'an answer without a signature' };
}

function opened(plaintext: string, appId: string, timestamp: string): SecuredAnswer {
  const read = objectOf(parseExactObject(plaintext));
  if (!read) return { unusable: 'a signed answer whose content is not a JSON object' };
  const { _n, _appid, _timestamp, ...answer } = read;
  if (_appid !== appId || String(_timestamp) !== timestamp)
    return { unusable: 'a signed answer whose content is of another appid or time' };
  return { opened: answer };
}

/** A header that stands there twice says nothing. */
function headerReader(headers: NonNullable<WeixinHttpResponse['headers']>) {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name: string): string | undefined => {
    const value = byName.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
}

/** What somebody on the way may have written. */
function shown(sn: string | undefined): string {
  return sn !== undefined && /^[\w-]{1,64}$/.test(sn) ? sn : '(none)';
}
