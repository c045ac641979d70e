import { listOf } from '../common/json-schema.js';
import { component } from './component-schemas.js';
import type { ControlRoute } from './control-route.js';
import type { PushEventOptions, ReceiverOptions, SettingOptions } from './subscribe-verbs.js';

const ONE_ACCOUNT = { appId: { description: 'only of this account' } };

/** What people do about messages other than one-time ones, and the events accounts hear. */
export const SUBSCRIBE_ROUTES: readonly ControlRoute[] = [
  {
    ...{
      method: 'POST',
      path: '/request-subscribe-message',
      summary: 'A person answers wx.requestSubscribeMessage in a mini-program',
    },
    ...{ body: component('SubscribeRequest'), answer: component('RequestSubscribeResult') },
    handle: (verbs, { body }) => verbs.requestSubscribeMessage(body as never),
  },
  {
    ...{
      method: 'POST',
      path: '/open-subscribe',
      summary: 'A person answers <wx-open-subscribe> on a page of an official account',
    },
    ...{ body: component('OpenSubscribeRequest'), answer: component('OpenSubscribeResult') },
    handle: (verbs, { body }) => verbs.openSubscribe(body as never),
  },
  {
    ...{
      method: 'POST',
      path: '/switch-template',
      summary: 'A person switches a template, or every message of the account, off or on',
    },
    ...{ body: component('SettingChange'), answer: component('SettingResult') },
    handle: (verbs, { body }) => verbs.switchTemplate(body as SettingOptions),
  },
  {
    method: 'POST',
    path: '/subscriptions-setting',
    summary: 'What wx.getSetting gives a mini-program about subscriptions',
    body: component('Receiver'),
    answer: component('SubscriptionsSetting'),
    handle: (verbs, { body }) => verbs.subscriptionsSetting(body as ReceiverOptions),
  },
  {
    ...{ method: 'POST', path: '/submit-form', summary: 'A person submits a form in a mini-program' },
    ...{ body: component('Receiver'), answer: component('SubmittedForm') },
    handle: (verbs, { body }) => verbs.submitForm(body as ReceiverOptions),
  },
  {
    ...{ method: 'POST', path: '/pay', summary: 'A person pays in a mini-program' },
    ...{ body: component('Receiver'), answer: component('Payment') },
    handle: (verbs, { body }) => verbs.pay(body as ReceiverOptions),
  },
  {
    ...{
      method: 'POST',
      path: '/push-event',
      summary: "Push any event to an account's push address and wait for what becomes of it",
    },
    ...{ body: component('NewPushEvent'), answer: component('Push') },
    handle: (verbs, { body }) => verbs.pushEvent(body as PushEventOptions),
  },
  {
    ...{ method: 'GET', path: '/pushes', summary: 'Events pushed so far, oldest first', query: ONE_ACCOUNT },
    answer: listOf(component('Push')),
    handle: (verbs, { query }) => verbs.pushes(query.appId),
  },
  {
    ...{ method: 'GET', path: '/pushes/settled', summary: 'The same, once no delivery is under way' },
    query: ONE_ACCOUNT,
    answer: listOf(component('Push')),
    handle: (verbs, { query }) => verbs.settledPushes(query.appId),
  },
];
