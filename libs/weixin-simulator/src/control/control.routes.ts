import type { FastifyInstance } from 'fastify';
import { UsageError } from '../common/usage-error.js';
import { languageOf } from '../pages/language.js';
import { renderNotFoundPage } from '../pages/problem.page.js';
import { type Asked, type ControlRoute, DONE } from './control-route.js';
import { CONTROL_TABLE } from './control-table.js';
import { describeControl } from './openapi.js';
import type { SimulatorVerbs } from './verbs.js';

/** Where the control API is mounted. */
export const CONTROL_PREFIX = '/_simulator';

const DOCUMENTATION: ControlRoute = {
  ...{ method: 'GET', path: '/openapi.json', summary: 'This document', answer: { type: 'object' } },
  handle: (verbs) => describeControl(ROUTES, CONTROL_PREFIX, verbs.state().url),
};
const ROUTES = [...CONTROL_TABLE, DOCUMENTATION];

/**
 * The control API: the verbs over HTTP, under `/_simulator`. A wrong request answers 400 `{ error }` and
 * changes nothing.
 */
export function controlRoutes(app: FastifyInstance, verbs: SimulatorVerbs): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof UsageError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });
  for (const { method, path, handle } of ROUTES) {
    app.route({
      method,
      url: path,
      handler: async ({ query, params, body }) =>
        (await handle(verbs, { query, params, body } as Asked)) ?? DONE,
    });
  }
  const known = ROUTES.map(({ method, path }) => `${method} ${CONTROL_PREFIX}${path}`);
  app.all('/*', async ({ method, url, headers }, reply) => {
    reply.code(404);
    // What a browser asks for when a person has typed an address.
    if (!headers.accept?.includes('text/html')) return reply.send({ error: `no ${method} ${url}`, known });
    const [path] = url.split('?', 1);
    return reply.type('text/html; charset=utf-8').send(renderNotFoundPage(path, languageOf(headers)));
  });
}
