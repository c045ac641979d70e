import { createPrivateKey, createPublicKey } from 'node:crypto';
import { FieldReader } from '../common/field-reader.js';

const NUMBER = /^[0-9a-f]{32}$/i;
const NUMBER_MEANING = 'must be the 32 hexadecimal characters of a key';

/** A certificate of the platform: what signs, and the number in the console. */
export interface PlatformKeyOptions {
  sn: string;
  /** RSA, PEM. */
  privateKey: string;
}

/** API security (API 安全) of a mini-program: what its console holds, and the platform's own half. */
export interface ApiSecurityOptions {
  /**
   * `required`: a call in clear to a path that is secured is refused. `accepted`: it is taken.
   * @default 'required'
   */
  mode?: 'required' | 'accepted';
  symmetricKey: { sn: string; key: string };
  /** While the symmetric key is being replaced: the older one is still taken. @default none */
  olderSymmetricKey?: { sn: string; key: string };
  /** The public half of the account's application key, PEM; `null`: it has uploaded none (40239). */
  publicKey: string | null;
  /** Signs the answers. */
  platformKey: PlatformKeyOptions;
  /** While the certificate is being replaced: the one that is going, which signs as well. @default none */
  deprecatedPlatformKey?: PlatformKeyOptions;
  /** How far the time of a call may be from the platform's clock, then 40240. @default 300 */
  windowSeconds?: number;
  /** A nonce (`_n`) that was seen before: taken, or 40235. @default 'accept' */
  replays?: 'accept' | 'refuse';
}

export type ApiSecurity = Required<Pick<ApiSecurityOptions, 'mode' | 'windowSeconds' | 'replays'>> &
  Omit<ApiSecurityOptions, 'mode' | 'windowSeconds' | 'replays'>;

export function readApiSecurity(item: unknown, path: string): ApiSecurity {
  const fields = new FieldReader(item, path).onlyKnown([
    ...['mode', 'symmetricKey', 'olderSymmetricKey', 'publicKey', 'platformKey', 'deprecatedPlatformKey'],
    ...['windowSeconds', 'replays'],
  ]);
  const older = fields.raw('olderSymmetricKey');
  const deprecated = fields.raw('deprecatedPlatformKey');
  return {
    mode: fields.oneOf('mode', ['required', 'accepted'] as const) ?? 'required',
    symmetricKey: readSymmetric(fields.raw('symmetricKey') ?? {}, fields.at('symmetricKey')),
    ...(older !== undefined && { olderSymmetricKey: readSymmetric(older, fields.at('olderSymmetricKey')) }),
    publicKey: fields.isNull('publicKey') ? null : readPem(fields, 'publicKey', createPublicKey),
    platformKey: readPlatformKey(fields.raw('platformKey') ?? {}, fields.at('platformKey')),
    ...(deprecated !== undefined && {
      deprecatedPlatformKey: readPlatformKey(deprecated, fields.at('deprecatedPlatformKey')),
    }),
    windowSeconds: fields.integer('windowSeconds', 1) ?? 300,
    replays: fields.oneOf('replays', ['accept', 'refuse'] as const) ?? 'accept',
  };
}

function readSymmetric(item: unknown, path: string): { sn: string; key: string } {
  const fields = new FieldReader(item, path).onlyKnown(['sn', 'key']);
  const key = fields.requiredText('key');
  if (Buffer.from(key, 'base64').length !== 32) fields.fail('key', 'must be 32 bytes in base64');
  return { sn: fields.requiredText('sn', NUMBER, NUMBER_MEANING), key };
}

function readPlatformKey(item: unknown, path: string): PlatformKeyOptions {
  const fields = new FieldReader(item, path).onlyKnown(['sn', 'privateKey']);
  return {
    sn: fields.requiredText('sn', NUMBER, NUMBER_MEANING),
    privateKey: readPem(fields, 'privateKey', createPrivateKey),
  };
}

function readPem(fields: FieldReader, name: string, read: (pem: string) => unknown): string {
  const pem = fields.requiredText(name);
  try {
    read(pem);
    return pem;
  } catch {
    return fields.fail(name, 'must be a key in PEM');
  }
}
