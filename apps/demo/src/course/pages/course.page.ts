import { definePage } from '../../pages/engine.js';
import type { Course } from '../course.catalog.js';

interface CoursePage {
  course: Course;
  askUrl?: string;
  /** What the callback of the authorization brought; anybody can write it into an address. */
  subscribe?: unknown;
}

const coursePage = definePage<CoursePage>(
  'course',
  `<% const { course } = it; layout('@layout', { title: course.[[name|englishName]], narrow: true }) %>
<nav><a href="/">[[‹ 全部课程|‹ All courses]]</a></nav>
<% if (it.subscribe === 'confirmed') { %><div class="notice good" role="status">[[<strong>订阅成功</strong>，上课前你会收到一条提醒。|<strong>Subscribed</strong>: you will get one reminder before class.]]</div><% } %>
<% if (it.subscribe === 'cancelled') { %><div class="notice plain" role="status">[[<strong>已取消</strong>，没有订阅。|<strong>Cancelled</strong>: nothing was subscribed.]]</div><% } %>
<div class="card">
  <div class="lesson">
    <div><h1>[[<%= course.name %>|<%= course.englishName %>]]</h1>
    <p class="quiet">[[<%= course.room %>|<%= course.englishRoom %>]] · [[场景值|scene]] <%= course.number %></p></div>
    <span class="time"><%= course.startsAt %></span>
  </div>
  <% if (it.askUrl && it.subscribe === 'confirmed') { %><p class="actions"><a class="button second" href="<%= it.askUrl %>">[[重新订阅|Subscribe anew]]</a></p>
  <% } else if (it.askUrl) { %><p class="actions"><a class="button" href="<%= it.askUrl %>">[[提醒我|Remind me]]</a></p><% } %>
</div>
<p class="quiet"><a href="/courses/<%= course.number %>/teacher">[[教师页面：提醒这门课的学生 ›|For the teacher: remind the students of this course ›]]</a></p>`,
);

/** One course, for who attends it: what the last step brought, and the way to a reminder. */
export function renderCoursePage(page: CoursePage): string {
  return coursePage(page);
}
