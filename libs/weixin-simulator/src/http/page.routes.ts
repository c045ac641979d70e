import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UsageError } from '../common/usage-error.js';
import type { SimulatorVerbs } from '../control/verbs.js';
import { renderCallsPage } from '../pages/calls.page.js';
import { renderFaultsPage } from '../pages/faults.page.js';
import { renderInboxPage } from '../pages/inbox.page.js';
import { languageCookie, languageOf } from '../pages/language.js';
import { renderPanelPage } from '../pages/panel.page.js';
import { renderGrantsPage, renderPeoplePage } from '../pages/people.page.js';
import { renderProblemPage } from '../pages/problem.page.js';
import { type Visit, visitOf } from '../pages/visit.js';
import { isOutcome, type Outcome, PANEL_ACTION, pressButton } from '../panel/panel-actions.js';
import { viewPanel } from '../panel/panel-view.js';
import type { Platform } from '../platform/platform.js';
import { type Answer, page, redirect } from './answer.js';

const PANEL = '/_simulator/';

/** The pages about the simulator, and the buttons on them. */
export function pageRoutes(app: FastifyInstance, platform: Platform, verbs: SimulatorVerbs): void {
  const show = (path: string, render: (visit: Visit) => string) =>
    app.get(path, async (request, reply) => send(reply, answer(request, render)));
  for (const path of ['/', '/_simulator'])
    app.get(path, async (_request, reply) => send(reply, redirect(PANEL)));
  show(PANEL, (visit) =>
    renderPanelPage(
      viewPanel(platform, visit.here.origin, outcomeOf(visit)),
      visit.languageLink,
      visit.language,
    ),
  );
  show('/_simulator/people.html', (visit) => renderPeoplePage(platform, visit));
  show('/_simulator/grants.html', (visit) => renderGrantsPage(platform, visit));
  show('/_simulator/inbox.html', (visit) => renderInboxPage(platform, visit));
  show('/_simulator/calls.html', (visit) => renderCallsPage(platform, visit));
  show('/_simulator/faults.html', (visit) =>
    renderFaultsPage(platform.faults.list(), outcomeOf(visit), visit),
  );
  buttonRoute(app, verbs);
}

/** The page; or, where a language was chosen by `lang`, the way to it, with the choice remembered. */
function answer(request: FastifyRequest, render: (visit: Visit) => string): Answer {
  const here = addressOf(request);
  const chosen = here.searchParams.get('lang');
  here.searchParams.delete('lang');
  if (chosen === 'zh' || chosen === 'en')
    return redirect(here.pathname + here.search, { 'set-cookie': languageCookie(chosen) });
  return page(render(visitOf(here, languageOf(request.headers))));
}

/**
 * One address for every button: does it, and goes back to the page (303, so that a reload repeats nothing).
 */
function buttonRoute(app: FastifyInstance, verbs: SimulatorVerbs): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post(PANEL_ACTION, async ({ body, headers }, reply) => {
    try {
      const form = Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : ''));
      const { outcome, page: back } = pressButton(verbs, form);
      return send(reply, { ...redirect(`${back}?done=${outcome}`), status: 303 });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return send(reply, page(renderProblemPage(error.message, PANEL, languageOf(headers)), {}, 400));
    }
  });
}

function outcomeOf({ query: { done } }: Visit): Outcome | undefined {
  return isOutcome(done) ? done : undefined;
}

function addressOf({ protocol, url, headers: { host } }: FastifyRequest): URL {
  const origin = `${protocol}://${host ?? ''}`;
  return new URL(url, URL.canParse(origin) ? origin : 'http://localhost');
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
