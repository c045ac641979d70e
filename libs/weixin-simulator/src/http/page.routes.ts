import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UsageError } from '../common/usage-error.js';
import type { SimulatorVerbs } from '../control/verbs.js';
import { renderCallsPage } from '../pages/calls.page.js';
import { renderFaultsPage } from '../pages/faults.page.js';
import { renderInboxPage } from '../pages/inbox.page.js';
import { renderPanelPage } from '../pages/panel.page.js';
import { renderProblemPage } from '../pages/problem.page.js';
import { isOutcome, type Outcome, PANEL_ACTION, pressButton } from '../panel/panel-actions.js';
import { viewPanel } from '../panel/panel-view.js';
import type { Platform } from '../platform/platform.js';
import { type Answer, page, redirect } from './answer.js';

const PANEL = '/_simulator/';
const INBOX = '/_simulator/inbox.html';

type Asked = FastifyRequest<{ Querystring: { person?: string; done?: string } }>;

/** The pages about the simulator, and the buttons on them. */
export function pageRoutes(app: FastifyInstance, platform: Platform, verbs: SimulatorVerbs): void {
  const show = (path: string, render: (request: Asked) => string) =>
    app.get(path, async (request: Asked, reply) => send(reply, page(render(request))));
  for (const path of ['/', '/_simulator'])
    app.get(path, async (_request, reply) => send(reply, redirect(PANEL)));
  show(PANEL, (request) => renderPanelPage(viewPanel(platform, originOf(request), outcomeOf(request))));
  show(INBOX, ({ query: { person } }) =>
    renderInboxPage(platform, INBOX, platform.people.has(person) ? person : undefined),
  );
  show('/_simulator/calls.html', () => renderCallsPage(platform));
  show('/_simulator/faults.html', (request) => renderFaultsPage(platform.faults.list(), outcomeOf(request)));
  buttonRoute(app, verbs);
}

/**
 * One address for every button: does it, and goes back to the page (303, so that a reload repeats nothing).
 */
function buttonRoute(app: FastifyInstance, verbs: SimulatorVerbs): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post(PANEL_ACTION, async ({ body }, reply) => {
    try {
      const form = Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : ''));
      const { outcome, page: back } = pressButton(verbs, form);
      return send(reply, { ...redirect(`${back}?done=${outcome}`), status: 303 });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return send(reply, page(renderProblemPage(error.message, PANEL), {}, 400));
    }
  });
}

function outcomeOf({ query: { done } }: Asked): Outcome | undefined {
  return isOutcome(done) ? done : undefined;
}

function originOf({ protocol, headers: { host } }: FastifyRequest): string {
  const origin = `${protocol}://${host ?? ''}`;
  return URL.canParse(origin) ? new URL(origin).origin : 'http://localhost';
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
