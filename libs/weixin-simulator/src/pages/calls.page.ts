import { shanghaiSeconds } from '../common/clock.js';
import type { RecordedCall } from '../platform/call-log.js';
import type { People } from '../platform/people.js';
import type { Platform } from '../platform/platform.js';
import { definePage } from './engine.js';
import { maskTokens } from './mask-tokens.js';

const SHOWN = 100;

interface CallLine {
  id: number;
  method: string;
  path: string;
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

const callsPage = definePage<{ calls: CallLine[] }>(
  'calls',
  `<% layout('@layout', { title: '调用 · Calls', tab: 'calls' }) %>
<h1>最近的调用 <span lang="en">Recent calls</span></h1>
<% if (it.calls.length === 0) { %><p class="card center quiet">还没有调用 · <span lang="en">No calls yet</span></p><% } %>
<% for (const call of it.calls) { %>
<details class="card">
  <summary><span class="tag <%= call.good ? 'good' : 'bad' %>"><%= call.result %></span> <b><%= call.method %></b> <code><%= call.path %></code><% for (const fault of call.faults) { %> <span class="tag bad"><%= fault %></span><% } %><br><small>#<%= call.id %> · <%= call.time %><% if (call.person) { %> · <%= call.person %><% } %></small></summary>
  <p class="quiet"><%= call.facts %></p>
  <% if (call.query) { %><h3>参数 <span lang="en">Query</span></h3><pre tabindex="0"><%= call.query %></pre><% } %>
  <% if (call.body) { %><h3>正文 <span lang="en">Body</span></h3><pre tabindex="0"><%= call.body %></pre><% } %>
  <h3>回答 <span lang="en">Answer</span></h3><pre tabindex="0"><%= call.answer || '–' %></pre>
</details>
<% } %>
<p class="center"><a href="">刷新 <span lang="en">Refresh</span></a></p>`,
);

/** The last calls with request and answer, newest first; tokens masked. */
export function renderCallsPage({ callLog, people }: Pick<Platform, 'callLog' | 'people'>): string {
  const calls = callLog.list().slice(-SHOWN).reverse();
  return callsPage({ calls: calls.map((call) => describeCall(call, people)) });
}

function describeCall(call: RecordedCall, people: People): CallLine {
  const { id, method, path, errcode, status, at, faults, ip, appId, openid } = call;
  const lost = status === null;
  const code = errcode === null ? `HTTP ${status}` : String(errcode);
  return {
    ...{ id, method, path, faults, time: shanghaiSeconds(at) },
    person: openid === null ? undefined : people.identify(openid)?.person,
    result: lost ? '没有回答 lost' : code,
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
