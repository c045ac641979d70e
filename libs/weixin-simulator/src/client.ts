import { UsageError } from './common/usage-error.js';
import type { ComponentOptions } from './component/component-options.js';
import type { AccountOptions, PersonOptions } from './config/options.js';
import type { PersonAnswer } from './confirm/person-answer.js';
import type { SdkResponses } from './confirm/sdk-response.js';
import type {
  ActivityDetail,
  ActivityOptions,
  CardView,
  CodeChange,
  OrderOptions,
  PaidOrder,
} from './control/card-verbs.js';
import type { AuthorizeOptions, AuthorizeResult } from './control/component-verbs.js';
import type {
  Payment,
  PushEventOptions,
  ReceiverOptions,
  SettingOptions,
  SubmittedForm,
  SubscribeOptions,
} from './control/subscribe-verbs.js';
import type {
  SimulatorState,
  SimulatorVerbs,
  SubscriptionRequestOptions,
  TapOptions,
} from './control/verbs.js';
import type { LoginOptions, OAuthOptions } from './control/web-verbs.js';
import type { Fault, FaultOptions } from './fault/fault.js';
import type { WxConfigOptions, WxConfigResult } from './jssdk/wx-config.js';
import type { RecordedCall } from './platform/call-log.js';
import type { CountersSnapshot } from './platform/counters.js';
import type { Grant } from './platform/grants.js';
import type { ReceivedMessage } from './platform/inbox.js';
import type { PushRecord } from './push/pushes.js';
import type {
  OpenAnswer,
  OpenSubscribeResult,
  RequestAnswer,
  RequestSubscribeResult,
} from './subscribe/subscribe-results.js';
import type { SubscriptionsSetting } from './subscribe/subscriptions-setting.js';
import type { SettingResult } from './subscribe/switch-templates.js';
import type { TokenFamily } from './token/access-token.js';
import type { TokenView } from './token/token-view.js';

type Remote<Verbs> = {
  [Name in keyof Verbs]: Verbs[Name] extends (...given: infer Given) => infer Result
    ? (...given: Given) => Promise<Awaited<Result>>
    : never;
};

/** The verbs of a simulator that runs in another process, over `/_simulator`. */
export class SimulatorClient implements Remote<SimulatorVerbs> {
  constructor(readonly url: string) {}

