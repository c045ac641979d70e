import type { ClockOptions } from '../common/clock.js';
import type { ComponentConfig, ComponentOptions } from '../component/component-options.js';
import type { ApiSecurity, ApiSecurityOptions } from '../security/api-security.js';
import type { Behaviour } from './behaviour.js';
import type { CloudRun, CloudRunOptions } from './cloud-run.js';
import type { FormTemplate, FormTemplateOptions } from './form-template.js';
import type { PushTarget, PushTargetOptions } from './push-target.js';
import type { SubscribeTemplate, SubscribeTemplateOptions } from './subscribe-template.js';

export const ACCOUNT_KINDS = [
  'official-account',
  'service-account',
  'subscription-account',
  'mobile-app',
  'mini-program',
] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** What may be said about one account; everything of {@link Behaviour} can be set here too. */
export interface AccountOptions extends Partial<Behaviour> {
  appId: string;
  appSecret: string;
  kind: AccountKind;
  /** Shown on pages. @default the appId */
  name?: string;
  /** One-time template ids of this account. @default none */
  templates?: string[];
  /**
   * Ids of another kind (template message, subscription notice): the confirm page answers 模板出错. @default none
   */
  otherTemplates?: string[];
  /**
   * Templates with typed keywords: of a mini-program for `subscribe/send`, of an official account for
   * `subscribe/bizsend`.
   * @default none
   */
  subscribeTemplates?: SubscribeTemplateOptions[];
  /** Mini-programs: templates of the retired `wxopen/template/send`. @default none */
  formTemplates?: FormTemplateOptions[];
  /**
   * Mini-programs: pages of the released version, any other answers 41030; `null`: every well-formed path.
   * @default null
   */
  pages?: string[] | null;
  /** The ability to send subscription messages is banned: 43107, and people are not asked (20005). */
  subscribeBanned?: boolean;
  /**
   * What `subscribe_msg_sent_event` reports of accepted typed messages instead of success; they do not arrive
   * then.
   * @default null
   */
  sentFailure?: SentFailure | null;
  /** Hosts a redirect may go to, without port. @default ['localhost', '127.0.0.1'] */
  businessDomains?: string[];
  /** Hosts of pages that may use the JS-SDK (JS接口安全域名). @default ['localhost', '127.0.0.1'] */
  jsDomains?: string[];
  /** Hosts that OAuth goes back to (网页授权域名). @default ['localhost', '127.0.0.1'] */
  oauthDomains?: string[];
  /** OAuth opens a snapshot page: the openid is a virtual one. @default false */
  snapshotUsers?: boolean;
  /**
   * The Open Platform account it is bound to, by any name: a person has one unionid at all accounts of it.
   * @default null: none, and no unionid
   */
  openPlatform?: string | null;
  /** `callback/check` says that the push address can not be reached. @default false */
  callbackUnreachable?: boolean;
  /** Addresses or CIDR ranges that may call; `null`: every address. @default null */
  ipWhitelist?: string[] | null;
  /**
   * Mini-programs a message may jump to.
   * @default for official accounts every mini-program configured, else none
   */
  associatedMiniPrograms?: string[];
  /** AppSecret frozen: token calls answer 40243. */
  secretFrozen?: boolean;
  /** The account lacks this capability: 48001. */
  unauthorized?: boolean;
  /** The interface is banned: 48004. */
  banned?: boolean;
  /** The account is frozen or cancelled: 50002. */
  limited?: boolean;
  /**
   * Both token calls answer this instead of a token: 50004 forbidden as a punishment, 89503 waits for the
   * administrator's confirmation, 89507 and 89506 refused by the administrator for an hour or a day. @default
   * null
   */
  tokenRefusal?: TokenRefusal | null;
  /** Where events are pushed to. @default null */
  push?: PushTargetOptions | null;
  /** Mini-programs: API security, with the platform's own keys. @default null */
  apiSecurity?: ApiSecurityOptions | null;
}

/** An asynchronous failure of the platform after it had accepted a message (§6.3). */
export interface SentFailure {
  errorCode: number;
  errorStatus: string;
}

/** Codes of the official tables of the two token calls. */
export const TOKEN_REFUSALS = [50004, 89503, 89506, 89507] as const;
export type TokenRefusal = (typeof TOKEN_REFUSALS)[number];

export interface PersonOptions {
  name: string;
  /** Openids that must be these, by appId; the others are derived from the name. */
  openids?: Record<string, string>;
  /** Accounts this person follows: messages arrive in the account's chat instead of Service Notification. */
  follows?: string[];
}

/** What `WeixinSimulator.start` and the config file take. Everything has a default that works. */
export interface SimulatorOptions extends Partial<Behaviour> {
  /** @default 0 (any free port); the command: 4000 */
  port?: number;
  /** @default '127.0.0.1' */
  host?: string;
  /**
   * Names under which it may be called besides `localhost` and every IP address: that of a container, for
   * example; `*`: every name. A page of another site, whose name was pointed at this machine, is kept out by
   * that. @default the `host` it listens on
   */
  hostNames?: string[];
  /** @default one account of each kind, see `samples.ts` */
  accounts?: AccountOptions[];
  /** A third-party platform that accounts can authorise. @default none */
  component?: ComponentOptions | null;
  /** WeChat Cloud Run, where the application runs in it. @default none: a call without token answers 41001 */
  cloudRun?: CloudRunOptions | null;
  /** @default xiaoming, xiaohong, laowang */
  people?: (string | PersonOptions)[];
  clock?: ClockOptions;
  /** Makes tokens and request ids repeatable. @default random */
  seed?: string;
  /** Calls remembered by the log. @default 1000 */
  callLogLimit?: number;
  /** Messages and finished grants remembered. @default 100000 */
  historyLimit?: number;
}

/** One account with nothing left open. */
export interface Account extends Behaviour {
  appId: string;
  appSecret: string;
  kind: AccountKind;
  name: string;
  templates: readonly string[];
  otherTemplates: readonly string[];
  subscribeTemplates: readonly SubscribeTemplate[];
  formTemplates: readonly FormTemplate[];
  pages: readonly string[] | null;
  subscribeBanned: boolean;
  sentFailure: SentFailure | null;
  businessDomains: readonly string[];
  jsDomains: readonly string[];
  oauthDomains: readonly string[];
  snapshotUsers: boolean;
  openPlatform: string | null;
  callbackUnreachable: boolean;
  ipWhitelist: readonly string[] | null;
  associatedMiniPrograms: readonly string[] | null;
  secretFrozen: boolean;
  unauthorized: boolean;
  banned: boolean;
  limited: boolean;
  tokenRefusal: TokenRefusal | null;
  push: PushTarget | null;
  apiSecurity: ApiSecurity | null;
}

export interface Person {
  name: string;
  openids: Readonly<Record<string, string>>;
  follows: readonly string[];
}

/** The complete configuration everything inside works with. */
export interface SimulatorConfig {
  port: number;
  host: string;
  hostNames: readonly string[];
  accounts: readonly Account[];
  people: readonly Person[];
  component: ComponentConfig | null;
  cloudRun: CloudRun | null;
  clock: ClockOptions;
  seed: string | undefined;
  callLogLimit: number;
  historyLimit: number;
  behaviour: Behaviour;
}
