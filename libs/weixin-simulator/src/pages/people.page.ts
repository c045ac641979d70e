import { type GrantView, type PersonView, viewGrant, viewPeople } from '../panel/panel-view.js';
import type { Platform } from '../platform/platform.js';
import { definePage } from './engine.js';
import { type Pages, pageOf } from './page-of.js';
import type { Visit } from './visit.js';

const SIZE = 25;

const SEARCH = `<form class="filters" method="get" role="search"><div><label for="q">[[搜索|Search]]</label><input id="q" name="q" type="search" value="<%= it.q %>" maxlength="64"></div><button>[[搜索|Search]]</button><% if (it.q) { %><a href="<%= it.path %>">[[清除|Clear]]</a><% } %></form>`;

const peoplePage = definePage<{
  people: PersonView[];
  pages: Pages;
  q: string;
  path: string;
  languageLink: string;
}>(
  'people',
  `<% layout('@layout', { title: '[[用户|People]]', tab: 'people' }) %>
<div class="head"><h1>[[用户|People]]</h1><a href="/_simulator/grants.html">[[未使用的授权|Unused grants]]</a></div>
${SEARCH}
<% if (it.people.length === 0) { %><p class="empty">[[没有符合条件的用户|Nobody fits]]</p><% } else { %>
<section class="card"><ul class="rows"><% for (const person of it.people) { %><%~ include('@person-row', person) %><% } %></ul></section><% } %>
<%~ include('@pager', it) %>`,
);

/** Everybody, by name or openid. */
export function renderPeoplePage(platform: Platform, { here, query, language, languageLink }: Visit): string {
  const q = (query.q ?? '').trim();
  const found = platform.people
    .names()
    .filter((name) => name.includes(q) || platform.people.identify(q)?.person === name);
  const { items, pages } = pageOf(found, { here, page: query.page, size: SIZE });
  const people = viewPeople(platform, items);
  return peoplePage({ people, pages, q, path: here.pathname, languageLink }, language);
}

const grantsPage = definePage<{
  grants: GrantView[];
  pages: Pages;
  q: string;
  path: string;
  languageLink: string;
}>(
  'grants',
  `<% layout('@layout', { title: '[[未使用的授权|Unused grants]]', tab: 'people' }) %>
<div class="head"><h1>[[未使用的授权|Unused grants]]</h1><a href="/_simulator/people.html">[[用户|People]]</a></div>
${SEARCH}
<% if (it.grants.length === 0) { %><p class="empty">[[没有符合条件的授权|No grant fits]]</p><% } else { %>
<section class="card"><ul class="rows"><% for (const grant of it.grants) { %><%~ include('@grant-row', grant) %><% } %></ul></section><% } %>
<%~ include('@pager', it) %>`,
);

/** What may still be sent, by person, openid, scene or template; the last one first. */
export function renderGrantsPage(platform: Platform, { here, query, language, languageLink }: Visit): string {
  const q = (query.q ?? '').trim();
  const fits = ({ person, account, about, scene, id, openid }: GrantView & { openid: string }) =>
    [person, account, about, String(scene ?? ''), id, openid].some((text) => text.includes(q));
  const found = platform.grants
    .all()
    .filter(({ status }) => status === 'outstanding')
    .map((grant) => ({ ...viewGrant(platform, grant), openid: grant.openid }))
    .filter(fits)
    .reverse();
  const { items: grants, pages } = pageOf(found, { here, page: query.page, size: SIZE });
  return grantsPage({ grants, pages, q, path: here.pathname, languageLink }, language);
}