  state = () => this.ask<SimulatorState>('GET', '/state');
  openid = async (person: string, appId: string) =>
    (await this.ask<{ openid: string }>('GET', `/openid${queryText({ person, appId })}`)).openid;
  addPerson = async (person: string | PersonOptions) => {
    await this.ask('POST', '/people', person);
  };
  updateAccount = async (appId: string, patch: Partial<Omit<AccountOptions, 'appId' | 'kind'>>) => {
    await this.ask('PATCH', `/accounts/${encodeURIComponent(appId)}`, patch);
  };
  confirm = (request: SubscriptionRequestOptions) => this.ask<PersonAnswer>('POST', '/confirm', request);
  cancel = (request: SubscriptionRequestOptions) => this.ask<PersonAnswer>('POST', '/cancel', request);
  tap = (url: string, options: TapOptions) => this.ask<PersonAnswer>('POST', '/tap', { url, ...options });
  /** What the mobile SDK answers to the app. */
  sdk = (request: SubscriptionRequestOptions & { answer?: 'confirm' | 'cancel' }) =>
    this.ask<SdkResponses>('POST', '/sdk/subscribe-message', request);
  requestSubscribeMessage = (request: SubscribeOptions<RequestAnswer>) =>
    this.ask<RequestSubscribeResult>('POST', '/request-subscribe-message', request);
  openSubscribe = (request: SubscribeOptions<OpenAnswer>) =>
    this.ask<OpenSubscribeResult>('POST', '/open-subscribe', request);
  switchTemplate = (change: SettingOptions) => this.ask<SettingResult>('POST', '/switch-template', change);
  subscriptionsSetting = (receiver: ReceiverOptions) =>
    this.ask<SubscriptionsSetting>('POST', '/subscriptions-setting', receiver);
  submitForm = (receiver: ReceiverOptions) => this.ask<SubmittedForm>('POST', '/submit-form', receiver);
  pay = (receiver: ReceiverOptions) => this.ask<Payment>('POST', '/pay', receiver);
  payOrder = (order: OrderOptions) => this.ask<PaidOrder>('POST', '/pay-order', order);
  tapActivityButton = (tap: ActivityOptions) => this.ask<ActivityDetail>('POST', '/tap-activity-button', tap);
  changeCode = (change: CodeChange) => this.ask<CardView>('POST', '/card-code', change);
  cards = (openid?: string) => this.ask<CardView[]>('GET', `/cards${queryText({ openid })}`);
  pushEvent = (event: PushEventOptions) => this.ask<PushRecord>('POST', '/push-event', event);
  pushes = (appId?: string) => this.ask<PushRecord[]>('GET', `/pushes${queryText({ appId })}`);
  settledPushes = (appId?: string) => this.ask<PushRecord[]>('GET', `/pushes/settled${queryText({ appId })}`);
  wxConfig = (options: WxConfigOptions) => this.ask<WxConfigResult>('POST', '/wx-config', options);
  oauth = async (options: OAuthOptions) =>
    (await this.ask<{ redirectTo: string }>('POST', '/oauth', options)).redirectTo;
  login = async (options: LoginOptions) => (await this.ask<{ code: string }>('POST', '/login', options)).code;
  pushTicket = () => this.ask<PushRecord>('POST', '/component/ticket');
  authorizeComponent = (options: AuthorizeOptions) =>
    this.ask<AuthorizeResult>('POST', '/component/authorize', options);
  revokeComponent = (appId: string) => this.ask<PushRecord>('POST', '/component/revoke', { appId });
  killComponentTokens = async () =>
    (await this.ask<{ killed: number }>('POST', '/component/tokens/kill')).killed;
  updateComponent = async (patch: Partial<Omit<ComponentOptions, 'appId'>>) => {
    await this.ask('PATCH', '/component', patch);
  };
  inbox = (openid?: string) => this.ask<ReceivedMessage[]>('GET', `/inbox${queryText({ openid })}`);
  grants = (openid?: string) => this.ask<Grant[]>('GET', `/grants${queryText({ openid })}`);
  counters = () => this.ask<CountersSnapshot>('GET', '/counters');
  calls = () => this.ask<RecordedCall[]>('GET', '/calls');
  fault = async (fault: FaultOptions) => {
    const times = fault.times === Number.POSITIVE_INFINITY ? 'forever' : fault.times;
    return (await this.ask<{ id: string }>('POST', '/faults', { ...fault, times })).id;
  };
  faults = () => this.ask<Fault[]>('GET', '/faults');
  clearFaults = async (id?: string) => {
    await this.ask('DELETE', id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}`);
  };
  killToken = async (appId: string, family?: TokenFamily) =>
    (await this.ask<{ killed: number }>('POST', '/tokens/kill', { appId, family })).killed;
  mintBehindBack = async (appId: string, family?: TokenFamily) =>
    (await this.ask<{ accessToken: string }>('POST', '/tokens/mint', { appId, family })).accessToken;
  tokens = (appId?: string) => this.ask<TokenView[]>('GET', `/tokens${queryText({ appId })}`);
  fillQuota = async (appId: string, path?: string) => {
    await this.ask('POST', '/quotas/fill', { appId, path });
  };
  now = async () => (await this.ask<{ now: number }>('GET', '/clock')).now;
  advance = async (ms: number) => (await this.ask<{ now: number }>('POST', '/clock/advance', { ms })).now;
  setClock = async (now: number) => (await this.ask<{ now: number }>('POST', '/clock/set', { now })).now;
  reset = async () => {
    await this.ask('POST', '/reset');
  };

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/_simulator${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new UsageError(answer.error ?? `the simulator answered ${response.status}`);
    return answer;
  }
}

function queryText(fields: Record<string, string | undefined>): string {
  const given = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
