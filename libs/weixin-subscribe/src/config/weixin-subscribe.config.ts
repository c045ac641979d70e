import type { DataSourceOptions } from 'typeorm';
import type { QuietHours } from '../account/quiet-hours.js';
import type { ForwardProxy } from '../kernel/forward-proxy.js';
import type { Secret } from '../kernel/secret.js';
import type {
  AccountKind,
  BroadcastOptions,
  GrantChannel,
  GrantRule,
  HttpOptions,
  PushFormat,
  PushMode,
  RateLimitOptions,
  RetentionOptions,
  SceneOptions,
  SubjectResolver,
  TokenFamily,
  TokenRole,
  TokenStoreKind,
  UnknownPolicy,
} from './options.js';
import type { ServiceClient } from './service-client.js';

export interface PushConfig {
  readonly token: Secret;
  /** Present unless the mode is `plain`. */
  readonly encodingAesKey?: Secret;
  readonly mode: PushMode;
  /** Absent: both. */
  readonly format?: PushFormat;
}

export interface AccountConfig {
  readonly appId: string;
  /** Absent in a `remote`. */
  readonly appSecret?: Secret;
  readonly kind: AccountKind;
  /** The channel of each. */
  readonly templates: ReadonlyMap<string, GrantChannel>;
  readonly grantRule: GrantRule;
  readonly tokenFamily: TokenFamily;
  readonly refreshMarginMs: number;
  readonly quietHours?: QuietHours;
  /** Absent: this account takes no pushes. */
  readonly push?: PushConfig;
}

export interface ServiceKey {
  readonly key: Secret;
  readonly client: ServiceClient;
}

/** How calls leave this process. Without a `proxy` they go straight to the platform. */
export type HttpConfig = Readonly<Required<Omit<HttpOptions, 'proxy'>>> & { readonly proxy?: ForwardProxy };

/** The options with every default filled in and everything checked; frozen. What the services of this module inject. */
export abstract class WeixinSubscribeConfig {
  abstract readonly accounts: ReadonlyMap<string, AccountConfig>;
  abstract readonly publicBaseUrl: URL;
  abstract readonly apiBaseUrl: string;
  abstract readonly mpBaseUrl: string;
  abstract readonly serviceKeys: readonly ServiceKey[];
  abstract readonly authorization: {
    readonly returnTo: readonly URL[];
    readonly defaultReturnTo?: string;
    /** Absent: derived from how Nest mounts the route. */
    readonly callbackUrl?: string;
    readonly intentTtlMs: number;
    readonly subject?: SubjectResolver;
  };
  abstract readonly token: {
    readonly role: TokenRole;
    readonly central?: {
      readonly url: string;
      readonly key: Secret;
      readonly cacheMs: number;
      readonly proxy?: ForwardProxy;
    };
    readonly store: TokenStoreKind;
    readonly mintLimits: { readonly perHour: number; readonly perDay: number };
    /** The first encrypts. The keys are 32 bytes in base64. */
    readonly encryptionKeys: readonly { readonly id: string; readonly key: Secret }[];
  };
  abstract readonly redis?: string | object;
  abstract readonly http: HttpConfig;
  abstract readonly leaseMs: number;
  abstract readonly templates: { readonly cacheMs: number };
  abstract readonly scenes: Readonly<Required<SceneOptions>>;
  abstract readonly delivery: { readonly concurrency: number; readonly unknown: UnknownPolicy };
  abstract readonly broadcast: Readonly<Required<BroadcastOptions>>;
  abstract readonly retention: Readonly<Required<RetentionOptions>>;
  abstract readonly rateLimit: Readonly<RateLimitOptions & { perMinute: number; unprovenPerHour: number }>;
  abstract readonly scheduleEnabled: boolean;
  abstract readonly database?: DataSourceOptions;
}
