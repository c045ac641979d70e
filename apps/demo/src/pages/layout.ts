/**
 * The frame of every page: phone first, wide where there is room, nothing loaded from elsewhere. `script`: of
 * a page that has one; `refresh`: after so many seconds the page is loaded anew, where scripts are off.
 */
export const LAYOUT = `<!doctype html>
<html lang="[[zh-CN|en]]">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title><%= it.title %></title>
<% if (it.refresh) { %><noscript><meta http-equiv="refresh" content="<%= it.refresh %>"></noscript><% } %>
<style>
:root { color-scheme: light; --ink: #1c2430; --quiet: #555f6d; --line: #d9dee5; --brand: #0b6b3a; }
* { box-sizing: border-box; }
body { margin: 0; background: #f3f5f7; color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
body > header { background: var(--brand); color: #fff; }
body > header > div { max-width: 64rem; margin: 0 auto; padding: .75rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
body > header a { color: #fff; text-decoration: none; } body > header a:hover { text-decoration: underline; } .brand { font-weight: 650; } @media (max-width: 30rem) { body > header > div { column-gap: .75rem; font-size: .95rem; } } .language { margin-left: auto; font-size: .9rem; }
main { max-width: 64rem; margin: 0 auto; padding: 1rem; } main.narrow { max-width: 38rem; }
.cards { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); } .cards > .card { margin: 0; display: flex; flex-direction: column; } .cards .actions { margin-top: auto; padding-top: .75rem; }
.split { display: grid; gap: 0 1.5rem; align-items: start; } .split > * { min-width: 0; } @media (min-width: 56rem) { .split { grid-template-columns: 21rem minmax(0, 1fr); } .split.even { grid-template-columns: 1fr 1fr; } }
.split h2:first-child { margin-top: .25rem; }
.people { background: #fff; border: 1px solid var(--line); border-radius: .75rem; } .people > li { padding: .75rem 1rem; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .1rem 1rem; align-items: center; } .people > li + li { border-top: 1px solid var(--line); } .people details { grid-column: 1 / -1; margin-top: 0; }
.button.small { width: auto; min-height: 2.25rem; padding: .25rem .9rem; font-size: .9rem; border-width: 1px; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: .25rem 0 .5rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; font-weight: 600; } .people h3 { font-size: .875rem; }
p { margin: .25rem 0; }
.lead { margin-bottom: 1rem; }
.quiet + .card, .quiet + .notice { margin-top: .75rem; }
.quiet + ul { margin-top: .5rem; }
.quiet { color: var(--quiet); font-weight: 400; font-size: .875rem; }
a { color: #14567f; }
ul { list-style: none; margin: 0; padding: 0; }
.card { background: #fff; border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin: 0 0 .75rem; } .card > :first-child { margin-top: 0; } .card > :last-child { margin-bottom: 0; }
.lesson { display: grid; grid-template-columns: 1fr auto; gap: .25rem 1rem; align-items: center; }
.time { font-size: 1.4rem; font-weight: 700; font-variant-numeric: tabular-nums; }
.button { display: flex; align-items: center; justify-content: center; width: 100%; min-height: 2.9rem; padding: .55rem 1rem; border: 0; border-radius: .5rem; background: var(--brand); color: #fff; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.button:hover { background: #08532d; }
progress { width: 100%; height: 1.25rem; margin-top: .75rem; accent-color: var(--brand); }
.done { text-align: center; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.counts { margin: .75rem 0; }
.counts div { display: flex; justify-content: space-between; gap: 1rem; padding: .3rem 0; border-top: 1px solid var(--line); }
.counts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
blockquote { margin: .75rem 0; padding: .5rem 1rem; border-left: .25rem solid var(--line); }
.said { white-space: pre-line; }
.button.second { background: #fff; color: var(--brand); border: 2px solid; }
.button.second:hover { background: #e8f5ee; }
.button.danger { background: #fff; color: #a12622; border: 2px solid; }
.button.danger:hover { background: #fdeeed; }
.actions { margin-top: .75rem; }
.notice { border-left: .35rem solid; border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 1rem; background: #fff; }
.good { border-color: var(--brand); background: #e8f5ee; }
.bad { border-color: #a12622; background: #fdeeed; }
.plain { border-color: #7a8694; background: #fff; }
.tag { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; background: #eceff3; font-size: .8rem; }
.tag.warn { background: #fdeeed; color: #8a1f1b; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0; }
.chips a { padding: .3rem .8rem; border: 1px solid var(--line); border-radius: 1rem; text-decoration: none; overflow-wrap: anywhere; }
.chips [aria-current] { background: #d6eee0; border-color: var(--brand); color: #08532d; font-weight: 600; }
code { font-size: .8125rem; overflow-wrap: anywhere; }
pre { margin: .5rem 0; padding: .75rem; border-radius: .5rem; background: #f3f5f7; overflow-x: auto; line-height: 1.4; }
pre code { overflow-wrap: normal; }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; margin-top: .75rem; }
.buttons .button { height: 100%; line-height: 1.3; }
.field { margin: 0 0 .75rem; }
.field label { display: block; font-weight: 600; }
.field input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; border: 1px solid #7a8694; border-radius: .5rem; font: inherit; color: inherit; background: #fff; }
.field [aria-invalid] { border: 2px solid #a12622; }
.wrong { color: #a12622; font-size: .875rem; }
.message dl { margin: .5rem 0; }
.message dl div { display: grid; grid-template-columns: 5rem 1fr; gap: .5rem; }
.message dt { color: var(--quiet); }
.message dd { margin: 0; overflow-wrap: anywhere; }
.tag.good { background: #d6eee0; color: #08532d; }
nav { margin: 0 0 .75rem; }
details { margin-top: .75rem; }
summary { cursor: pointer; color: #14567f; min-height: 1.75rem; }
details li { padding: .4rem 0; border-top: 1px solid var(--line); font-size: .875rem; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid #1a73c7; outline-offset: 2px; }
</style>
</head>
<body>
<header><div><a class="brand" href="/">[[上课提醒|Class reminders]]</a> <a href="/channels">[[消息类型|Messages]]</a> <a href="/docs">API</a>
<a class="language" href="?lang=[[en|zh]]" lang="[[en|zh-CN]]" hreflang="[[en|zh-CN]]">[[English|中文]]</a></div></header>
<main<% if (it.narrow) { %> class="narrow"<% } %>>
<%~ it.body %>
</main>
<% if (it.script) { %><script><%~ it.script %></script><% } %>
</body>
</html>
`;
