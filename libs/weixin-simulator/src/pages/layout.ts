/** The frame of every page: phone-sized, no script, nothing loaded from elsewhere. */
export const LAYOUT = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title><%= it.title %></title>
<% if (it.refresh) { %><meta http-equiv="refresh" content="1;url=<%= it.refresh %>">
<% } %><style>
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #ededed; color: #1a1a1a; font: 16px/1.5 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
h2 { font-size: 1.05rem; margin: 0; }
a { color: #14567f; }
small, .quiet { color: #555; font-size: .85rem; }
.note { background: #fff4d6; color: #5a4300; padding: .4rem 1rem; font-size: .85rem; text-align: center; }
.card { background: #fff; border-radius: .75rem; padding: 1rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
.card header { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: .5rem; }
.text { white-space: pre-wrap; margin: .5rem 0; }
.badge { display: grid; place-items: center; width: 3.5rem; height: 3.5rem; border-radius: 50%; background: #0b6b3a; color: #fff; font-size: 1.5rem; margin: 0 auto .5rem; }
.center { text-align: center; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem .75rem; margin: 1rem 0; font-size: .9rem; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
label { display: block; font-size: .9rem; margin-bottom: .25rem; }
select { width: 100%; font: inherit; padding: .6rem; border: 1px solid #767676; border-radius: .5rem; background: #fff; color: inherit; }
.actions { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: 1rem; }
button { font: inherit; min-height: 3rem; border-radius: .5rem; border: 1px solid #767676; background: #f2f2f2; color: #1a1a1a; cursor: pointer; }
button.main { background: #0b6b3a; border-color: #0b6b3a; color: #fff; font-weight: 600; }
:focus-visible { outline: 3px solid #1a73c7; outline-offset: 2px; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 0 0 1rem; }
nav a { display: inline-block; padding: .35rem .75rem; border-radius: 1rem; background: #fff; text-decoration: none; }
nav a[aria-current] { background: #0b6b3a; color: #fff; }
</style>
</head>
<body>
<p class="note" style="margin:0">模拟器，不是微信 · <span lang="en">A simulator, not WeChat</span></p>
<main><%~ it.body %></main>
</body>
</html>
`;
