import type { BilingualText, Broadcast, GrantStatus } from 'nestjs-weixin-subscribe';
import { definePage } from '../../pages/engine.js';
import { inShanghai } from '../../pages/moment.js';
import type { Audience } from '../broadcast/class-broadcast.types.js';
import type { Course } from '../course.catalog.js';
import { type Attendee, MOST_SHOWN, type Outcome } from '../reminder.types.js';
import { BROADCAST_STATUS } from './broadcast.page.js';

interface TeacherPage {
  course: Course;
  outcome?: Outcome;
  people: Attendee[];
  /** Whom a broadcast would reach. */
  audiences: Audience[];
  /** Those of this course, newest first. */
  broadcasts: Broadcast[];
  idempotencyKey: string;
}

const STATUS: Record<GrantStatus, BilingualText> = {
  available: { zh: '可提醒', en: 'available' },
  claimed: { zh: '发送中', en: 'being sent' },
  spent: { zh: '已提醒', en: 'reminded' },
  void: { zh: '已失效', en: 'void' },
  unknown: { zh: '结果不明', en: 'unknown' },
  renewed: { zh: '已被新授权替换', en: 'renewed' },
  expired: { zh: '已过期', en: 'expired' },
};

const FLOW: Record<Attendee['flow'], BilingualText> = {
  web: { zh: '网页', en: 'web' },
  app: { zh: '移动应用', en: 'mobile app' },
};

const teacherPage = definePage<TeacherPage & { texts: object }>(
  'teacher',
  `<% const { course, outcome, texts } = it; layout('@layout', { title: '[[教师|Teacher]] · ' + course.[[name|englishName]] }) %>
<nav><a href="/courses/<%= course.number %>">‹ [[<%= course.name %>|<%= course.englishName %>]]</a></nav>
<h1>[[教师页面：<%= course.name %>|For the teacher: <%= course.englishName %>]] <span class="quiet"><%= course.startsAt %> · [[<%= course.room %>|<%= course.englishRoom %>]]</span></h1>
<% if (outcome) { %><div class="notice <%= outcome.status === 'sent' ? 'good' : 'bad' %>" role="status"><strong><%= outcome.meaning.[[zh|en]] %></strong>
<% if (outcome.remedy) { %><%= outcome.remedy.[[zh|en]] %><% } %>
<% if (outcome.errcode) { %><br><span class="tag">errcode <%= outcome.errcode %></span><% } %></div><% } %>
<div class="split">
<section><h2>[[提醒全班|Remind the class]]</h2>
<div class="card">
<% for (const { appId, templateId, flow, people, andMore } of it.audiences) { %>
  <p><strong><%= people %><% if (andMore) { %>+<% } %></strong> [[人等着提醒|people wait for a reminder]] <span class="tag"><%= texts.flow[flow].[[zh|en]] %></span></p>
  <p class="actions"><a class="button" href="/courses/<%= course.number %>/broadcasts/new?appId=<%= encodeURIComponent(appId) %>&amp;templateId=<%= encodeURIComponent(templateId) %>">[[提醒全班…|Remind all of them…]]</a></p>
<% } %>
<% if (it.audiences.length === 0) { %><p class="quiet">[[现在没有可提醒的人。|Nobody can be reminded now.]]</p><% } %>
<% if (it.broadcasts.length > 0) { %><ul class="past"><% for (const { id, status, createdAt, total } of it.broadcasts) { %>
  <li><a href="/courses/<%= course.number %>/broadcasts/<%= id %>"><%= texts.time(createdAt) %></a> · [[<%= total ?? 0 %> 人|<%= total ?? 0 %> people]] · <%= texts.broadcast[status].[[zh|en]] %></li>
<% } %></ul><% } %>
</div></section>
<section><h2>[[谁要提醒|Who wants to be reminded]]</h2>
<% if (it.people.length === 0) { %><p class="notice plain">[[还没有人订阅。|Nobody has subscribed yet.]]</p><% } else { %>
<% if (it.people.length === texts.most) { %><p class="quiet">[[只列出最近 <%= texts.most %> 人。|The latest <%= texts.most %> people.]]</p><% } %>
<ul class="people">
<% it.people.forEach((person, index) => { %>
  <li>
    <div><h3 id="person-<%= index %>"><%= person.openid %></h3>
    <p><% if (person.available > 0) { %><span class="tag good">[[可提醒 <%= person.available %> 次|can be reminded: <%= person.available %>]]</span><% }
          else { %><span class="tag">[[不可提醒|can not be reminded]]</span><% } %>
      <span class="tag"><%= texts.flow[person.flow].[[zh|en]] %></span></p></div>
    <% if (person.available > 0) { %><form method="post" action="/courses/<%= course.number %>/reminders">
      <input type="hidden" name="appId" value="<%= person.appId %>">
      <input type="hidden" name="openid" value="<%= person.openid %>">
      <input type="hidden" name="templateId" value="<%= person.templateId %>">
      <input type="hidden" name="idempotencyKey" value="<%= it.idempotencyKey %>-<%= index %>">
      <button class="button second small" type="submit" aria-describedby="person-<%= index %>">[[提醒|Remind]]</button>
    </form><% } %>
    <details>
      <summary>[[记录|History]] (<%= person.grants.length %>)</summary>
      <ul>
      <% for (const grant of person.grants) { %>
        <li><strong><%= texts.status[grant.status].[[zh|en]] %></strong><br>
        [[订阅|subscribed]] <%= texts.time(grant.grantedAt) %>
        <% if (grant.closedAt) { %><br>[[结束|ended]] <%= texts.time(grant.closedAt) %><% } %>
        <% if (grant.claimedBy) { %><br>[[消息|message]] <%= grant.claimedBy %><% } %></li>
      <% } %>
      </ul>
    </details>
  </li>
<% }) %>
</ul><% } %></section>
</div>`,
);

/** One course, for who teaches it: who may be reminded, and what happened so far. */
export function renderTeacherPage(page: TeacherPage): string {
  return teacherPage({
    ...page,
    texts: { status: STATUS, flow: FLOW, time: inShanghai, broadcast: BROADCAST_STATUS, most: MOST_SHOWN },
  });
}
