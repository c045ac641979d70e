import { STYLES } from './styles.js';

/** The pages one moves between; what a page gives as `tab`. */
export const TABS = [
  { tab: 'panel', path: '/_simulator/', zh: '面板', en: 'Panel' },
  { tab: 'inbox', path: '/_simulator/inbox.html', zh: '消息', en: 'Inbox' },
  { tab: 'calls', path: '/_simulator/calls.html', zh: '调用', en: 'Calls' },
  { tab: 'faults', path: '/_simulator/faults.html', zh: '故障', en: 'Faults' },
] as const;
export type Tab = (typeof TABS)[number]['tab'];

/** The frame of every page: phone-sized, no script, nothing loaded from elsewhere. */
export const LAYOUT = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title><%= it.title %></title>
<% if (it.refresh) { %><meta http-equiv="refresh" content="1;url=<%= it.refresh %>">
<% } %>
<style>${STYLES}</style>
</head>
<body<% if (it.look) { %> class="<%= it.look %>"<% } %>>
<p class="note">模拟器，不是微信 · <span lang="en">A simulator, not WeChat</span></p>
<% if (it.tab) { %><nav class="tabs" aria-label="页面 Pages"><ul>${TABS.map(
  ({ tab, path, zh, en }) =>
    `<li><a href="${path}"<% if (it.tab === '${tab}') { %> aria-current="page"<% } %>>${zh} <span lang="en">${en}</span></a></li>`,
).join('')}</ul></nav><% } %>
<main><%~ it.body %></main>
</body>
</html>
`;
