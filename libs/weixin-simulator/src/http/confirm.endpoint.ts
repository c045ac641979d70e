import { type ConfirmRequest, isConfirmError, readConfirmRequest } from '../confirm/confirm-request.js';
import { isDeepLink } from '../confirm/deep-link.js';
import { answerRequest, type PersonAnswer } from '../confirm/person-answer.js';
import { renderAppReturnPage, renderTwicePage } from '../pages/after-tap.page.js';
import { renderConfirmErrorPage, renderConfirmPage } from '../pages/confirm.page.js';
import type { Language } from '../pages/language.js';
import type { People } from '../platform/people.js';
import { type Answer, page, redirect } from './answer.js';
import { type PlatformCall, readForm } from './call.js';
import type { Endpoint } from './endpoint.js';
import { readCookie } from './read-cookie.js';

const PERSON_COOKIE = 'weixin_simulator_person';
/** Lets one page load the landing address in a frame. */
const TWICE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src http: https:; base-uri 'none'; frame-ancestors 'none'";

/** `GET /mp/subscribemsg?action=get_confirm&…`: the page a person reads; its two buttons post back here. */
export const confirmEndpoint: Endpoint = (call, { platform }) => {
  if (call.method !== 'GET' && call.method !== 'POST') return page('', { allow: 'GET, POST' }, 405);
  const request = readConfirmRequest(call.query, platform.accounts);
  if (isConfirmError(request)) return page(renderConfirmErrorPage(request, call.language));
  const form = readForm(call);
  const action = form.get('answer');
  const person = form.get('person') ?? undefined;
  if (
    call.method === 'POST' &&
    platform.people.has(person) &&
    (action === 'confirm' || action === 'cancel')
  ) {
    const openid = platform.people.openid(person, request.account.appId);
    const answer = answerRequest(platform, { ...request, openid }, action);
    return leave(request, answer, call.language, rememberPerson(person));
  }
  return ask(request, call, platform.people);
};

/** The browser goes back; a deep link, and a landing address to be opened twice, need a page to do it. */
function leave(
  { account, redirectUrl }: ConfirmRequest,
  answer: PersonAnswer,
  language: Language,
  headers: Record<string, string>,
): Answer {
  const { redirectTo = '' } = answer;
  if (isDeepLink(account.appId, redirectUrl))
    return page(renderAppReturnPage(account, answer, language), headers);
  if (answer.bentBy === 'redirect-twice')
    return page(renderTwicePage(redirectTo, language), {
      ...headers,
      'content-security-policy': TWICE_POLICY,
    });
  return redirect(redirectTo, headers);
}

/** Who the browser is: who is named, who it was before, or the first. */
export function personOf(
  { query, cookies }: Pick<PlatformCall, 'query' | 'cookies'>,
  people: People,
): string {
  const known = [query.person, readCookie(cookies, PERSON_COOKIE)].find((name) => people.has(name));
  return known ?? people.names()[0] ?? '';
}

function ask(request: ConfirmRequest, call: PlatformCall, people: People): Answer {
  const { person: asked, ...query } = call.query;
  const names = people.names();
  const chosen = personOf(call, people);
  const target = `${call.path}?${new URLSearchParams(query)}`;
  return page(
    renderConfirmPage({ request, target, names, chosen }, call.language),
    people.has(asked) ? rememberPerson(asked) : {},
  );
}

function rememberPerson(name: string): Record<string, string> {
  return { 'set-cookie': `${PERSON_COOKIE}=${encodeURIComponent(name)}; Path=/; HttpOnly; SameSite=Lax` };
}
