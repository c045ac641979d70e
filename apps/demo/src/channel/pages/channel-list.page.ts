import { definePage } from '../../pages/engine.js';
import type { ChannelEntry } from '../channel.catalog.js';

interface ListedChannel extends ChannelEntry {
  /** Absent: no account here has a template of it. */
  appId?: string;
}

const channelListPage = definePage<{ channels: ListedChannel[] }>(
  'channel-list',
  `<% layout('@layout', { title: '[[消息类型|Kinds of messages]]' }) %>
<nav><a href="/">[[‹ 全部课程|‹ All courses]]</a></nav>
<h1>[[消息类型|Kinds of messages]]</h1>
<p class="quiet lead">[[每种消息一页：询问、授权、发送、收件箱。|A page for each kind: ask, grant, send, inbox.]]</p>
<ul class="cards">
  <li class="card">
    <a href="/"><strong>[[一次性订阅消息|One-time subscription message]]</strong></a>
    <p class="quiet">[[课程页：每个场景确认一次，可发一条。|The courses: one confirm for a scene permits one message.]]</p>
    <p><span class="tag">one-time</span></p>
  </li>
<% for (const { name, title, rule, retired, appId } of it.channels) { %>
  <li class="card">
    <a href="/channels/<%= name %>"><strong><%= title.[[zh|en]] %></strong></a>
    <p class="quiet"><%= rule.[[zh|en]] %></p>
    <p><span class="tag"><%= name %></span>
    <% if (retired) { %><span class="tag warn">[[已下线 <%= retired %>|retired <%= retired %>]]</span><% } %>
    <% if (!appId) { %><span class="tag">[[未配置|not configured]]</span><% } %></p>
  </li>
<% } %>
</ul>`,
);

/** The index of the channels. */
export function renderChannelListPage(channels: ListedChannel[]): string {
  return channelListPage({ channels });
}
