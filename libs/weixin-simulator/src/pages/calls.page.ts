import { shanghaiSeconds } from '../common/clock.js';
import type { RecordedCall } from '../platform/call-log.js';
import type { People } from '../platform/people.js';
import type { Platform } from '../platform/platform.js';
import { definePage } from './engine.js';
import { maskTokens } from './mask-tokens.js';
import { type Pages, pageOf } from './page-of.js';
import type { Visit } from './visit.js';

const SIZE = 50;

interface CallLine {
  id: number;
  method: string;
  path: string;
  /** Empty: no answer left the simulator. */
  result: string;
  good: boolean;
  time: string;
  faults: string[];
  /** Whom it is about. */
  person: string | undefined;
  facts: string;
  query: string;
  body: string;
  answer: string;
}

/** By what calls are found; empty: whatever it is. */
interface Filters {
  path: string;
  /** An errcode, `lost` for no answer, `refused` for every errcode but 0. */
  result: string;
  person: string;
}

const callsPage = definePage<{
  calls: CallLine[];
  pages: Pages;
  filters: Filters;
  paths: string[];
  results: number[];
  languageLink: string;
}>(
  'calls',
  `<% layout('@layout', { title: '[[调用|Calls]]', tab: 'calls' }) %>
<div class="head"><h1>[[最近的调用|Recent calls]]</h1><a href="">[[刷新|Refresh]]</a></div>
<form class="filters" method="get" role="search">
  <div><label for="path">[[路径|Path]]</label><select id="path" name="path"><option value="">[[全部|All]]</option><% for (const path of it.paths) { %><option value="<%= path %>"<% if (path === it.filters.path) { %> selected<% } %>><%= path %></option><% } %></select></div>
  <div><label for="result">[[结果|Result]]</label><select id="result" name="result"><option value="">[[全部|All]]</option><option value="refused"<% if (it.filters.result === 'refused') { %> selected<% } %>>errcode ≠ 0</option><option value="lost"<% if (it.filters.result === 'lost') { %> selected<% } %>>[[没有回答|No answer]]</option><% for (const code of it.results) { %><option<% if (String(code) === it.filters.result) { %> selected<% } %>><%= code %></option><% } %></select></div>
  <div><label for="person">[[用户或 openid|Person or openid]]</label><input id="person" name="person" value="<%= it.filters.person %>" maxlength="64"></div>
  <button>[[筛选|Filter]]</button>
</form>
<% if (it.calls.length === 0) { %><p class="empty">[[没有符合条件的调用|No call fits]]</p><% } else { %>
<div class="calls"><% for (const call of it.calls) { %>
<details>
  <summary><span class="tag <%= call.good ? 'good' : 'bad' %>"><%= call.result || '[[没有回答|no answer]]' %></span><b><%= call.method %></b><span class="what"><code><%= call.path %></code><% for (const fault of call.faults) { %> <span class="tag bad"><%= fault %></span><% } %></span><span class="whom"><%= call.person ?? '' %></span><time>#<%= call.id %> · <%= call.time %></time></summary>
  <div class="more"><p class="quiet"><%= call.facts %></p>
  <div><% if (call.query) { %><h3>[[参数|Query]]</h3><pre tabindex="0"><%= call.query %></pre><% } %>
  <% if (call.body) { %><h3>[[请求体|Body]]</h3><pre tabindex="0"><%= call.body %></pre><% } %></div>
  <div><h3>[[响应|Response]]</h3><pre tabindex="0"><%= call.answer || '–' %></pre></div></div>
</details><% } %>
</div><% } %>
<%~ include('@pager', it) %>`,
);

/** The last calls with request and response, newest first; tokens masked. */
export function renderCallsPage(
  { callLog, people }: Pick<Platform, 'callLog' | 'people'>,
  { here, query, language, languageLink }: Visit,
): string {
  const all = callLog.list();
  const filters = { path: query.path ?? '', result: query.result ?? '', person: (query.person ?? '').trim() };
  const found = all.filter((call) => fits(call, filters, people)).reverse();
  const { items, pages } = pageOf(found, { here, page: query.page, size: SIZE });
  const results = all.flatMap(({ errcode }) => (errcode === null ? [] : [errcode]));
  return callsPage(
    {
      ...{ pages, filters, languageLink },
      calls: items.map((call) => describeCall(call, people)),
      paths: [...new Set(all.map(({ path }) => path))].sort(),
      results: [...new Set(results)].sort((one, other) => one - other),
    },
    language,
  );
}

function fits({ path, status, errcode, openid }: RecordedCall, filters: Filters, people: People): boolean {
  if (filters.path !== '' && path !== filters.path) return false;
  if (filters.result === 'lost' && status !== null) return false;
  if (filters.result === 'refused' && (errcode ?? 0) === 0) return false;
  if (/^-?\d+$/.test(filters.result) && String(errcode) !== filters.result) return false;
  if (filters.person === '') return true;
  return openid === filters.person || (openid !== null && people.identify(openid)?.person === filters.person);
}

function describeCall(call: RecordedCall, people: People): CallLine {
  const { id, method, path, errcode, status, at, faults, ip, appId, openid } = call;
  const lost = status === null;
  const code = errcode === null ? `HTTP ${status}` : String(errcode);
  return {
    ...{ id, method, path, faults, time: shanghaiSeconds(at) },
    person: openid === null ? undefined : people.identify(openid)?.person,
    result: lost ? '' : code,
    good: !lost && (errcode === 0 || (errcode === null && (status ?? 500) < 400)),
    facts: [ip, appId, openid].filter((part) => part !== null).join(' · '),
    query: Object.keys(call.query).length === 0 ? '' : show(call.query),
    body: call.body === null ? '' : show(call.body),
    answer: call.answer === null ? '' : show(call.answer),
  };
}

function show(value: unknown): string {
  const masked = maskTokens(value);
  if (typeof masked !== 'string') return JSON.stringify(masked, null, 2);
  const title = /^<!doctype html>[\s\S]*?<title>([^<]*)</i.exec(masked)?.[1];
  return title === undefined ? masked : `[HTML] ${title}`;
}
