import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { DataSourceOptions } from 'typeorm';

export const ACCOUNT_KINDS = ['official-account', 'mobile-app', 'mini-program'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/**
 * Kinds of message, each with its own endpoint, body and rule of permissions. `one-time`: one-time subscription message (一次性订阅消息) ·
 * `mini-subscribe`: subscription message of a mini-program (订阅消息) · `service-notice`: subscription notice of an official account (订阅通知) ·
 * `mini-template`: template message of a mini-program (模板消息), retired by the platform in 2020.
 */
export const GRANT_CHANNELS = ['one-time', 'mini-subscribe', 'service-notice', 'mini-template'] as const;
export type GrantChannel = (typeof GRANT_CHANNELS)[number];

/** `token`: `GET /cgi-bin/token`, each mint kills the older token. `stable`: `POST /cgi-bin/stable_token`. They do not affect each other. */
export const TOKEN_FAMILIES = ['token', 'stable'] as const;
export type TokenFamily = (typeof TOKEN_FAMILIES)[number];

/** Of the channel `one-time`. `set`: several confirms under one scene are one grant (what the platform documents). `count`: each confirm adds one. */
export const GRANT_RULES = ['set', 'count'] as const;
export type GrantRule = (typeof GRANT_RULES)[number];

/** `plain`: pushes in clear. `compatible`: clear and encrypted in one body. `safe`: encrypted only. */
export const PUSH_MODES = ['plain', 'compatible', 'safe'] as const;
export type PushMode = (typeof PUSH_MODES)[number];

export const PUSH_FORMATS = ['xml', 'json'] as const;
export type PushFormat = (typeof PUSH_FORMATS)[number];

/**
 * The console's page of message push (消息推送, 服务器配置), whose URL `PushEventService.urlOf(appId)` returns: `publicBaseUrl` +
 * `/weixin/push/<appId>`, moved by `setGlobalPrefix`, URI versioning and `RouterModule`. A push whose timestamp is more than 300 s away from this
 * server's clock is refused.
 */
export interface PushOptions {
  /** The Token of that page, 3–32 letters or digits. Never logged. */
  token: string;
  /** Its EncodingAESKey, 43 letters or digits. Never logged. Required unless `mode` is `plain`. */
  encodingAesKey?: string;
  /**
   * Which signatures a push needs, whatever the push itself says. `plain`: `signature`, which does not cover the body; take it for trials
   * only. `compatible`: `signature`, and `msg_signature` over the encrypted part, which alone is read. `safe`: `msg_signature`. To change over
   * without a loss: this option to `compatible` after the console, and to `safe` before it.
   * @default 'safe' when there is an `encodingAesKey`, else 'plain'
   */
  mode?: PushMode;
  /** @default both are read */
  format?: PushFormat;
}

/** One `appId` of the WeChat platform. */
export interface WeixinAccountOptions {
  appId: string;
  /** From the console. Never logged, never returned. Required, except with `token.role: 'remote'`, where there must be none. */
  appSecret?: string;
  kind: AccountKind;
  /**
   * The templates this account may send; others are refused before WeChat is asked. An id alone is a `mini-subscribe` template of a mini-program, and a
   * `one-time` template of every other account.
   */
  templates: (string | AccountTemplateOptions)[];
  /** @default 'set' */
  grantRule?: GrantRule;
  /** @default the module's `token.family` */
  tokenFamily?: TokenFamily;
  /** Deferred messages wait while it lasts; direct sends do not ask. @default none; `null` says the same */
  quietHours?: QuietHoursOptions | null;
  /** Opens `GET` and `POST` `push/:appId` for this account. @default none: both answer 404 */
  push?: PushOptions;
}

/** A template, and the kind of message it is for: the platform keeps a list of its own for each. */
export interface AccountTemplateOptions {
  id: string;
  channel: GrantChannel;
}

/** A window of every day in which nobody should be disturbed. Over midnight when `to` is earlier than `from`. */
export interface QuietHoursOptions {
  /** Its first minute, `HH:mm`, 00:00–23:59. */
  from: string;
  /** The first minute after it, `HH:mm`; not equal to `from`. */
  to: string;
  /** IANA name of the time zone that both are in, e.g. `Asia/Shanghai`; daylight saving is followed. */
  timeZone: string;
}

/** Who asks, as the host knows them. */
export interface Subject {
  /** The host's own id of the signed-in user, at most 128 characters. */
  id: string;
  /**
   * The user's openid of the account that is asked for, when the host already knows it: an answer with another one is refused. The doors `subscribe/*`
   * need it, since what `wx.requestSubscribeMessage` and `<wx-open-subscribe>` answer names nobody; `appId` is in the body of the request.
   */
  openid?: string;
}

/**
 * Tells who is asking at the authorization doors. Answer `undefined` for a stranger, who is then bound by the browser's cookie;
 * throw (for instance `UnauthorizedException`) to refuse strangers.
 */
export type SubjectResolver = (
  request: unknown,
  context: ExecutionContext,
) => Subject | string | undefined | Promise<Subject | string | undefined>;

export interface AuthorizationOptions {
  /**
   * Where a browser may be sent after it answered: absolute URLs; the origin must be equal and the path must start with the
   * path given here (whole segments). Everything else is refused.
   * @default the origin of `publicBaseUrl`
   */
  returnTo?: string[];
  /** Used when a caller of `GET authorize` names none. Must itself be allowed. Without it `returnTo` is required. */
  defaultReturnTo?: string;
  /**
   * The address of our callback as the browser sees it. Needed only where a proxy rewrites the path, where a prefix of the host has a parameter, or
   * where the host answers the callback itself.
   * @default `publicBaseUrl` + the path that Nest mounts it at: `/weixin/callback`, moved by `setGlobalPrefix`, URI versioning and `RouterModule`
   */
  callbackUrl?: string;
  /** How long a question may wait for its answer, 30–86,400 s. @default 600 */
  intentTtlSeconds?: number;
  subject?: SubjectResolver;
}

/** `central`: mints with the AppSecret. `remote`: holds no secret and reads tokens from a central over HTTP. */
export const TOKEN_ROLES = ['central', 'remote'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

export const TOKEN_STORES = ['database', 'redis', 'memory'] as const;
export type TokenStoreKind = (typeof TOKEN_STORES)[number];

export interface TokenOptions {
  /** @default 'central' */
  role?: TokenRole;
  /** Where a `remote` finds its central. Required with that role. */
  central?: CentralOptions;
  /** @default 'token' */
  family?: TokenFamily;
  /**
   * `database` and `redis` share one token between all processes on them; `memory` is for a single process. `redis` needs the option `redis`.
   * A store of the host's own is given as the static `tokenStore`. @default 'database'
   */
  store?: TokenStoreKind;
  /** A token is replaced this long before it ends, 60–3,600 s. @default 600 (`token`), 290 (`stable`: earlier calls return the same token) */
  refreshMarginSeconds?: number;
  /** Mints per account and hour, whoever asks, 1–1,000. @default 60 */
  mintsPerHour?: number;
  /** Mints per account and day (Beijing), whoever asks, 1–1,900; the platform allows 2,000, and 200 to test accounts. @default 500 */
  mintsPerDay?: number;
  /** Encrypts tokens in the store; one that is not encrypted is not used then, but replaced. @default they are stored as they are */
  encryption?: TokenEncryptionOptions;
}

export interface CentralOptions {
  /** Address of the central's doors, e.g. `https://central.example.com/weixin`. */
  url: string;
  /** One of this client's keys in the central's `serviceKeys`. */
  key: string;
  /** How long a token is served from memory before the central is asked again, 5–300 s. @default 60 */
  cacheSeconds?: number;
}

/** AES-256-GCM. The first key encrypts; all of them decrypt. To replace one, add the new key at the end in every process first, then move it to the front. */
export interface TokenEncryptionOptions {
  keys: TokenEncryptionKey[];
}

export interface TokenEncryptionKey {
  /** Stored beside each token, 1–32 letters, digits, "_" or "-". */
  id: string;
  /** 32 bytes in base64: `openssl rand -base64 32`. Never logged. */
  key: string;
}

export interface HttpOptions {
  /** `axios`: `HttpService` of @nestjs/axios over an undici pool. `undici`: the pool alone, about a third of the CPU (`npm run bench:send`). @default 'axios' */
  transport?: 'axios' | 'undici';
  /** From the start of a call to its last byte, 100–60,000 ms. @default 5000 */
  timeoutMs?: number;
  /** To open a connection, 100–60,000 ms. @default 3000 */
  connectTimeoutMs?: number;
  /** Connections kept to the platform, 1–1,024. @default 64 */
  connections?: number;
  /**
   * A forward proxy for the calls to the platform, `http://user:password@proxy.example.com:3128` or `https://…`, whatever the environment says; `false`:
   * no proxy at all. It is used by CONNECT, so what goes through it is TLS to WeChat. @default `HTTPS_PROXY` (`HTTP_PROXY` for an `apiBaseUrl` of
   * http) unless `NO_PROXY` exempts the host; so it is for the central of a remote, too
   */
  proxy?: string | false;
}

export interface DeliveryOptions {
  /** A send that is not settled after this long counts as interrupted and becomes `unknown`, 10–3,600 s; must exceed twice `http.timeoutMs`. @default 60 */
  leaseSeconds?: number;
  /** Deferred messages that one process sends at once, 1–256. @default 16 */
  concurrency?: number;
  /**
   * What becomes of a message whose outcome is `unknown`. `keep`: nothing, until a person resolves it. `resend-if-not-renewed`: the same message is
   * posted again, at most twice and within an hour, as long as the ledger shows no newer confirm of the same person, template and scene;
   * only on accounts with the grant rule `set`. At WeChat one confirm delivers one message, so the second post can not deliver a second one,
   * unless the person confirmed anew and that confirm has not reached the ledger yet. @default 'keep'
   */
  unknown?: UnknownPolicy;
}

/** `local`: one process works on a broadcast, another takes over when it dies. `bullmq`: batches are spread over all processes by BullMQ. */
export const BROADCAST_DISTRIBUTIONS = ['local', 'bullmq'] as const;
export type BroadcastDistribution = (typeof BROADCAST_DISTRIBUTIONS)[number];

export interface BroadcastOptions {
  /** Messages that one process posts at once, 1–512. Less than `http.connections` leaves connections for single sends. @default 3/4 of `http.connections` */
  concurrency?: number;
  /** Messages per second and account, all broadcasts together, 1–100,000; single sends do not count. `0`: no limit of ours. @default 500 */
  ratePerSecond?: number;
  /**
   * A broadcast pauses when more than this share of its last 200 messages, at least 50, were refused by WeChat or wrong, 0–1; `1` never.
   * @default 0.5
   */
  pauseAtRefusedShare?: number;
  /**
   * Streams of events (`GET broadcasts/:id/events`) that one service client may have open at one process, 0–10,000; `0`: no limit of ours. Each is a
   * connection that stays open. @default 100
   */
  streamsPerClient?: number;
  /** @default 'local'; `bullmq` needs the option `redis` and the package `bullmq` */
  distribution?: BroadcastDistribution;
  /** Whether this process sends broadcasts; without it, it only starts, shows and stops them. @default true */
  worker?: boolean;
}

/** What a service may do at the doors for other services. */
export const SERVICE_SCOPES = [
  'token:read',
  'token:report',
  'messages:send',
  'messages:read',
  'grants:read',
  'grants:write',
  'history:read',
  'broadcasts:send',
  'broadcasts:read',
  'templates:read',
  'templates:write',
] as const;
export type ServiceScope = (typeof SERVICE_SCOPES)[number];

/** One of the company's services, and what it may do. */
export interface ServiceClientOptions {
  /**
   * Its key, or two while one is being replaced: both are valid. 16–512 printable ASCII characters each. For a client that shows it as the
   * `secret` of an SDK take letters and digits only, since some SDKs do not encode it.
   */
  keys: string | string[];
  /** @default all */
  scopes?: ServiceScope[];
  /** appIds of `accounts`. @default all */
  accounts?: string[];
}
export const UNKNOWN_POLICIES = ['keep', 'resend-if-not-renewed'] as const;
export type UnknownPolicy = (typeof UNKNOWN_POLICIES)[number];

/** Days after which finished rows are deleted; `0` keeps them. */
export interface RetentionOptions {
  /** Answered and expired intents. @default 30 */
  intentsDays?: number;
  /** Spent, void, renewed and expired grants. @default 0 */
  grantsDays?: number;
  /** Messages with an outcome other than `unknown`; their idempotency keys end with them. @default 0 */
  messagesDays?: number;
  /** Who took and reported which access_token, counted from the last time it did. @default 90 */
  auditDays?: number;
  /** Processed and failed pushes of WeChat, counted from when they came. @default 30 */
  pushEventsDays?: number;
}

export interface RateLimitOptions {
  /**
   * Questions per hour and address (of IPv6, per /64) to people whose openid the host does not know, 0–1,000,000; `0` switches it off. Each is worth one
   * grant of proof `unproven` at most. Many people may share one address of a carrier or a campus. @default 600
   */
  unprovenPerHour?: number;
  /** Calls per minute at the public doors (authorize, callback, app), counted per address and per subject; `0` switches it off. @default 60 */
  perMinute?: number;
  /** Where the counts live. @default the memory of this process */
  storage?: ThrottlerStorage;
}

export interface ScheduleOptions {
  /** Token refresh ahead, recovery, expiry and retention run in the background. Needs `ScheduleModule.forRoot()` in the host. @default true */
  enabled?: boolean;
}

/** The scenes that `SceneRegistry` may give to purposes, of every account and template. Choose scenes by hand outside of them only. */
export interface SceneOptions {
  /** The lowest, 0–10,000. @default 0 */
  from?: number;
  /** The highest, 0–10,000; not below `from`. @default 10000 */
  to?: number;
}

export interface TemplateOptions {
  /** How long a process keeps the list of an account's templates before it asks WeChat again, 1–86,400 s. @default 600 */
  cacheSeconds?: number;
}

/** What a host writes. Everything that has a default is optional. */
export interface WeixinSubscribeModuleOptions {
  accounts: WeixinAccountOptions[];
  /**
   * The host's own address as browsers see it, e.g. `https://remind.example.com`, with the path that a proxy takes off, if one does, and without the
   * prefix that Nest adds. Its host must be a business domain (业务域名) of the official account.
   */
  publicBaseUrl: string;
  /** @default 'https://api.weixin.qq.com' */
  apiBaseUrl?: string;
  /** @default 'https://mp.weixin.qq.com' */
  mpBaseUrl?: string;
  /**
   * Name → key (or two keys, while one is being replaced) of the services that may call the doors for other services
   * (token, messages, broadcasts, templates, grants), at least 16 characters each; or name → {@link ServiceClientOptions}, to give a client fewer rights than all.
   * Without any, those doors refuse everybody.
   */
  serviceKeys?: Record<string, string | string[] | ServiceClientOptions>;
  authorization?: AuthorizationOptions;
  token?: TokenOptions;
  /**
   * A `redis://` or `rediss://` address, or an ioredis 5 client of the host's, which it closes itself. Needed by `token.store: 'redis'`; needs the
   * package `ioredis`.
   */
  redis?: string | object;
  http?: HttpOptions;
  delivery?: DeliveryOptions;
  broadcast?: BroadcastOptions;
  scenes?: SceneOptions;
  templates?: TemplateOptions;
  retention?: RetentionOptions;
  rateLimit?: RateLimitOptions;
  schedule?: ScheduleOptions;
  /**
   * The module's own DataSource, used with the static `dataSource: 'own'`. Entities and migrations are added, and where you give none, time
   * limits: 10 s to connect, 30 s for a statement on PostgreSQL (`extra.query_timeout`).
   */
  database?: DataSourceOptions;
}
