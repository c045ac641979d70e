import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { IsOptional } from 'class-validator';
import { IsSetAndFit, type OptionChecks, unset } from '../../kernel/option-checks.js';
import { Secret } from '../../kernel/secret.js';

const NUMBER = /^[0-9A-Fa-f]{32}$/;
const NUMBER_RULE = 'must be the 32 hexadecimal characters that the console shows beside the key';
const KEY_BYTES = 32;

/** The kinds that the console offers, and what we hold against each. */
const NOT_SUPPORTED =
  'is not supported: WeChat publishes no example of it that an implementation could be held against';

/** The symmetric key (对称密钥). */
export class SymmetricKeyOptions {
  /** Its number (编号), 32 hexadecimal characters. */
  @IsSetAndFit(NUMBER, NUMBER_RULE)
  sn!: string | undefined;

  /** 32 bytes in base64, as the console shows them. Never logged. */
  key!: string | undefined;

  /** `AES256_GCM`; `SM4_GCM` is refused. @default 'AES256_GCM' */
  algorithm?: string = 'AES256_GCM';
}

/** The application key (非对称密钥), of which the console holds the public half. */
export class ApplicationKeyOptions {
  /** The RSA private key in PEM, PKCS#1 or PKCS#8, as the console gives it once. Never logged. */
  privateKey!: string | undefined;

  /** `RSAwithSHA256`; `SM2withSM3` is refused. @default 'RSAwithSHA256' */
  algorithm?: string = 'RSAwithSHA256';
}

/** A certificate of the platform (平台证书), from the console. */
export class PlatformCertificateOptions {
  /** Its number (编号) in the console, 32 hexadecimal characters; not the serial number within it. */
  @IsSetAndFit(NUMBER, NUMBER_RULE)
  sn!: string | undefined;

  /** X.509 in PEM. */
  certificate!: string | undefined;
}

/**
 * API security of a mini-program (the console's 开发管理 – 开发设置 – API 安全): the calls that WeChat lists are signed
 * and encrypted, and only answers that WeChat signed and encrypted are believed. Switch it on in the console
 * after all processes have these options.
 */
export class ApiSecurityOptions {
  /** The first encrypts, all of them decrypt: while one is being replaced, list the new one first. */
  symmetricKeys!: SymmetricKeyOptions[];

  applicationKey!: ApplicationKeyOptions;

  /**
   * Any of them may have signed an answer. Around a change WeChat signs with the old one and the new one: add
   * the new one when the log asks for it, and leave the old one out when it is over.
   */
  platformCertificates!: PlatformCertificateOptions[];

  /**
   * The appid that the keys are of, where it is not the account's own: the component appid, for an account of
   * a third-party platform. @default the account's `appId`
   */
  @IsOptional()
  @IsSetAndFit(/^[\w-]{1,32}$/, 'must be 1–32 letters, digits, "_" or "-"')
  appId?: string;

  /**
   * The address that is signed, without path, as WeChat sees it: needed where `apiBaseUrl` is a gateway of
   * your own. @default `apiBaseUrl`
   */
  signedBaseUrl?: string;
}

export interface SymmetricKey {
  readonly sn: string;
  /** 32 bytes in base64. */
  readonly key: Secret;
}

export interface PlatformCertificate {
  readonly sn: string;
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970 UTC. */
  readonly validTo: number;
}

/** Nothing in it prints a key: a `KeyObject` shows none, nor does a `Secret`. */
export interface ApiSecurityConfig {
  /** The appid that signs. */
  readonly appId: string;
  /** The first encrypts. */
  readonly symmetricKeys: readonly SymmetricKey[];
  readonly privateKey: KeyObject;
  readonly certificates: ReadonlyMap<string, PlatformCertificate>;
  /** Without a slash at the end; absent: `apiBaseUrl`. */
  readonly signedBaseUrl?: string;
}

/**
 * None of the messages shows a key.
 * @param accountAppId whose option it is
 */
export function resolveApiSecurity(
  checks: OptionChecks,
  at: string,
  given: ApiSecurityOptions | undefined,
  accountAppId: string,
): ApiSecurityConfig | undefined {
  if (given === undefined || given === null) return undefined;
  const { appId, signedBaseUrl, ...keys } = checks.read(at, ApiSecurityOptions, given);
  const symmetricKeys = entries(checks, `${at}.symmetricKeys`, keys.symmetricKeys).map((one, index) =>
    symmetricKey(checks, `${at}.symmetricKeys[${index}]`, one),
  );
  const certificates = entries(checks, `${at}.platformCertificates`, keys.platformCertificates).map(
    (one, index) => certificate(checks, `${at}.platformCertificates[${index}]`, one),
  );
  const privateKey = applicationKey(checks, `${at}.applicationKey`, keys.applicationKey);
  // What was refused makes `checks.finish()` throw: nobody sees the gaps.
  return Object.freeze({
    appId: appId ?? accountAppId,
    symmetricKeys: Object.freeze(symmetricKeys),
    privateKey: privateKey as KeyObject,
    certificates: new Map(certificates.flatMap((one) => (one ? [[one.sn, one] as const] : []))),
    ...(signedBaseUrl !== undefined && {
      signedBaseUrl: checks.url(`${at}.signedBaseUrl`, signedBaseUrl).href.replace(/\/$/, ''),
    }),
  });
}

