import type { FastifyInstance } from 'fastify';
import { FieldReader } from '../common/field-reader.js';
import { UsageError } from '../common/usage-error.js';
import type { TokenFamily } from '../token/access-token.js';
import type { QuestionOptions, SimulatorVerbs, TapOptions } from './verbs.js';

interface Asked {
  query: Record<string, string | undefined>;
  params: Record<string, string>;
  body: unknown;
}

type Route = [
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  (verbs: SimulatorVerbs, asked: Asked) => unknown,
];

const DONE = { ok: true };

/** The control API: the verbs over HTTP, under `/_simulator`. A wrong request answers 400 `{ error }` and changes nothing. */
const ROUTES: Route[] = [
  ['GET', '/state', (verbs) => verbs.state()],
  [
    'GET',
    '/openid',
    (verbs, { query }) => ({ openid: verbs.openid(need(query, 'person'), need(query, 'appId')) }),
  ],
  ['POST', '/people', (verbs, { body }) => verbs.addPerson(body as string)],
  [
    'PATCH',
    '/accounts/:appId',
    (verbs, { params, body }) => verbs.updateAccount(params.appId ?? '', body as object),
  ],
  ['POST', '/confirm', (verbs, { body }) => verbs.confirm(body as QuestionOptions)],
  ['POST', '/cancel', (verbs, { body }) => verbs.cancel(body as QuestionOptions)],
  ['POST', '/tap', (verbs, { body }) => tap(verbs, new FieldReader(body))],
  ['POST', '/sdk/subscribe-message', (verbs, { body }) => answerAsSdk(verbs, body)],
  ['GET', '/inbox', (verbs, { query }) => verbs.inbox(query.openid)],
  ['GET', '/grants', (verbs, { query }) => verbs.grants(query.openid)],
  ['GET', '/counters', (verbs) => verbs.counters()],
  ['GET', '/calls', (verbs) => verbs.calls()],
  ['GET', '/faults', (verbs) => verbs.faults()],
  ['POST', '/faults', (verbs, { body }) => ({ id: verbs.fault(body as never) })],
  ['DELETE', '/faults', (verbs) => verbs.clearFaults()],
  ['DELETE', '/faults/:id', (verbs, { params }) => verbs.clearFaults(params.id)],
  ['POST', '/tokens/kill', (verbs, { body }) => ({ killed: verbs.killToken(...accountAndFamily(body)) })],
  [
    'POST',
    '/tokens/mint',
    (verbs, { body }) => ({ accessToken: verbs.mintBehindBack(...accountAndFamily(body)) }),
  ],
  ['GET', '/tokens', (verbs, { query }) => verbs.tokens(query.appId)],
  ['POST', '/quotas/fill', (verbs, { body }) => fillQuota(verbs, new FieldReader(body))],
  ['GET', '/clock', (verbs) => ({ now: verbs.now() })],
  [
    'POST',
    '/clock/advance',
    (verbs, { body }) => ({ now: verbs.advance(new FieldReader(body).raw('ms') as number) }),
  ],
  [
    'POST',
    '/clock/set',
    (verbs, { body }) => ({ now: verbs.setClock(new FieldReader(body).raw('now') as number) }),
  ],
  ['POST', '/reset', (verbs) => verbs.reset()],
];

export function controlRoutes(app: FastifyInstance, verbs: SimulatorVerbs): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof UsageError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });
  for (const [method, path, handle] of ROUTES) {
    app.route({
      method,
      url: path,
      handler: async ({ query, params, body }) => handle(verbs, { query, params, body } as Asked) ?? DONE,
    });
  }
  const known = ROUTES.map(([method, path]) => `${method} /_simulator${path}`);
  app.all('/*', async ({ method, url }, reply) =>
    reply.code(404).send({ error: `no ${method} ${url}`, known }),
  );
}

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
