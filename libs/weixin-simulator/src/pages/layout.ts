import { STYLES } from './styles.js';

/** The pages one moves between; what a page gives as `tab`. */
export const TABS = [
  { tab: 'panel', path: '/_simulator/', zh: '面板', en: 'Panel' },
  { tab: 'people', path: '/_simulator/people.html', zh: '用户', en: 'People' },
  { tab: 'inbox', path: '/_simulator/inbox.html', zh: '消息', en: 'Messages' },
  { tab: 'calls', path: '/_simulator/calls.html', zh: '调用', en: 'Calls' },
  { tab: 'faults', path: '/_simulator/faults.html', zh: '故障', en: 'Faults' },
] as const;
export type Tab = (typeof TABS)[number]['tab'];

/** The frame of every page: no script, nothing loaded from elsewhere. With a `tab` it fills the screen. */
export const LAYOUT = `<!doctype html>
<html lang="[[zh-CN|en]]">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title><%= it.title %><% if (it.tab) { %> · [[微信模拟器|WeChat simulator]]<% } %></title>
<% if (it.refresh) { %><meta http-equiv="refresh" content="1;url=<%= it.refresh %>">
<% } %>
<style>${STYLES}</style>
</head>
<body<% if (it.look) { %> class="<%= it.look %>"<% } %>>
<p class="note">[[模拟器，不是微信|A simulator, not WeChat]]</p>
<% if (it.tab) { %><header class="top"><div>
  <a class="brand" href="/_simulator/">[[微信模拟器|WeChat simulator]]</a>
  <nav class="tabs" aria-label="[[页面|Pages]]"><ul>${TABS.map(
    ({ tab, path, zh, en }) =>
      `<li><a href="${path}"<% if (it.tab === '${tab}') { %> aria-current="page"<% } %>>[[${zh}|${en}]]</a></li>`,
  ).join('')}</ul></nav>
  <a class="language" href="<%= it.languageLink %>" lang="[[en|zh-CN]]" hreflang="[[en|zh-CN]]">[[English|中文]]</a>
</div></header><% } %>
<main<% if (it.tab) { %> class="wide"<% } %>><%~ it.body %></main>
</body>
</html>
`;