function entries<T extends { sn?: string }>(checks: OptionChecks, at: string, given: T[] | undefined): T[] {
  if (!Array.isArray(given) || given.length === 0) {
    checks.refuse(at, 'must list at least one');
    return [];
  }
  given.forEach((one, index) => {
    if (given.findIndex((other) => other?.sn === one?.sn) < index && one?.sn !== undefined)
      checks.refuse(`${at}[${index}].sn`, `"${one.sn}" is listed twice`);
  });
  return given;
}

function symmetricKey(checks: OptionChecks, at: string, given: SymmetricKeyOptions): SymmetricKey {
  const { sn, key, algorithm } = checks.read(at, SymmetricKeyOptions, given);
  requireAlgorithm(checks, `${at}.algorithm`, algorithm, 'AES256_GCM');
  const missing = unset(key);
  if (missing) checks.refuse(`${at}.key`, missing);
  else if (typeof key !== 'string' || Buffer.from(key, 'base64').length !== KEY_BYTES)
    checks.refuse(`${at}.key`, `must be ${KEY_BYTES} bytes in base64, as the console shows them`);
  return { sn: String(sn), key: new Secret(String(key)) };
}

function applicationKey(
  checks: OptionChecks,
  at: string,
  given: ApplicationKeyOptions | undefined,
): KeyObject | undefined {
  if (given === undefined || given === null) {
    checks.refuse(at, 'is missing: it signs the calls');
    return undefined;
  }
  const { privateKey, algorithm } = checks.read(at, ApplicationKeyOptions, given);
  if (!requireAlgorithm(checks, `${at}.algorithm`, algorithm, 'RSAwithSHA256')) return undefined;
  const missing = unset(privateKey);
  if (missing) {
    checks.refuse(`${at}.privateKey`, missing);
    return undefined;
  }
  const key = readKey(() => createPrivateKey(String(privateKey)));
  if (key?.asymmetricKeyType === 'rsa') return key;
  checks.refuse(`${at}.privateKey`, whyNoPrivateKey(String(privateKey), key));
  return undefined;
}

function whyNoPrivateKey(text: string, key: KeyObject | undefined): string {
  if (key) return `is a key of type "${key.asymmetricKeyType}", and must be RSA: SM2 ${NOT_SUPPORTED}`;
  if (readKey(() => createPublicKey(text)))
    return 'is a public key or a certificate; it must be the private key, which the console gives only when the pair is made';
  return 'must be an RSA private key in PEM ("-----BEGIN RSA PRIVATE KEY-----" or "-----BEGIN PRIVATE KEY-----") with its line breaks, without a passphrase';
}

function certificate(
  checks: OptionChecks,
  at: string,
  given: PlatformCertificateOptions,
): PlatformCertificate | undefined {
  const { sn, certificate: pem } = checks.read(at, PlatformCertificateOptions, given);
  const missing = unset(pem);
  if (missing) {
    checks.refuse(`${at}.certificate`, missing);
    return undefined;
  }
  const read = readCertificate(String(pem));
  if (!read) {
    checks.refuse(
      `${at}.certificate`,
      'must be an X.509 certificate in PEM ("-----BEGIN CERTIFICATE-----") with its line breaks',
    );
    return undefined;
  }
  const { publicKey, validTo } = read;
  if (publicKey.asymmetricKeyType === 'rsa')
    return { sn: String(sn), publicKey, validTo: Date.parse(validTo) };
  checks.refuse(
    `${at}.certificate`,
    `has a key of type "${publicKey.asymmetricKeyType}", and must have one of RSA: SM2 ${NOT_SUPPORTED}`,
  );
  return undefined;
}

function requireAlgorithm(
  checks: OptionChecks,
  at: string,
  given: string | undefined,
  only: string,
): boolean {
  if (given === only) return true;
  const isChinese = given === 'SM4_GCM' || given === 'SM2withSM3';
  checks.refuse(
    at,
    isChinese ? `"${given}" ${NOT_SUPPORTED}. Choose ${only} in the console` : `must be "${only}"`,
  );
  return false;
}

function readKey(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function readCertificate(pem: string): { publicKey: KeyObject; validTo: string } | undefined {
  try {
    const { publicKey, validTo } = new X509Certificate(pem);
    return { publicKey, validTo };
  } catch {
    return undefined;
  }
}
