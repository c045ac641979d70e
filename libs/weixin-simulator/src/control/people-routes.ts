import { FieldReader } from '../common/field-reader.js';
import { fields, TEXT } from '../common/json-schema.js';
import { UsageError } from '../common/usage-error.js';
import { component } from './component-schemas.js';
import type { Asked, ControlRoute } from './control-route.js';
import type { SimulatorVerbs, SubscriptionRequestOptions, TapOptions } from './verbs.js';

/** Accounts, people, and what people answer. */
export const PEOPLE_ROUTES: readonly ControlRoute[] = [
  {
    ...{
      method: 'GET',
      path: '/state',
      summary: 'Accounts (without secrets), people with their openids, time',
    },
    answer: component('State'),
    handle: (verbs) => verbs.state(),
  },
  {
    ...{ method: 'GET', path: '/openid', summary: 'The openid of a person at an account' },
    query: {
      person: { description: 'name', required: true },
      appId: { description: 'account', required: true },
    },
    answer: fields({ openid: TEXT }),
    handle: (verbs, { query }) => ({ openid: verbs.openid(need(query, 'person'), need(query, 'appId')) }),
  },
  {
    ...{ method: 'POST', path: '/people', summary: 'Add a person' },
    ...{ body: component('NewPerson'), answer: component('Done') },
    handle: (verbs, { body }) => verbs.addPerson(body as string),
  },
  {
    ...{
      method: 'PATCH',
      path: '/accounts/:appId',
      summary: 'Change an account as its owner would in the console',
    },
    ...{ body: component('AccountChanges'), answer: component('Done') },
    handle: (verbs, { params, body }) => verbs.updateAccount(params.appId ?? '', body as object),
  },
  {
    ...{ method: 'POST', path: '/confirm', summary: 'A person taps confirm' },
    ...{ body: component('SubscriptionRequest'), answer: component('PersonAnswer') },
    handle: (verbs, { body }) => verbs.confirm(body as SubscriptionRequestOptions),
  },
  {
    ...{ method: 'POST', path: '/cancel', summary: 'A person taps cancel' },
    ...{ body: component('SubscriptionRequest'), answer: component('PersonAnswer') },
    handle: (verbs, { body }) => verbs.cancel(body as SubscriptionRequestOptions),
  },
  {
    ...{
      method: 'POST',
      path: '/tap',
      summary: 'Open a confirm address with all its checks and tap a button',
    },
    ...{ body: component('Tap'), answer: component('PersonAnswer') },
    handle: (verbs, { body }) => tap(verbs, new FieldReader(body)),
  },
  {
    ...{ method: 'POST', path: '/sdk/subscribe-message', summary: 'What the mobile SDK hands to the app' },
    ...{ body: component('SdkSubscriptionRequest'), answer: component('SdkResponses') },
    handle: (verbs, { body }) => answerAsSdk(verbs, body),
  },
];

/** What the app gets from the SDK: the request as the app made it, plus `answer` (row 35, §2.3). */
function answerAsSdk(verbs: SimulatorVerbs, body: unknown): unknown {
  const { answer = 'confirm', ...request } = new FieldReader(body).everything() as { answer?: unknown };
  if (answer !== 'confirm' && answer !== 'cancel') throw new UsageError('answer: must be confirm or cancel');
  return verbs[answer](request as SubscriptionRequestOptions).sdk;
}

function tap(verbs: SimulatorVerbs, fields: FieldReader): unknown {
  const { url, ...options } = fields.everything();
  return verbs.tap(typeof url === 'string' ? url : '', options as unknown as TapOptions);
}

function need(query: Asked['query'], name: string): string {
  const value = query[name];
  if (value === undefined) throw new UsageError(`${name}: is required`);
  return value;
}
