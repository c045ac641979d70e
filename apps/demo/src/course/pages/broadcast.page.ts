import type { BilingualText, BroadcastStatus, PauseCause } from 'nestjs-weixin-subscribe';
import { definePage } from '../../pages/engine.js';
import { inShanghai } from '../../pages/moment.js';
import type { ClassBroadcast } from '../broadcast/class-broadcast.types.js';
import { type LiveView, liveViewOf } from '../broadcast/live-view.js';
import type { Course } from '../course.catalog.js';
import { LIVE_SCRIPT } from './broadcast.script.js';

const REFRESH_SECONDS = 3;

export const BROADCAST_STATUS: Record<BroadcastStatus, BilingualText> = {
  draft: { zh: '草稿', en: 'draft' },
  scheduled: { zh: '等待开始', en: 'scheduled' },
  running: { zh: '发送中', en: 'running' },
  paused: { zh: '已暂停', en: 'paused' },
  finished: { zh: '已完成', en: 'finished' },
  cancelled: { zh: '已取消', en: 'cancelled' },
};

const CAUSE: Record<PauseCause, BilingualText> = {
  person: { zh: '由人暂停，点“继续”接着发。', en: 'Paused by a person; "Resume" goes on.' },
  quota: {
    zh: '微信当日额度已用完，额度恢复后自动继续。',
    en: "WeChat's daily quota is used up; it goes on by itself when the quota is back.",
  },
  'quiet-hours': { zh: '免打扰时段，过后自动继续。', en: 'Quiet hours; it goes on by itself afterwards.' },
  refused: {
    zh: '被拒绝或出错的消息太多，请先查明原因，再决定继续或取消。',
    en: 'Too many messages were refused or wrong: find out why, then resume or cancel.',
  },
  account: {
    zh: '微信拒绝的是账号本身，请检查公众平台的设置。',
    en: 'WeChat refuses the account itself: check its settings.',
  },
  trouble: {
    zh: '连续多次连不上微信，恢复后点“继续”。',
    en: 'WeChat could not be reached; resume once it can.',
  },
  renderer: { zh: '生成内容的程序出错，修好后点“继续”。', en: 'The renderer failed; mend it, then resume.' },
};

const ROWS: [keyof LiveView['texts'], zh: string, en: string][] = [
  ['sent', '已发送', 'sent'],
  ['refused', '被拒绝', 'refused'],
  ['failed', '未发出', 'failed'],
  ['unknown', '结果不明', 'unknown'],
  ['remaining', '剩余', 'remaining'],
  ['rate', '速度', 'rate'],
  ['eta', '预计还需', 'time left'],
];

/** Of no interest once it is over. */
const GOING_ON: string[] = ['remaining', 'rate', 'eta'];

interface BroadcastPage extends ClassBroadcast {
  course: Course;
}

const broadcastPage = definePage<BroadcastPage & { live: LiveView; texts: object }>(
  'broadcast',
  `<% const { course, broadcast, live, texts } = it; const { status } = broadcast; const here = '/courses/' + course.number + '/broadcasts/' + broadcast.id;
layout('@layout', { title: '[[提醒全班|Remind all]] · ' + course.[[name|englishName]], narrow: true, refresh: live.isOver ? 0 : texts.refresh, script: live.isOver ? '' : texts.script }) %>
<nav><a href="/courses/<%= course.number %>/teacher">‹ [[<%= course.name %>|<%= course.englishName %>]]</a></nav>
<section class="card" data-state="<%= live.state %>"<% if (!live.isOver) { %> data-live="<%= here %>/live"<% } %>>
  <div class="lesson">
    <h1>[[提醒全班|Remind all]]</h1>
    <span class="tag<% if (status === 'running' || status === 'finished') { %> good<% } %>" role="status"><%= texts.status.[[zh|en]] %></span>
  </div>
  <p class="quiet">“<%= broadcast.content?.title %>” · <%= texts.time(broadcast.createdAt) %></p>
  <progress aria-label="[[进度|progress]]" max="<%= live.all %>" value="<%= live.done %>"></progress>
  <p class="done"><strong id="live-done"><%= live.texts.done %></strong></p>
  <dl class="counts">
  <% for (const [name, zh, en] of texts.rows) { %>
    <div><dt><%= [[zh|en]] %></dt><dd id="live-<%= name %>"><%= live.texts[name] %></dd></div>
  <% } %>
  </dl>
  <% if (status === 'paused') { %><p class="notice <%= broadcast.pauseCause === 'person' ? 'plain' : 'bad' %>"><strong><%= texts.cause.[[zh|en]] %></strong>
  <% if (broadcast.reason) { %><br><span class="quiet"><%= broadcast.reason %></span><% } %>
  <% if (broadcast.resumesAt) { %><br>[[自动继续|goes on]] <%= texts.time(broadcast.resumesAt) %><% } %></p><% } %>
  <% if (status === 'running' || status === 'scheduled') { %><form class="actions" method="post" action="<%= here %>/pause"><button class="button second" type="submit">[[暂停|Pause]]</button></form><% } %>
  <% if (status === 'paused') { %><form class="actions" method="post" action="<%= here %>/resume"><button class="button" type="submit">[[继续|Resume]]</button></form><% } %>
  <% if (status === 'running' || status === 'scheduled' || status === 'paused') { %><form class="actions" method="post" action="<%= here %>/cancel"><button class="button danger" type="submit">[[取消，不再发送|Cancel for good]]</button></form><% } %>
  <% if (live.isOver) { %><p class="actions"><a class="button" href="<%= here %>/outcome.csv" download>[[下载每个人的结果|Everybody's outcome]] (CSV)</a></p>
  <% if (broadcast.reason) { %><p class="quiet"><%= broadcast.reason %></p><% } %><% } %>
</section>
<p class="quiet">[[每人最多收到一条；关闭本页不影响发送。|Everybody gets one message at most; closing this page stops nothing.]]</p>`,
);

/** How a broadcast goes on; it changes while one looks at it. */
export function renderBroadcastPage({ course, broadcast, progress }: BroadcastPage): string {
  const { status, pauseCause } = broadcast;
  const live = liveViewOf(progress);
  const texts = {
    status: BROADCAST_STATUS[status],
    cause: CAUSE[pauseCause ?? 'person'],
    rows: live.isOver ? ROWS.filter(([name]) => !GOING_ON.includes(name)) : ROWS,
    refresh: REFRESH_SECONDS,
    script: LIVE_SCRIPT,
    time: inShanghai,
  };
  return broadcastPage({
    course,
    broadcast,
    progress,
    live,
    texts,
  });
}
