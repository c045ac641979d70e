import { shanghaiTime } from '../common/clock.js';
import type { MessageLine, ReceivedMessage } from '../platform/inbox.js';
import type { Platform } from '../platform/platform.js';
import { isColor } from '../platform/wire-values.js';
import { definePage } from './engine.js';

const SHOWN = 100;
/** Of a class of hundreds the messages are what one wants to see. */
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

const inboxPage = definePage<{ cards: Card[]; names: string[]; person: string | undefined; path: string }>(
  'inbox',
  `<% layout('@layout', { title: '服务通知 · Service Notifications', tab: 'inbox' }) %>
<h1>服务通知 <span lang="en">Service Notifications</span></h1>
<nav class="chips" aria-label="人物 People"><ul>
  <li><a href="<%= it.path %>"<% if (!it.person) { %> aria-current="page"<% } %>>全部 <span lang="en">All</span></a></li>
  <% for (const name of it.names) { %><li><a href="<%= it.path %>?person=<%= encodeURIComponent(name) %>"<% if (name === it.person) { %> aria-current="page"<% } %>><%= name %></a></li>
  <% } %>
</ul></nav>
<% if (it.cards.length === 0) { %><p class="card center quiet">还没有消息 · <span lang="en">No messages yet</span></p><% } %>
<% for (const card of it.cards) { %>
<p class="when"><time><%= card.time %></time></p>
<article class="card message">
  <header><span class="icon" aria-hidden="true"><%= [...card.account][0] %></span><span><%= card.account %></span></header>
  <h2><%= card.title %></h2>
  <% for (const line of card.shownLines.filter((each) => each.emphasis)) { %><p class="emphasis"<% if (line.style) { %> style="<%= line.style %>"<% } %>><small><%= line.label %></small><br><b><%= line.value %></b></p>
  <% } %><% if (card.shownLines.length > 0) { %><dl class="keywords"><% for (const line of card.shownLines.filter((each) => !each.emphasis)) { %><dt><%= line.label %></dt><dd<% if (line.style) { %> style="<%= line.style %>"<% } %>><%= line.value %></dd><% } %></dl>
  <% } else { %><p class="text"<% if (card.style) { %> style="<%= card.style %>"<% } %>><%= card.content.value %></p>
  <% } %>  <% if (card.miniprogram) { %><footer><span class="jump"><span>打开小程序 <span lang="en">Open the mini program</span></span><span aria-hidden="true">›</span></span>
    <small><code><%= card.miniprogram.appid %></code> · <code><%= card.miniprogram.pagepath %></code></small></footer><% } %>
  <% if (card.link) { %><footer><a href="<%= card.link %>" rel="noopener noreferrer"><span>查看详情 <span lang="en">Details</span></span><span aria-hidden="true">›</span></a>
    <small><% if (card.miniprogram) { %>旧版本微信 <span lang="en">old clients:</span> <% } %><code><%= card.link %></code></small></footer><% }
     else if (card.page) { %><footer><span class="jump"><span>进入小程序 <span lang="en">Open the page</span></span><span aria-hidden="true">›</span></span>
    <small><code><%= card.page %></code><% if (card.miniprogramState && card.miniprogramState !== 'formal') { %> · <%= card.miniprogramState %><% } %></small></footer><% }
     else if (card.url) { %><footer class="quiet"><code><%= card.url %></code></footer><% } %>
</article>
<p class="facts"><%= card.person %> · <%= card.place === 'account-chat' ? '公众号会话 chat' : '服务通知 notification' %> · <% if (card.channel === 'one-time') { %>场景 <span lang="en">scene</span> <%= card.scene %><% } else { %><%= card.channel %><% } %> · <%= card.grantId %><% if (card.msgId) { %> · msgid <%= card.msgId %><% } %></p>
<% } %>
<p class="center"><a href="">刷新 <span lang="en">Refresh</span></a></p>`,
);

/** The cards on the phone of one person, or of everybody, newest first. */
export function renderInboxPage(platform: Platform, path: string, person: string | undefined): string {
  const cards = platform.inbox
    .list()
    .map((message) => toCard(message, platform))
    .filter((card) => person === undefined || card.person === person);
  const names = platform.people.names().slice(0, SHOWN_PEOPLE);
  return inboxPage({ cards: cards.slice(-SHOWN).reverse(), names, person, path });
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
