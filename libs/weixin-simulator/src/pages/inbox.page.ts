import { shanghaiTime } from '../common/clock.js';
import { viewPeople } from '../panel/panel-view.js';
import type { MessageLine, ReceivedMessage } from '../platform/inbox.js';
import type { Platform } from '../platform/platform.js';
import { isColor } from '../platform/wire-values.js';
import { definePage } from './engine.js';
import { type Pages, pageOf } from './page-of.js';
import type { Visit } from './visit.js';

const SIZE = 20;
/** Beside the messages; the page of people finds the others. */
const SHOWN_PEOPLE = 12;

interface Card extends ReceivedMessage {
  account: string;
  person: string;
  time: string;
  /** Ready for a style attribute: checked, or empty. */
  style: string;
  link: string | undefined;
  shownLines: (MessageLine & { style: string })[];
}

const inboxPage = definePage<{
  cards: Card[];
  pages: Pages;
  people: { name: string; messages: number }[];
  morePeople: number;
  accounts: { appId: string; name: string }[];
  person: string | undefined;
  appId: string;
  q: string;
  path: string;
  languageLink: string;
}>(
  'inbox',
  `<% layout('@layout', { title: '[[消息|Messages]]', tab: 'inbox' }) %>
<div class="head"><h1>[[收到的消息|Received messages]]<% if (it.person) { %> · <%= it.person %><% } %></h1><a href="">[[刷新|Refresh]]</a></div>
<div class="split left">
<nav class="side" aria-label="[[用户|People]]"><ul class="list">
  <li><a href="<%= it.path %>"<% if (!it.person) { %> aria-current="page"<% } %>><span>[[全部|All]]</span></a></li>
  <% for (const { name, messages } of it.people) { %><li><a href="<%= it.path %>?person=<%= encodeURIComponent(name) %>"<% if (name === it.person) { %> aria-current="page"<% } %>><span><%= name %></span><small><%= messages %></small></a></li>
  <% } %><% if (it.morePeople > 0) { %><li><a href="/_simulator/people.html"><span>[[还有 <%= it.morePeople %> 位…|<%= it.morePeople %> more…]]</span></a></li><% } %>
</ul></nav>
<div>
<form class="filters few" method="get" role="search">
  <% if (it.person) { %><input type="hidden" name="person" value="<%= it.person %>"><% } %>
  <div><label for="q">[[文字|Text]]</label><input id="q" name="q" type="search" value="<%= it.q %>" maxlength="64"></div>
  <div><label for="appId">[[账号|Account]]</label><select id="appId" name="appId"><option value="">[[全部|All]]</option><% for (const { appId, name } of it.accounts) { %><option value="<%= appId %>"<% if (appId === it.appId) { %> selected<% } %>><%= name %></option><% } %></select></div>
  <button>[[筛选|Filter]]</button>
</form>
<div class="feed">
<% if (it.cards.length === 0) { %><p class="empty">[[还没有消息|No messages yet]]</p><% } %>
<% for (const card of it.cards) { %>
<div><p class="when"><time title="[[北京时间|Beijing time]]"><%= card.time %></time></p>
<article class="card message">
  <header><span class="icon" aria-hidden="true"><%= [...card.account][0] %></span><span><%= card.account %></span></header>
  <h2><%= card.title %></h2>
  <% for (const line of card.shownLines.filter((each) => each.emphasis)) { %><p class="emphasis"<% if (line.style) { %> style="<%= line.style %>"<% } %>><small><%= line.label %></small><br><b><%= line.value %></b></p>
  <% } %><% if (card.shownLines.length > 0) { %><dl class="keywords"><% for (const line of card.shownLines.filter((each) => !each.emphasis)) { %><dt><%= line.label %></dt><dd<% if (line.style) { %> style="<%= line.style %>"<% } %>><%= line.value %></dd><% } %></dl>
  <% } else { %><p class="text"<% if (card.style) { %> style="<%= card.style %>"<% } %>><%= card.content.value %></p>
  <% } %>  <% if (card.miniprogram) { %><footer><span class="jump"><span>[[打开小程序|Open the mini-program]]</span><span aria-hidden="true">›</span></span>
    <small><code><%= card.miniprogram.appid %></code> · <code><%= card.miniprogram.pagepath %></code></small></footer><% } %>
  <% if (card.link) { %><footer><a href="<%= card.link %>" rel="noopener noreferrer"><span>[[查看详情|Details]]</span><span aria-hidden="true">›</span></a>
    <small><% if (card.miniprogram) { %>[[旧版本微信：|old clients:]] <% } %><code><%= card.link %></code></small></footer><% }
     else if (card.page) { %><footer><span class="jump"><span>[[进入小程序|Open the page]]</span><span aria-hidden="true">›</span></span>
    <small><code><%= card.page %></code><% if (card.miniprogramState && card.miniprogramState !== 'formal') { %> · <%= card.miniprogramState %><% } %></small></footer><% }
     else if (card.url) { %><footer class="quiet"><code><%= card.url %></code></footer><% } %>
</article>
<p class="facts"><%= card.person %> · <%= card.place === 'account-chat' ? '[[公众号会话|chat of the account]]' : '[[服务通知|service notification]]' %> · <% if (card.channel === 'one-time') { %>[[场景值|scene]] <%= card.scene %><% } else { %><%= card.channel %><% } %> · [[授权|grant]] <%= card.grantId %><% if (card.msgId) { %> · msgid <%= card.msgId %><% } %></p></div>
<% } %>
</div>
<%~ include('@pager', it) %>
</div></div>`,
);

/** What lies on the phone of one person, or of everybody, newest first. */
export function renderInboxPage(platform: Platform, { here, query, language, languageLink }: Visit): string {
  const { people, accounts, inbox } = platform;
  const person = people.has(query.person) ? query.person : undefined;
  const { appId = '' } = query;
  const q = (query.q ?? '').trim();
  const fits = (message: ReceivedMessage) =>
    (person === undefined || people.identify(message.openid)?.person === person) &&
    (appId === '' || message.appId === appId) &&
    (q === '' || `${message.title}\n${message.content.value}`.includes(q));
  const { items, pages } = pageOf(inbox.list().filter(fits).reverse(), {
    here,
    page: query.page,
    size: SIZE,
  });
  const names = shownNames(people.names(), person);
  return inboxPage(
    {
      ...{ pages, person, appId, q, path: here.pathname, languageLink },
      cards: items.map((message) => toCard(message, platform)),
      people: viewPeople(platform, names),
      morePeople: people.names().length - names.length,
      accounts: accounts.all(),
    },
    language,
  );
}

/** The one that was chosen is always there. */
function shownNames(names: string[], person: string | undefined): string[] {
  const first = names.slice(0, SHOWN_PEOPLE);
  return person === undefined || first.includes(person) ? first : [person, ...first.slice(1)];
}

function toCard(message: ReceivedMessage, platform: Platform): Card {
  return {
    ...message,
    account: platform.accounts.find(message.appId)?.name ?? message.appId,
    person: platform.people.identify(message.openid)?.person ?? message.openid,
    time: shanghaiTime(message.receivedAt),
    style: styleOf(message.content.color),
    link: [message.url, message.page].find((each) => each && /^https?:\/\//i.test(each)),
    shownLines: (message.lines ?? []).map((line) => ({ ...line, style: styleOf(line.color) })),
  };
}

function styleOf(color: string | undefined): string {
  return color && isColor(color) ? `color:${color}` : '';
}
