import { FieldReader } from '../common/field-reader.js';
import type { Form } from '../platform/forms.js';
import type { Platform } from '../platform/platform.js';
import type { PushRecord } from '../push/pushes.js';
import {
  type OpenAnswer,
  type OpenSubscribeResult,
  openSubscribe,
  type RequestAnswer,
  type RequestSubscribeResult,
  requestSubscribe,
} from '../subscribe/subscribe-results.js';
import { type SubscriptionsSetting, subscriptionsSetting } from '../subscribe/subscriptions-setting.js';
import { type SettingResult, switchTemplates } from '../subscribe/switch-templates.js';
import { readPushEvent } from './read-push-event.js';
import { RECEIVER_FIELDS, readReceiver, readReceiverAt } from './read-receiver.js';
import { readOpenSubscribe, readSettingChange, readSubscribeRequest } from './read-subscribe.js';
import type {
  Payment,
  PushEventOptions,
  ReceiverOptions,
  SettingOptions,
  SubmittedForm,
  SubscribeOptions,
  SubscribeVerbs,
} from './subscribe-verbs.js';

/** The verbs about messages other than one-time ones, on a platform in this process. */
export abstract class SubscribeControl implements SubscribeVerbs {
  protected constructor(protected readonly platform: Platform) {}

  requestSubscribeMessage(request: SubscribeOptions<RequestAnswer>): RequestSubscribeResult {
    return requestSubscribe(this.platform, readSubscribeRequest(this.platform, request));
  }

  openSubscribe(request: SubscribeOptions<OpenAnswer>): OpenSubscribeResult {
    return openSubscribe(this.platform, readOpenSubscribe(this.platform, request));
  }

  switchTemplate(change: SettingOptions): SettingResult {
    return switchTemplates(this.platform, readSettingChange(this.platform, change));
  }

  subscriptionsSetting(receiver: ReceiverOptions): SubscriptionsSetting {
    const fields = new FieldReader(receiver, 'receiver').onlyKnown(RECEIVER_FIELDS);
    return subscriptionsSetting(this.platform, readReceiver(this.platform, fields));
  }

  submitForm(receiver: ReceiverOptions): SubmittedForm {
    const { formId, grantIds, expiresAt } = this.enterForm('submit', receiver);
    return { formId, grantIds, expiresAt };
  }

  pay(receiver: ReceiverOptions): Payment {
    const { formId, grantIds, expiresAt } = this.enterForm('pay', receiver);
    return { prepayId: formId, grantIds, expiresAt };
  }

  async pushEvent(options: PushEventOptions): Promise<PushRecord> {
    const { account, event } = readPushEvent(this.platform, options);
    return this.platform.pushes.pushAndWait(account, event);
  }

  pushes(appId?: string): PushRecord[] {
    const account = appId === undefined ? undefined : this.platform.accounts.get(appId);
    return this.platform.pushes
      .list()
      .filter((each) => account === undefined || each.appId === account.appId);
  }

  async settledPushes(appId?: string): Promise<PushRecord[]> {
    await this.platform.pushes.settled();
    return this.pushes(appId);
  }

  private enterForm(how: 'submit' | 'pay', receiver: ReceiverOptions): Form {
    const fields = new FieldReader(receiver, 'form').onlyKnown(RECEIVER_FIELDS);
    const { account, openid } = readReceiverAt(['mini-program'], this.platform, fields);
    return this.platform.forms[how](account, openid);
  }
}
