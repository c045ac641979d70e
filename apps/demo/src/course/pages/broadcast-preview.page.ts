import { definePage } from '../../pages/engine.js';
import { inShanghai } from '../../pages/moment.js';
import type { ClassPreview } from '../broadcast/class-broadcast.types.js';
import { durationOf } from '../broadcast/live-view.js';
import type { Course } from '../course.catalog.js';

interface PreviewPage extends ClassPreview {
  course: Course;
  idempotencyKey: string;
}

const previewPage = definePage<PreviewPage & { texts: object }>(
  'broadcast-preview',
  `<% const { course, preview, texts } = it; const [sample] = preview.samples; layout('@layout', { title: '[[提醒全班|Remind all]] · ' + course.[[name|englishName]], narrow: true }) %>
<nav><a href="/courses/<%= course.number %>/teacher">‹ [[<%= course.name %>|<%= course.englishName %>]]</a></nav>
<section class="card">
  <h1>[[快上课了，提醒全班？|Class soon: remind everybody?]]</h1>
  <% if (sample && sample.content) { %><blockquote><strong><%= sample.content.title %></strong><br><span class="said"><%= sample.content.content.value %></span></blockquote><% } %>
  <dl class="counts">
    <div><dt>[[将收到提醒|people]]</dt><dd><%= preview.matching %></dd></div>
    <% if (preview.ratePerSecond) { %><div><dt>[[速度|rate]]</dt><dd>≤ <%= preview.ratePerSecond %> [[条/秒|a second]]</dd></div><% } %>
    <% if (preview.estimatedSeconds !== undefined) { %><div><dt>[[预计用时|it takes about]]</dt><dd><%= texts.duration %></dd></div><% } %>
    <% if (preview.quota) { %><div><dt>[[微信今日剩余额度|quota left today]]</dt><dd><%= preview.quota.remaining %> <small><%= texts.asOf %></small></dd></div><% } %>
  </dl>
  <% if (preview.matching === 0) { %><p class="notice plain">[[现在没有可提醒的人。|Nobody can be reminded now.]]</p><% } else { %>
  <form class="actions" method="post" action="/courses/<%= course.number %>/broadcasts">
    <input type="hidden" name="appId" value="<%= it.appId %>">
    <input type="hidden" name="templateId" value="<%= it.templateId %>">
    <input type="hidden" name="idempotencyKey" value="<%= it.idempotencyKey %>">
    <button class="button" type="submit">[[开始，提醒 <%= preview.matching %> 人|Start: remind <%= preview.matching %> people]]</button>
  </form><% } %>
</section>
<p class="quiet">[[每人用掉一次授权，最多收到一条。发送途中订阅的人，轮到时也会收到。|It uses one grant of each person, who gets one message at most. Who subscribes while it runs is reminded, too.]]</p>`,
);

/** What would happen, and the button that makes it happen. */
export function renderBroadcastPreviewPage(page: PreviewPage): string {
  const { estimatedSeconds = 0, quota } = page.preview;
  const texts = { duration: durationOf(estimatedSeconds), asOf: quota && inShanghai(quota.asOf) };
  return previewPage({ ...page, texts });
}
