import type { DataSourceOptions } from 'typeorm';
import type { Secret } from '../secret.js';
import type {
  AccountKind,
  GrantRule,
  HttpOptions,
  RateLimitOptions,
  RetentionOptions,
  SceneOptions,
  SubjectResolver,
  TokenFamily,
} from './options.js';

export interface AccountConfig {
  readonly appId: string;
  readonly appSecret: Secret;
  readonly kind: AccountKind;
  readonly templates: ReadonlySet<string>;
  readonly grantRule: GrantRule;
  readonly tokenFamily: TokenFamily;
  readonly refreshMarginMs: number;
}

/** The options with every default filled in and everything checked; frozen. What the services of this module inject. */
export abstract class WeixinSubscribeConfig {
  abstract readonly accounts: ReadonlyMap<string, AccountConfig>;
  abstract readonly publicBaseUrl: URL;
  abstract readonly apiBaseUrl: string;
  abstract readonly mpBaseUrl: string;
  abstract readonly serviceKeys: readonly { readonly name: string; readonly key: Secret }[];
  abstract readonly authorization: {
    readonly returnTo: readonly URL[];
    readonly defaultReturnTo?: string;
    readonly callbackUrl: string;
    readonly intentTtlMs: number;
    readonly subject?: SubjectResolver;
  };
  abstract readonly tokenStore: 'database' | 'memory';
  abstract readonly http: Readonly<Required<HttpOptions>>;
  abstract readonly leaseMs: number;
  abstract readonly scenes: Readonly<Required<SceneOptions>>;
  abstract readonly retention: Readonly<Required<RetentionOptions>>;
  abstract readonly rateLimit: Readonly<RateLimitOptions & { perMinute: number }>;
  abstract readonly scheduleEnabled: boolean;
  abstract readonly database?: DataSourceOptions;
}
