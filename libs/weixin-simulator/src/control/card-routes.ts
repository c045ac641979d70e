import { listOf } from '../common/json-schema.js';
import type { ActivityOptions, CodeChange, OrderOptions } from './card-verbs.js';
import { component } from './component-schemas.js';
import type { ControlRoute } from './control-route.js';

/** Payments, buttons, and the service cards that come of them. */
export const CARD_ROUTES: readonly ControlRoute[] = [
  {
    ...{ method: 'POST', path: '/pay-order', summary: 'A person pays an order in a mini-program' },
    ...{ body: component('Order'), answer: component('PaidOrder') },
    handle: (verbs, { body }) => verbs.payOrder(body as OrderOptions),
  },
  {
    method: 'POST',
    path: '/tap-activity-button',
    summary: 'A person taps <button open-type="liveActivity"> in a mini-program',
    body: component('ActivityTap'),
    answer: component('ActivityDetail'),
    handle: (verbs, { body }) => verbs.tapActivityButton(body as ActivityOptions),
  },
  {
    ...{ method: 'POST', path: '/card-code', summary: 'WeChat, or the person, changes the state of a code' },
    ...{ body: component('CodeChange'), answer: component('Card') },
    handle: (verbs, { body }) => verbs.changeCode(body as CodeChange),
  },
  {
    ...{ method: 'GET', path: '/cards', summary: 'Codes and their service cards, oldest first' },
    query: { openid: { description: 'only of this person' } },
    answer: listOf(component('Card')),
    handle: (verbs, { query }) => verbs.cards(query.openid),
  },
];
