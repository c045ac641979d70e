import { FieldReader } from '../common/field-reader.js';
import { fields, listOf, oneOf, TEXT, WHOLE } from '../common/json-schema.js';
import { TOKEN_FAMILIES, type TokenFamily } from '../token/access-token.js';
import { component } from './component-schemas.js';
import type { ControlRoute } from './control-route.js';
import type { SimulatorVerbs } from './verbs.js';

const TOKEN_FIELDS = fields({ appId: TEXT, family: oneOf(...TOKEN_FAMILIES) }, 'family');

/** What happens to everybody: faults, dead tokens, filled quotas, time. */
export const WORLD_ROUTES: readonly ControlRoute[] = [
  {
    ...{ method: 'GET', path: '/faults', summary: 'The faults in force' },
    answer: listOf(component('Fault')),
    handle: (verbs) => verbs.faults(),
  },
  {
    ...{ method: 'POST', path: '/faults', summary: 'Bend the next answers' },
    ...{ body: component('NewFault'), answer: fields({ id: TEXT }) },
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
    ...{ method: 'POST', path: '/tokens/kill', summary: 'Live tokens die upstream: 40001 from now on' },
    ...{ body: TOKEN_FIELDS, answer: fields({ killed: WHOLE }) },
    handle: (verbs, { body }) => ({ killed: verbs.killToken(...accountAndFamily(body)) }),
  },
  {
    ...{
      method: 'POST',
      path: '/tokens/mint',
      summary: 'Somebody else fetches a token with the same secret',
    },
    ...{ body: TOKEN_FIELDS, answer: fields({ accessToken: TEXT }) },
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

function fillQuota(verbs: SimulatorVerbs, fields: FieldReader): void {
  verbs.fillQuota(fields.requiredText('appId'), fields.text('path'));
}

function accountAndFamily(body: unknown): [string, TokenFamily | undefined] {
  const fields = new FieldReader(body);
  return [fields.requiredText('appId'), fields.text('family') as TokenFamily | undefined];
}
