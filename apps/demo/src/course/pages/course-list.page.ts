import { definePage } from '../../pages/engine.js';
import type { Course } from '../course.catalog.js';

interface ListedCourse extends Course {
  /** Where "remind me" leads; absent when no official account is configured. */
  askUrl?: string;
}

const courseListPage = definePage<{ courses: ListedCourse[] }>(
  'course-list',
  `<% layout('@layout', { title: '[[上课提醒|Class reminders]]' }) %>
<h1>[[今天的课程|Today's courses]]</h1>
<p class="quiet lead">[[点“提醒我”，上课前微信会给你发一条消息。|Tap "Remind me" and WeChat sends you one message before class.]]</p>
<ul class="cards">
<% for (const course of it.courses) { %>
  <li class="card">
    <div class="lesson">
      <div><a href="/courses/<%= course.number %>"><strong id="course-<%= course.number %>">[[<%= course.name %>|<%= course.englishName %>]]</strong></a><br>
      <span class="quiet">[[<%= course.room %>|<%= course.englishRoom %>]]</span></div>
      <span class="time"><%= course.startsAt %></span>
    </div>
    <% if (course.askUrl) { %><p class="actions"><a class="button second" href="<%= course.askUrl %>" aria-describedby="course-<%= course.number %>">[[提醒我|Remind me]]</a></p><% } %>
  </li>
<% } %>
</ul>
<% if (!it.courses.some((course) => course.askUrl)) { %><p class="notice plain">[[没有配置公众号，只能在移动应用里订阅。|No official account is configured: subscribing works in the mobile app only.]]</p><% } %>
<h2>[[其他消息类型|Other kinds of messages]]</h2>
<p class="card"><a href="/channels"><strong>[[订阅消息、订阅通知、模板消息|Subscription messages, notices and template messages]]</strong></a><br>
<span class="quiet">[[每种消息一页，从授权到收件箱。|A page for each channel, from ask to inbox.]]</span></p>`,
);

/** The front page. */
export function renderCourseListPage(courses: ListedCourse[]): string {
  return courseListPage({ courses });
}
