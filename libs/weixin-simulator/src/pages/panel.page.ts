import type { PanelView } from '../panel/panel-view.js';
import { definePage } from './engine.js';

const panelPage = definePage<PanelView>(
  'panel',
  `<% layout('@layout', { title: '面板 · Panel', tab: 'panel' }) %>
<%~ include('@done', it) %>
<section class="card" aria-labelledby="clock">
  <div class="row"><h2 id="clock">时钟 <span lang="en">Clock</span></h2><time><%= it.time %></time></div>
  <small>模拟器自己的时间，按北京时间显示 · <span lang="en">its own time, as shown in Shanghai</span></small>
  <form method="post" action="<%= it.action %>" class="buttons">
    <input type="hidden" name="do" value="advance">
    <% for (const [ms, zh, en] of it.steps) { %><button class="small" name="ms" value="<%= ms %>"><%= zh %> <span lang="en"><%= en %></span></button><% } %>
  </form>
</section>
<h1>账号 <span lang="en">Accounts</span></h1>
<% for (const account of it.accounts) { %>
<section class="card" aria-label="<%= account.name %>">
  <div class="row"><h2><%= account.name %></h2><span class="tag"><%= account.kind %></span></div>
  <dl>
    <dt>AppID</dt><dd><code><%= account.appId %></code></dd>
    <dt>模板 <span lang="en">templates</span></dt><dd><% if (account.templates.length + account.keywordTemplates.length === 0) { %>–<% } %><% for (const id of account.templates) { %><code><%= id %></code> <% } %><% for (const template of account.keywordTemplates) { %><div><%= template.title %><% if (template.banned) { %> <span class="tag bad">banned</span><% } %><br><code><%= template.id %></code></div><% } %></dd>
    <dt>今日 <span lang="en">today</span></dt><dd><% for (const use of account.usage) { %><code><%= use.path %></code> <%= use.used %> / <%= use.limit %><br><% } %></dd>
    <% if (account.flags.length > 0) { %><dt>状态 <span lang="en">flags</span></dt><dd><% for (const flag of account.flags) { %><span class="tag bad"><%= flag %></span> <% } %></dd><% } %>
  </dl>
  <ul class="rows" aria-label="令牌 Tokens"><% for (const token of account.tokens) { %>
    <li class="row"><span><code><%= token.masked %></code><br><small><%= token.family %> · 至 <span lang="en">until</span> <%= token.until %></small></span><span class="tag <%= token.state === 'live' ? 'good' : 'bad' %>"><%= token.state %></span></li><% } %>
    <% if (account.tokens.length === 0) { %><li class="quiet">还没有令牌 · <span lang="en">No token yet</span></li><% } %></ul>
  <form method="post" action="<%= it.action %>" class="trio">
    <input type="hidden" name="appId" value="<%= account.appId %>">
    <button name="do" value="kill">令牌作废 <span lang="en">Kill tokens</span></button>
    <button name="do" value="mint">别处换令牌 <span lang="en">Mint elsewhere</span></button>
    <button name="do" value="fill">额度用尽 <span lang="en">Fill quota</span></button>
  </form>
  <% if (account.tryIt) { %><p><a href="<%= account.tryIt %>">打开确认页 <span lang="en">Open the confirm page</span></a></p><% } %>
</section>
<% } %>
<h1>未用的授权 <span lang="en">Outstanding grants</span></h1>
<section class="card"><ul class="rows">
  <% for (const grant of it.grants) { %><li class="row"><span><%= grant.person %> · <% if (grant.channel === 'one-time') { %>场景 <span lang="en">scene</span> <%= grant.scene %><% } else { %><%= grant.about %> <span class="tag"><%= grant.channel %></span><% } %><br><small><%= grant.account %> · <%= grant.since %><% if (grant.confirms > 1) { %> · <%= grant.confirms %> 次 <span lang="en">times</span><% } %></small></span><span class="tag good"><%= grant.id %></span></li><% } %>
  <% if (it.grants.length === 0) { %><li class="quiet">没有 · <span lang="en">None</span></li><% } %>
  <% if (it.moreGrants > 0) { %><li class="quiet">还有 <span lang="en">and</span> <%= it.moreGrants %></li><% } %>
</ul></section>
<h1>人物 <span lang="en">People</span></h1>
<section class="card"><ul class="rows">
  <% for (const person of it.people) { %><li><div class="row"><b><%= person.name %></b><a href="/_simulator/inbox.html?person=<%= encodeURIComponent(person.name) %>">消息 <span lang="en">Inbox</span> (<%= person.messages %>)</a></div>
    <details><summary>openid</summary><dl><% for (const [account, openid] of person.openids) { %><dt><%= account %></dt><dd><code><%= openid %></code></dd><% } %></dl></details></li><% } %>
  <% if (it.morePeople > 0) { %><li class="quiet">还有 <span lang="en">and</span> <%= it.morePeople %></li><% } %></ul>
  <form method="post" action="<%= it.action %>">
    <input type="hidden" name="do" value="person">
    <label for="name">新人物 · <span lang="en">A new person</span></label>
    <div class="row"><input id="name" name="name" maxlength="64" required autocomplete="off"><button>添加 <span lang="en">Add</span></button></div>
  </form>
</section>
<h1>重置 <span lang="en">Reset</span></h1>
<form class="card" method="post" action="<%= it.action %>">
  <p class="quiet">清空授权、消息、令牌、故障、记录，时钟归位 · <span lang="en">forget grants, messages, tokens, faults and calls; the clock goes back</span></p>
  <button class="danger" name="do" value="reset">全部重置 <span lang="en">Reset everything</span></button>
</form>
<p class="center"><a href="/_simulator/">刷新 <span lang="en">Refresh</span></a> · <a href="/_simulator/openapi.json" lang="en">OpenAPI</a></p>`,
);

/** Everything at a glance: clock, accounts with their tokens, outstanding grants, people, reset. */
export function renderPanelPage(view: PanelView): string {
  return panelPage(view);
}
