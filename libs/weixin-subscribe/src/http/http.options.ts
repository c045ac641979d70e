import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Given } from '../kernel/option-checks.js';
import type { Secret } from '../kernel/secret.js';
import { IsWhole } from '../kernel/validation.js';
import type { ServiceClient } from './service-client.js';

/** Who asks, as the host knows them. */
export interface Subject {
  /** The host's own id of the signed-in user, at most 128 characters. */
  id: string;
  /**
   * The user's openid of the account that is asked for, when the host already knows it: an answer with
   * another one is refused. The endpoints `subscribe/*` need it, since what `wx.requestSubscribeMessage` and
   * `<wx-open-subscribe>` answer names nobody; `appId` is in the body of the request.
   */
  openid?: string;
}

/**
 * Tells who is asking at the authorization endpoints. Answer `undefined` for a stranger, who is then bound by
 * the browser's cookie; throw (for instance `UnauthorizedException`) to refuse strangers.
 */
export type SubjectResolver = (
  request: unknown,
  context: ExecutionContext,
) => Subject | string | undefined | Promise<Subject | string | undefined>;

export class RateLimitConfig {
  /**
   * Intents per hour and address (of IPv6, per /64) to people whose openid the host does not know,
   * 0–1,000,000; `0` switches it off. Each is worth one grant of proof `unproven` at most. Many people may
   * share one address of a carrier or a campus.
   * @default 600
   */
  @IsWhole(0, 1_000_000)
  readonly unprovenPerHour: number = 600;

  /**
   * Calls per minute at the public endpoints (authorize, callback, app), counted per address and per subject;
   * `0` switches it off.
   * @default 60
   */
  @IsWhole(0, 1_000_000)
  readonly perMinute: number = 60;

  /** Where the counts live. @default the memory of this process */
  readonly storage?: ThrottlerStorage;
}

export type RateLimitOptions = Given<RateLimitConfig>;

/** Who may call our routes, and how often. */
export abstract class RoutesConfig {
  abstract readonly serviceKeys: readonly ServiceKey[];
  abstract readonly rateLimit: RateLimitConfig;
  /** Tells who is asking. Absent: nobody is known. */
  abstract readonly subject?: SubjectResolver;
}

/** The same, where browsers call routes as well. */
export abstract class BrowserRoutesConfig extends RoutesConfig {
  /** Where they find them. */
  abstract readonly publicBaseUrl: URL;
}

export interface ServiceKey {
  readonly key: Secret;
  readonly client: ServiceClient;
}
