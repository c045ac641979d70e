import type { PushFields, PushValue } from '../push/push-event.js';
import type { PushRecord } from '../push/pushes.js';
import type { PopupScene } from '../push/subscription-events.js';
import type { SubscribeFailCode } from '../subscribe/subscribe-fail.js';
import type {
  OpenAnswer,
  OpenSubscribeResult,
  RequestAnswer,
  RequestSubscribeResult,
} from '../subscribe/subscribe-results.js';
import type { SubscriptionsSetting } from '../subscribe/subscriptions-setting.js';
import type { SettingResult } from '../subscribe/switch-templates.js';

/** A person at an account: name the person and the appId, or the openid, which tells both. */
export interface ReceiverOptions {
  appId?: string;
  person?: string;
  openid?: string;
}

export interface SubscribeOptions<Answer extends string> extends ReceiverOptions {
  /** By template id what the person says, in the order the templates are asked for. */
  answers: Record<string, Answer>;
  /**
   * What the event says: 0 page of a mini-program, 1 web page, 2 article. @default 0 in mini-programs, else 1
   */
  popupScene?: PopupScene;
  /**
   * The person has chosen "always keep": nothing pops up, `answers` are the choices that were kept, and no
   * event is pushed.
   * @default false
   */
  alwaysKeep?: boolean;
  /** The client fails with this code, and nobody is asked. @default none */
  fail?: SubscribeFailCode;
}

export interface SettingOptions extends ReceiverOptions {
  /** @default everything: the main switch */
  templateId?: string;
  on: boolean;
}

export interface SubmittedForm {
  formId: string;
  grantIds: string[];
  expiresAt: number;
}

export interface Payment {
  prepayId: string;
  /** Three: one for each message. */
  grantIds: string[];
  expiresAt: number;
}

/**
 * Any event. `fields` stand in it as they are, in XML and JSON alike, and win over the common ones
 * (`CreateTime` and so on).
 */
export interface PushEventOptions extends ReceiverOptions {
  event: string;
  fields?: { [name: string]: PushValue };
  /** Items in the shape of the subscription events: within the wrapper in XML, as `List` in JSON. */
  list?: { wrapper: string; items: PushFields[] };
}

/** What people do about messages other than one-time ones, and what accounts hear of it. */
export interface SubscribeVerbs {
  /**
   * A person answers `wx.requestSubscribeMessage` in a mini-program: what the client gives, and the grants.
   */
  requestSubscribeMessage(request: SubscribeOptions<RequestAnswer>): RequestSubscribeResult;
  /** A person answers `<wx-open-subscribe>` on a page of an official account. */
  openSubscribe(request: SubscribeOptions<OpenAnswer>): OpenSubscribeResult;
  /** A person switches a template, or every message of the account, off or on. Off takes its grants away. */
  switchTemplate(change: SettingOptions): SettingResult;
  /** What `wx.getSetting({ withSubscriptions: true })` gives a mini-program as `subscriptionsSetting`. */
  subscriptionsSetting(receiver: ReceiverOptions): SubscriptionsSetting;
  /** A person submits a form with `report-submit` in a mini-program: one message within seven days. */
  submitForm(receiver: ReceiverOptions): SubmittedForm;
  /** A person pays in a mini-program: three messages within seven days. */
  pay(receiver: ReceiverOptions): Payment;
  /** Pushes any event to the account's push address; resolves when it was acknowledged, or given up. */
  pushEvent(event: PushEventOptions): Promise<PushRecord>;
  /** Events pushed so far, oldest first. */
  pushes(appId?: string): PushRecord[];
  /** The same, once no delivery is under way. */
  settledPushes(appId?: string): Promise<PushRecord[]>;
}
