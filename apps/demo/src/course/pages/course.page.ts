import type { Broadcast, GrantStatus } from 'nestjs-weixin-subscribe';
import { definePage } from '../../pages/engine.js';
import { inShanghai } from '../../pages/moment.js';
import type { Audience } from '../broadcast/class-broadcast.types.js';
import type { Course } from '../course.catalog.js';
import { type Attendee, MOST_SHOWN, type Outcome } from '../reminder.types.js';
import { BROADCAST_STATUS } from './broadcast.page.js';

interface CoursePage {
  course: Course;
  askUrl?: string;
  /** What the callback of the authorization brought; anybody can write it into an address. */
  subscribe?: unknown;
  outcome?: Outcome;
  people: Attendee[];
  /** Whom a broadcast would reach. */
  audiences: Audience[];
  /** Those of this course, newest first. */
  broadcasts: Broadcast[];
  idempotencyKey: string;
}

const STATUS: Record<GrantStatus, string> = {
  available: '可提醒 available',
  claimed: '发送中 being sent',
  spent: '已提醒 reminded',
  void: '已失效 void',
  unknown: '结果不明 unknown',
  renewed: '已被新授权替换 renewed',
  expired: '已过期 expired',
};

const FLOW = { web: '网页 web', app: '移动应用 mobile app' };

const coursePage = definePage<CoursePage & { texts: object }>(
  'course',
  `<% const { course, outcome, texts } = it; layout('@layout', { title: course.name + ' ' + course.englishName + ' · 上课提醒' }) %>
<nav><a href="/">‹ 全部课程 <span lang="en">All courses</span></a></nav>
<% if (it.subscribe === 'confirmed') { %><div class="notice good" role="status"><strong>订阅成功</strong>，上课前你会收到一条提醒。<br>
<span lang="en">Subscribed: you will get one reminder before class.</span></div><% } %>
<% if (it.subscribe === 'cancelled') { %><div class="notice plain" role="status"><strong>已取消</strong>，没有订阅。<br>
<span lang="en">Cancelled: nothing was subscribed.</span></div><% } %>
<% if (outcome) { %><div class="notice <%= outcome.status === 'sent' ? 'good' : 'bad' %>" role="status"><strong><%= outcome.meaning.zh %></strong>
<% if (outcome.remedy) { %><%= outcome.remedy.zh %><% } %><br>
<span lang="en"><%= outcome.meaning.en %> <% if (outcome.remedy) { %><%= outcome.remedy.en %><% } %></span>
<% if (outcome.errcode) { %><br><span class="tag">errcode <%= outcome.errcode %></span><% } %></div><% } %>
<div class="card">
  <div class="lesson">
    <div><h1><%= course.name %> <span lang="en"><%= course.englishName %></span></h1>
    <p class="quiet"><%= course.room %> · 场景 <span lang="en">scene</span> <%= course.number %></p></div>
    <span class="time"><%= course.startsAt %></span>
  </div>
  <% if (it.askUrl) { %><p class="actions"><a class="button" href="<%= it.askUrl %>">提醒我 <span lang="en">Remind me</span></a></p><% } %>
</div>
<% if (it.audiences.length + it.broadcasts.length > 0) { %><h2>提醒全班 <span lang="en">Remind the class</span></h2>
<div class="card">
<% for (const { appId, templateId, flow, people, andMore } of it.audiences) { %>
  <p><strong><%= people %><% if (andMore) { %>+<% } %></strong> 人等着提醒 <span lang="en">people wait for a reminder</span> <span class="tag"><%= texts.flow[flow] %></span></p>
  <p class="actions"><a class="button" href="/courses/<%= course.number %>/broadcasts/new?appId=<%= encodeURIComponent(appId) %>&amp;templateId=<%= encodeURIComponent(templateId) %>">提醒全班… <span lang="en">Remind all of them…</span></a></p>
<% } %>
<% for (const { id, status, createdAt, total } of it.broadcasts) { %>
  <p><a href="/courses/<%= course.number %>/broadcasts/<%= id %>"><%= texts.time(createdAt) %></a> · <%= total ?? 0 %> 人 · <%= texts.broadcast[status].zh %> <span lang="en"><%= texts.broadcast[status].en %></span></p>
<% } %>
</div><% } %>
<h2>谁要提醒 <span lang="en">Who wants to be reminded</span></h2>
<% if (it.people.length === 0) { %><p class="notice plain">还没有人订阅。 <span lang="en">Nobody has subscribed yet.</span></p><% } %>
<% if (it.people.length === texts.most) { %><p class="quiet">只列出最近 <%= texts.most %> 人。 <span lang="en">The latest <%= texts.most %> people.</span></p><% } %>
<ul>
<% it.people.forEach((person, index) => { %>
  <li class="card">
    <h3 id="person-<%= index %>"><%= person.openid %></h3>
    <p><% if (person.available > 0) { %><span class="tag good">可提醒 <%= person.available %> 次 · can be reminded</span><% }
          else { %><span class="tag">不可提醒 · can not be reminded</span><% } %>
      <span class="tag"><%= texts.flow[person.flow] %></span></p>
    <% if (person.available > 0) { %><form class="actions" method="post" action="/courses/<%= course.number %>/reminders">
      <input type="hidden" name="appId" value="<%= person.appId %>">
      <input type="hidden" name="openid" value="<%= person.openid %>">
      <input type="hidden" name="templateId" value="<%= person.templateId %>">
      <input type="hidden" name="idempotencyKey" value="<%= it.idempotencyKey %>-<%= index %>">
      <button class="button" type="submit" aria-describedby="person-<%= index %>">快上课了，提醒 <span lang="en">Class soon: remind</span></button>
    </form><% } %>
    <details>
      <summary>记录 <span lang="en">History</span> (<%= person.grants.length %>)</summary>
      <ul>
      <% for (const grant of person.grants) { %>
        <li><strong><%= texts.status[grant.status] %></strong><br>
        订阅 <span lang="en">subscribed</span> <%= texts.time(grant.grantedAt) %>
        <% if (grant.closedAt) { %><br>结束 <span lang="en">ended</span> <%= texts.time(grant.closedAt) %><% } %>
        <% if (grant.claimedBy) { %><br>消息 <span lang="en">message</span> <%= grant.claimedBy %><% } %></li>
      <% } %>
      </ul>
    </details>
  </li>
<% }) %>
</ul>`,
);

/** One course: what the last step brought, who may be reminded, and what happened so far. */
export function renderCoursePage(page: CoursePage): string {
  return coursePage({
    ...page,
    texts: { status: STATUS, flow: FLOW, time: inShanghai, broadcast: BROADCAST_STATUS, most: MOST_SHOWN },
  });
}
