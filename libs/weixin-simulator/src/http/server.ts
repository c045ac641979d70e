import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { controlRoutes } from '../control/control.routes.js';
import type { SimulatorVerbs } from '../control/verbs.js';
import { renderInboxPage } from '../pages/inbox.page.js';
import type { Platform } from '../platform/platform.js';
import type { Answer } from './answer.js';
import { AnswerWriter, page, redirect } from './answer.js';
import { platformRoutes } from './platform.routes.js';

const INBOX_PAGE = '/_simulator/inbox.html';
const BODY_LIMIT = 1024 * 1024;

/** Platform, control API and pages on one port. `closing` ends whatever waits. */
export function createServer(
  platform: Platform,
  verbs: SimulatorVerbs,
  closing: AbortSignal,
): FastifyInstance {
  const write = new AnswerWriter(platform.clock, platform.random);
  const app = fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT,
    // Addresses the router cannot decode still get an answer of the platform's kind.
    rewriteUrl: (request) => repairAddress(request.url ?? '/'),
  });
  app.register(async (scope) => platformRoutes(scope, { platform, write, closing }));
  app.register(async (scope) => controlRoutes(scope, verbs), { prefix: '/_simulator' });
  app.register(async (scope) => pageRoutes(scope, platform));
  return app;
}

function pageRoutes(app: FastifyInstance, platform: Platform): void {
  for (const path of ['/', '/_simulator', '/_simulator/']) {
    app.get(path, async (_request, reply) => send(reply, redirect(INBOX_PAGE)));
  }
  app.get<{ Querystring: { person?: string } }>(INBOX_PAGE, async ({ query: { person } }, reply) =>
    send(
      reply,
      page(renderInboxPage(platform, INBOX_PAGE, platform.people.has(person) ? person : undefined)),
    ),
  );
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

function repairAddress(url: string): string {
  const [path = '', ...query] = url.split('?');
  try {
    decodeURI(path);
    return url;
  } catch {
    return [path.replaceAll('%', '%25'), ...query].join('?');
  }
}
