import type { Account } from '../config/options.js';
import type { PersonAnswer } from '../confirm/person-answer.js';
import { definePage } from './engine.js';
import type { Language } from './language.js';

interface AppReturn {
  name: string;
  action: 'confirm' | 'cancel';
  link: string;
  ios: [string, string][];
  android: [string, string][];
}

const appReturnPage = definePage<AppReturn>(
  'app-return',
  `<% layout('@layout', { title: '[[返回应用|Back to the app]]' }) %>
<section class="card center">
  <div class="badge" aria-hidden="true">↩</div>
  <h1>[[返回「<%= it.name %>」|Back to <%= it.name %>]]</h1>
  <p><%= it.action === 'confirm' ? '[[已同意|Confirmed]]' : '[[已取消|Cancelled]]' %></p>
  <p class="quiet">[[手机会打开这个地址，由 SDK 读取|A phone opens this address; the SDK reads it]]</p>
  <p><a href="<%= it.link %>"><code><%= it.link %></code></a></p>
</section>
<% for (const [system, title, fields] of [['iOS', 'WXSubscribeMsgResp', it.ios], ['Android', 'SubscribeMessage.Resp', it.android]]) { %>
<section class="card">
  <h2><%= system %> <small><code><%= title %></code></small></h2>
  <dl><% for (const [name, value] of fields) { %><dt><code><%= name %></code></dt><dd><%= value %></dd><% } %></dl>
</section>
<% } %>`,
);

/**
 * After a tap in the app flow: a desktop browser has no app to open, so the page shows what the app would
 * get.
 */
export function renderAppReturnPage(
  { name }: Account,
  { action, redirectTo = '', sdk }: PersonAnswer,
  language: Language,
): string {
  const lines = (fields: object) =>
    Object.entries(fields).map(([field, value]): [string, string] => [field, String(value)]);
  const [ios, android] = [lines(sdk.ios), lines(sdk.android)];
  return appReturnPage({ name, action, link: redirectTo, ios, android }, language);
}

const twicePage = definePage<{ to: string }>(
  'twice',
  `<% layout('@layout', { title: '[[重复跳转|Redirected twice]]', refresh: it.to }) %>
<section class="card center" role="status">
  <h1>[[重复跳转|Redirected twice]]</h1>
  <p>[[故障：浏览器会两次打开返回地址|Fault: the browser opens the landing address two times]]</p>
  <p><a href="<%= it.to %>">[[继续|Continue]]</a></p>
  <iframe src="<%= it.to %>" title="[[第一次|First time]]" class="once" tabindex="-1" aria-hidden="true"></iframe>
</section>`,
);

/** Opens the landing address in a frame, and a second later as the page itself. */
export function renderTwicePage(to: string, language: Language): string {
  return twicePage({ to }, language);
}
