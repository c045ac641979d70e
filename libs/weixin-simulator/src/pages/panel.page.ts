import type { PanelView } from '../panel/panel-view.js';
import { definePage } from './engine.js';
import type { Language } from './language.js';

const panelPage = definePage<PanelView & { languageLink: string }>(
  'panel',
  `<% layout('@layout', { title: '[[面板|Panel]]', tab: 'panel' }) %>
<%~ include('@done', it) %>
<div class="split">
<div>
<div class="head"><h1>[[账号|Accounts]]</h1></div>
<div class="flow">
<% for (const account of it.accounts) { %>
<section class="card" aria-label="<%= account.name %>">
  <div class="row"><h2><%= account.name %></h2><span class="tag"><%= account.kind %></span></div>
  <dl>
    <dt>AppID</dt><dd><code><%= account.appId %></code></dd>
    <% if (account.flags.length > 0) { %><dt>[[状态|Flags]]</dt><dd><% for (const flag of account.flags) { %><span class="tag bad"><%= flag %></span> <% } %></dd><% } %>
    <dt>[[今日|Today]]</dt><dd><% for (const use of account.usage) { %><code><%= use.path %></code> <%= use.used %> / <%= use.isFull ? '[[已满|full]]' : use.limit %><br><% } %></dd>
  </dl>
  <% if (account.templates.length + account.keywordTemplates.length > 0) { %><details><summary>[[模板|Templates]] (<%= account.templates.length + account.keywordTemplates.length %>)</summary><ul class="rows"><% for (const id of account.templates) { %><li><code><%= id %></code></li><% } %><% for (const template of account.keywordTemplates) { %><li><%= template.title %><% if (template.banned) { %> <span class="tag bad">banned</span><% } %><br><code><%= template.id %></code></li><% } %></ul></details><% } %>
  <ul class="rows" aria-label="access_token"><% for (const token of account.tokens) { %>
    <li class="row"><span><code><%= token.masked %></code><br><small><%= token.family %> · [[至|until]] <%= token.until %></small></span><span class="tag <%= token.state === 'live' ? 'good' : 'bad' %>"><%= token.state %></span></li><% } %>
    <% if (account.tokens.length === 0) { %><li class="quiet">[[还没有 access_token|No access_token yet]]</li><% } %></ul>
  <form method="post" action="<%= it.action %>" class="trio">
    <input type="hidden" name="appId" value="<%= account.appId %>">
    <button class="small" name="do" value="kill">[[让 token 失效|Kill tokens]]</button>
    <button class="small" name="do" value="mint">[[别处获取 token|Fetch elsewhere]]</button>
    <button class="small" name="do" value="fill">[[用尽额度|Use up quota]]</button>
  </form>
  <% if (account.tryIt) { %><p><a href="<%= account.tryIt %>">[[打开确认页|Open the confirm page]]</a></p><% } %>
</section>
<% } %>
</div>
<div class="head"><h2>[[未使用的授权|Unused grants]]</h2><% if (it.grants.length > 0) { %><a href="/_simulator/grants.html">[[全部|All]] <%= it.grants.length + it.moreGrants %></a><% } %></div>
<section class="card"><ul class="rows">
  <% for (const grant of it.grants) { %><%~ include('@grant-row', grant) %><% } %>
  <% if (it.grants.length === 0) { %><li class="quiet">[[没有|None]]</li><% } %>
</ul></section>
</div>
<aside>
<div class="head"><h2 id="clock">[[时钟|Clock]]</h2></div>
<section class="card" aria-labelledby="clock">
  <div class="row"><b><time><%= it.time %></time></b><small>[[北京时间|Beijing]]</small></div>
  <form method="post" action="<%= it.action %>" class="steps">
    <input type="hidden" name="do" value="advance">
    <% for (const step of it.steps) { %><button class="small" name="ms" value="<%= step.ms %>"><%= step.[[zh|en]] %></button><% } %>
  </form>
</section>
<div class="head"><h2>[[用户|People]]</h2><a href="/_simulator/people.html">[[全部|All]] <%= it.people.length + it.morePeople %></a></div>
<section class="card"><ul class="rows">
  <% for (const person of it.people) { %><%~ include('@person-row', person) %><% } %></ul>
  <form method="post" action="<%= it.action %>">
    <input type="hidden" name="do" value="person">
    <label for="name">[[添加用户|Add a person]]</label>
    <div class="row"><input id="name" name="name" maxlength="64" required autocomplete="off"><button>[[添加|Add]]</button></div>
  </form>
</section>
<div class="head"><h2>[[重置|Reset]]</h2></div>
<form class="card" method="post" action="<%= it.action %>">
  <p class="quiet">[[清空授权、消息、token、故障和记录，时钟归位|Forgets grants, messages, tokens, faults and calls; the clock goes back]]</p>
  <button class="small danger" name="do" value="reset">[[全部重置|Reset everything]]</button>
</form>
<p class="quiet"><a href="">[[刷新|Refresh]]</a> · <a href="/_simulator/openapi.json">OpenAPI</a></p>
</aside>
</div>`,
);

/** Everything at a glance: accounts with their tokens, unused grants, clock, people, reset. */
export function renderPanelPage(view: PanelView, languageLink: string, language: Language): string {
  return panelPage({ ...view, languageLink }, language);
}
