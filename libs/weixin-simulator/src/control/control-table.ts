import { FieldReader } from '../common/field-reader.js';
import { fields, listOf, oneOf, TEXT, WHOLE } from '../common/json-schema.js';
import { UsageError } from '../common/usage-error.js';
import { TOKEN_FAMILIES, type TokenFamily } from '../token/access-token.js';
import { component } from './component-schemas.js';
import type { Asked, ControlRoute } from './control-route.js';
import type { QuestionOptions, SimulatorVerbs, TapOptions } from './verbs.js';

const ID = fields({ id: TEXT });
const ONE_OPENID = { openid: { description: 'only what belongs to this openid' } };
const TOKEN_QUESTION = fields({ appId: TEXT, family: oneOf(...TOKEN_FAMILIES) }, 'family');

/** The verbs over HTTP. A new verb is an entry here; the documentation follows. */
export const CONTROL_TABLE: readonly ControlRoute[] = [
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
    ...{ body: component('Question'), answer: component('PersonAnswer') },
    handle: (verbs, { body }) => verbs.confirm(body as QuestionOptions),
  },
  {
    ...{ method: 'POST', path: '/cancel', summary: 'A person taps cancel' },
    ...{ body: component('Question'), answer: component('PersonAnswer') },
    handle: (verbs, { body }) => verbs.cancel(body as QuestionOptions),
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
    ...{ body: component('SdkQuestion'), answer: component('SdkResponses') },
    handle: (verbs, { body }) => answerAsSdk(verbs, body),
  },
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
    ...{ method: 'GET', path: '/faults', summary: 'The faults in force' },
    answer: listOf(component('Fault')),
    handle: (verbs) => verbs.faults(),
  },
  {
    ...{ method: 'POST', path: '/faults', summary: 'Bend the next answers' },
    ...{ body: component('NewFault'), answer: ID },
    handle: (verbs, { body }) => ({ id: verbs.fault(body as never) }),
  },
  {
    ...{ method: 'DELETE', path: '/faults', summary: 'Remove every fault', answer: component('Done') },
    handle: (verbs) => verbs.clearFaults(),
  },
  {
    ...{ method: 'DELETE', path: '/faults/:id', summary: 'Remove one fault', answer: component('Done') },
    handle: (verbs, { params }) => verbs.clearFaults(params.id),
  },
  {
    ...{ method: 'GET', path: '/tokens', summary: 'The newest tokens, masked' },
    query: { appId: { description: 'only of this account' } },
    answer: listOf(component('Token')),
    handle: (verbs, { query }) => verbs.tokens(query.appId),
  },
  {
    ...{ method: 'POST', path: '/tokens/kill', summary: 'Live tokens die upstream: 40001 from now on' },
    ...{ body: TOKEN_QUESTION, answer: fields({ killed: WHOLE }) },
    handle: (verbs, { body }) => ({ killed: verbs.killToken(...accountAndFamily(body)) }),
  },
  {
    ...{
      method: 'POST',
      path: '/tokens/mint',
      summary: 'Somebody else fetches a token with the same secret',
    },
    ...{ body: TOKEN_QUESTION, answer: fields({ accessToken: TEXT }) },
    handle: (verbs, { body }) => ({ accessToken: verbs.mintBehindBack(...accountAndFamily(body)) }),
  },
  {
    ...{
      method: 'POST',
      path: '/quotas/fill',
      summary: "Nothing is left of today's calls of one API: 45009",
    },
    ...{ body: fields({ appId: TEXT, path: TEXT }, 'path'), answer: component('Done') },
    handle: (verbs, { body }) => fillQuota(verbs, new FieldReader(body)),
  },
  {
    ...{ method: 'GET', path: '/clock', summary: "The simulator's own time", answer: component('Clock') },
    handle: (verbs) => ({ now: verbs.now() }),
  },
  {
    ...{ method: 'POST', path: '/clock/advance', summary: 'Let time pass' },
    ...{ body: fields({ ms: { type: 'number' } }), answer: component('Clock') },
    handle: (verbs, { body }) => ({ now: verbs.advance(new FieldReader(body).raw('ms') as number) }),
  },
  {
    ...{ method: 'POST', path: '/clock/set', summary: 'Set the clock' },
    ...{ body: fields({ now: { type: 'number' } }), answer: component('Clock') },
    handle: (verbs, { body }) => ({ now: verbs.setClock(new FieldReader(body).raw('now') as number) }),
  },
  {
    ...{ method: 'POST', path: '/reset', summary: 'As freshly started', answer: component('Done') },
    handle: (verbs) => verbs.reset(),
  },
];

/** What the app gets from the SDK: the question as the app asked it, plus `answer` (row 35, §2.3). */
function answerAsSdk(verbs: SimulatorVerbs, body: unknown): unknown {
  const { answer = 'confirm', ...question } = new FieldReader(body).everything() as { answer?: unknown };
  if (answer !== 'confirm' && answer !== 'cancel') throw new UsageError('answer: must be confirm or cancel');
  return verbs[answer](question as QuestionOptions).sdk;
}

function tap(verbs: SimulatorVerbs, fields: FieldReader): unknown {
  const { url, ...options } = fields.everything();
  return verbs.tap(typeof url === 'string' ? url : '', options as unknown as TapOptions);
}

function fillQuota(verbs: SimulatorVerbs, fields: FieldReader): void {
  verbs.fillQuota(fields.requiredText('appId'), fields.text('path'));
}

function accountAndFamily(body: unknown): [string, TokenFamily | undefined] {
  const fields = new FieldReader(body);
  return [fields.requiredText('appId'), fields.text('family') as TokenFamily | undefined];
}

function need(query: Asked['query'], name: string): string {
  const value = query[name];
  if (value === undefined) throw new UsageError(`${name}: is required`);
  return value;
}
