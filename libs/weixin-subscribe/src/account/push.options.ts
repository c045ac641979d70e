import { IsOptional } from 'class-validator';
import { IsChoice, IsSetAndFit, type OptionChecks, unset } from '../kernel/option-checks.js';
import { Secret } from '../kernel/secret.js';

/** `plain`: pushes in clear. `compatible`: clear and encrypted in one body. `safe`: encrypted only. */
export const PUSH_MODES = ['plain', 'compatible', 'safe'] as const;
export type PushMode = (typeof PUSH_MODES)[number];

const PRIVATE_NETWORK = 'private-network';

export const PUSH_FORMATS = ['xml', 'json'] as const;
export type PushFormat = (typeof PUSH_FORMATS)[number];

/**
 * The console's page of message push (消息推送, 服务器配置), whose URL `PushEventService.urlOf(appId)` returns:
 * `publicBaseUrl` + `/weixin/push/<appId>`, moved by `setGlobalPrefix`, URI versioning and `RouterModule`. A
 * push whose timestamp is more than 300 s away from this server's clock is refused.
 */
export class PushOptions {
  /** The Token of that page, 3–32 letters or digits. Never logged. */
  @IsSetAndFit(/^[A-Za-z0-9]{3,32}$/, 'must be 3–32 letters or digits')
  token!: string | undefined;

  /** Its EncodingAESKey, 43 letters or digits. Never logged. Required unless `mode` is `plain`. */
  @IsOptional()
  @IsSetAndFit(/^[A-Za-z0-9+/]{43}$/, 'must be the 43 characters that the console shows')
  encodingAesKey?: string;

  /**
   * Which signatures a push needs, whatever the push itself says. `plain`: `signature`, which does not cover
   * the body; take it for trials only. `compatible`: `signature`, and `msg_signature` over the encrypted
   * part, which alone is read. `safe`: `msg_signature`. To change over without a loss: this option to
   * `compatible` after the console, and to `safe` before it.
   * @default 'safe' when there is an `encodingAesKey`, else 'plain'
   */
  @IsOptional()
  @IsChoice(PUSH_MODES)
  mode?: PushMode;

  /** @default both are read */
  @IsOptional()
  @IsChoice(PUSH_FORMATS)
  format?: PushFormat;
}

/**
 * Pushes of WeChat Cloud Run, over its internal link: without signature, encryption and URL check. Whoever
 * reaches the endpoint is believed, so it is for services without public access, and for accounts with the
 * credential `cloud`.
 */
export class PrivateNetworkPushOptions {
  @IsChoice([PRIVATE_NETWORK])
  mode!: typeof PRIVATE_NETWORK;

  /** @default both are read */
  @IsOptional()
  @IsChoice(PUSH_FORMATS)
  format?: PushFormat;
}

export type PushConfig = SignedPushConfig | UnsignedPushConfig;

/** Whoever reaches the endpoint is believed. */
export interface UnsignedPushConfig {
  readonly mode: typeof PRIVATE_NETWORK;
  /** Absent: both. */
  readonly format?: PushFormat;
}

export interface SignedPushConfig {
  readonly token: Secret;
  /** Present unless the mode is `plain`. */
  readonly encodingAesKey?: Secret;
  readonly mode: PushMode;
  /** Absent: both. */
  readonly format?: PushFormat;
  /** The appId that is sealed in, where it is not that of the account: a third-party platform. */
  readonly sealedFor?: string;
}

/** The rules are the console's own. None of the messages shows a value: both are secrets. */
export function resolvePush(
  checks: OptionChecks,
  at: string,
  given: PushOptions | PrivateNetworkPushOptions | undefined,
): PushConfig | undefined {
  if (given === undefined) return undefined;
  if (given.mode === PRIVATE_NETWORK) return Object.freeze(checks.read(at, PrivateNetworkPushOptions, given));
  const hasKey = given.encodingAesKey !== undefined && given.encodingAesKey !== null;
  const {
    token,
    encodingAesKey,
    format,
    mode = hasKey ? 'safe' : 'plain',
  } = checks.read(at, PushOptions, given);
  // Named and not set is not the same as left out: an unset variable would switch encryption off.
  if (!hasKey && Object.hasOwn(Object(given), 'encodingAesKey') && given.mode !== 'plain')
    checks.refuse(
      `${at}.encodingAesKey`,
      `${unset(given.encodingAesKey)}; only mode "plain" goes without one`,
    );
  else if (!hasKey && mode !== 'plain')
    checks.refuse(`${at}.encodingAesKey`, `is missing, and "${at}.mode" is "${mode}"`);
  return Object.freeze({
    token: new Secret(String(token)),
    ...(hasKey && { encodingAesKey: new Secret(String(encodingAesKey)) }),
    mode,
    ...(format !== undefined && { format }),
  });
}
