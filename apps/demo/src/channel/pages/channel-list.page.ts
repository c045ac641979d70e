import { definePage } from '../../pages/engine.js';
import type { ChannelEntry } from '../channel.catalog.js';

interface ListedChannel extends ChannelEntry {
  /** Absent: no account here has a template of it. */
  appId?: string;
}

const channelListPage = definePage<{ channels: ListedChannel[] }>(
  'channel-list',
  `<% layout('@layout', { title: '消息类型 · Kinds of messages' }) %>
<nav><a href="/">‹ 全部课程 <span lang="en">All courses</span></a></nav>
<h1>消息类型 <span lang="en">Kinds of messages</span></h1>
<p class="quiet lead">每种消息一页：询问、授权、发送、收件箱。<br>
<span lang="en">A page for each kind: ask, grant, send, inbox.</span></p>
<ul>
  <li class="card">
    <a href="/"><strong>一次性订阅消息</strong></a> <span lang="en">One-time subscription message</span>
    <p class="quiet">课程页：每个场景确认一次，可发一条。 <span lang="en">The courses: one confirm for a scene permits one message.</span></p>
    <p><span class="tag">one-time</span></p>
  </li>
<% for (const { name, title, rule, retired, appId } of it.channels) { %>
  <li class="card">
    <a href="/channels/<%= name %>"><strong><%= title.zh %></strong></a> <span lang="en"><%= title.en %></span>
    <p class="quiet"><%= rule.zh %> <span lang="en"><%= rule.en %></span></p>
    <p><span class="tag"><%= name %></span>
    <% if (retired) { %><span class="tag warn">已下线 <%= retired %> · legacy, retired</span><% } %>
    <% if (!appId) { %><span class="tag">未配置 · not configured</span><% } %></p>
  </li>
<% } %>
</ul>`,
);

/** The index of the channels. */
export function renderChannelListPage(channels: ListedChannel[]): string {
  return channelListPage({ channels });
}
