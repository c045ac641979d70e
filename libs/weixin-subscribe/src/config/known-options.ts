import type { OptionChecks } from './option-checks.js';
import type {
  AuthorizationOptions,
  BroadcastOptions,
  CentralOptions,
  DeliveryOptions,
  HttpOptions,
  PushOptions,
  QuietHoursOptions,
  RateLimitOptions,
  RetentionOptions,
  SceneOptions,
  ScheduleOptions,
  ServiceClientOptions,
  TemplateOptions,
  TokenEncryptionKey,
  TokenEncryptionOptions,
  TokenOptions,
  WeixinAccountOptions,
  WeixinSubscribeModuleOptions,
} from './options.js';

/** Every name of a type; the compiler sees to it that none is missing. */
type Names<T> = Record<keyof Required<T>, true>;

const TOP: Names<WeixinSubscribeModuleOptions> = {
  accounts: true,
  publicBaseUrl: true,
  apiBaseUrl: true,
  mpBaseUrl: true,
  serviceKeys: true,
  authorization: true,
  token: true,
  redis: true,
  http: true,
  delivery: true,
  broadcast: true,
  scenes: true,
  templates: true,
  retention: true,
  rateLimit: true,
  schedule: true,
  database: true,
};
const ACCOUNT: Names<WeixinAccountOptions> = {
  appId: true,
  appSecret: true,
  kind: true,
  templates: true,
  grantRule: true,
  tokenFamily: true,
  quietHours: true,
  push: true,
};
const PUSH: Names<PushOptions> = { token: true, encodingAesKey: true, mode: true, format: true };
const CLIENT: Names<ServiceClientOptions> = { keys: true, scopes: true, accounts: true };
const QUIET_HOURS: Names<QuietHoursOptions> = { from: true, to: true, timeZone: true };
const authorization: Names<AuthorizationOptions> = {
  returnTo: true,
  defaultReturnTo: true,
  callbackUrl: true,
  intentTtlSeconds: true,
  subject: true,
};
const token: Names<TokenOptions> = {
  role: true,
  central: true,
  family: true,
  store: true,
  refreshMarginSeconds: true,
  mintsPerHour: true,
  mintsPerDay: true,
  encryption: true,
};
const CENTRAL: Names<CentralOptions> = { url: true, key: true, cacheSeconds: true };
const ENCRYPTION: Names<TokenEncryptionOptions> = { keys: true };
const ENCRYPTION_KEY: Names<TokenEncryptionKey> = { id: true, key: true };
const http: Names<HttpOptions> = {
  transport: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  connections: true,
  proxy: true,
};
const delivery: Names<DeliveryOptions> = { leaseSeconds: true, concurrency: true, unknown: true };
const broadcast: Names<BroadcastOptions> = {
  concurrency: true,
  ratePerSecond: true,
  pauseAtRefusedShare: true,
  streamsPerClient: true,
  distribution: true,
  worker: true,
};
const scenes: Names<SceneOptions> = { from: true, to: true };
const templates: Names<TemplateOptions> = { cacheSeconds: true };
const retention: Names<RetentionOptions> = {
  intentsDays: true,
  grantsDays: true,
  messagesDays: true,
  auditDays: true,
  pushEventsDays: true,
};
const rateLimit: Names<RateLimitOptions> = { perMinute: true, unprovenPerHour: true, storage: true };
const schedule: Names<ScheduleOptions> = { enabled: true };
const SECTIONS = {
  authorization,
  token,
  http,
  delivery,
  broadcast,
  scenes,
  templates,
  retention,
  rateLimit,
  schedule,
};

/** Refuses names that nobody reads: a misspelt option would otherwise leave its default in force, in silence. */
export function checkNames(checks: OptionChecks, options: WeixinSubscribeModuleOptions): void {
  refuseOthers(checks, '', options, TOP);
  for (const [section, names] of Object.entries(SECTIONS)) {
    refuseOthers(checks, `${section}.`, options[section as keyof typeof SECTIONS], names);
  }
  refuseOthers(checks, 'token.central.', options.token?.central, CENTRAL);
  refuseOthers(checks, 'token.encryption.', options.token?.encryption, ENCRYPTION);
  for (const key of [options.token?.encryption?.keys ?? []].flat())
    refuseOthers(checks, 'token.encryption.keys.', key, ENCRYPTION_KEY);
  for (const [name, client] of Object.entries(options.serviceKeys ?? {})) {
    if (!Array.isArray(client)) refuseOthers(checks, `serviceKeys.${name}.`, client, CLIENT);
  }
  if (!Array.isArray(options.accounts)) return;
  options.accounts.forEach((account, index) => {
    refuseOthers(checks, `accounts[${index}].`, account, ACCOUNT);
    refuseOthers(checks, `accounts[${index}].quietHours.`, account?.quietHours, QUIET_HOURS);
    refuseOthers(checks, `accounts[${index}].push.`, account?.push, PUSH);
  });
}

function refuseOthers(checks: OptionChecks, at: string, given: unknown, names: Record<string, true>): void {
  if (given === null || typeof given !== 'object') return;
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !Object.hasOwn(names, name))
      checks.refuse(at + name, `is not known; known are ${Object.keys(names).join(', ')}`);
  }
}
