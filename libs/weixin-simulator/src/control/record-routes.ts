import { listOf } from '../common/json-schema.js';
import { component } from './component-schemas.js';
import type { ControlRoute } from './control-route.js';

const ONE_OPENID = { openid: { description: 'only what belongs to this openid' } };

/** What there is to look at afterwards. */
export const RECORD_ROUTES: readonly ControlRoute[] = [
  {
    ...{ method: 'GET', path: '/inbox', summary: 'Messages that arrived, oldest first', query: ONE_OPENID },
    answer: listOf(component('Message')),
    handle: (verbs, { query }) => verbs.inbox(query.openid),
  },
  {
    ...{
      method: 'GET',
      path: '/grants',
      summary: 'Permissions given, used ones included',
      query: ONE_OPENID,
    },
    answer: listOf(component('Grant')),
    handle: (verbs, { query }) => verbs.grants(query.openid),
  },
  {
    ...{ method: 'GET', path: '/counters', summary: 'Mints, sends, calls, errcodes, deliveries per grant' },
    answer: component('Counters'),
    handle: (verbs) => verbs.counters(),
  },
  {
    ...{ method: 'GET', path: '/calls', summary: 'The last calls, oldest first' },
    answer: listOf(component('Call')),
    handle: (verbs) => verbs.calls(),
  },
  {
    ...{ method: 'GET', path: '/tokens', summary: 'The newest tokens, masked' },
    query: { appId: { description: 'only of this account' } },
    answer: listOf(component('Token')),
    handle: (verbs, { query }) => verbs.tokens(query.appId),
  },
];
