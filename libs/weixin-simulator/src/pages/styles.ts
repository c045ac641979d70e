/**
 * One sheet for every page: phone first, wide where there is room, nothing from elsewhere. Greens and greys
 * are a shade darker than the platform's own so that text on them keeps a contrast of 4.5 to 1.
 */
export const STYLES = `
:root { color-scheme: light; --ink: #191919; --soft: #5c5c5c; --line: #e3e3e3; --green: #057a38; --red: #b3261e; --blue: #3f5680; --page: #ededed; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "PingFang SC", "Hiragino Sans GB", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: .75rem; } main.wide { max-width: 76rem; padding: 1rem .75rem 2rem; }
h1 { font-size: 1.2rem; line-height: 1.35; margin: .25rem 0 .75rem; } .wide h1 { font-size: 1.35rem; }
h2 { font-size: 1.05rem; line-height: 1.4; margin: 0; }
h3 { font-size: .95rem; margin: 0; }
p { margin: .5rem 0; }
a { color: var(--blue); }
code { font: .85em/1.4 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { font: .8rem/1.45 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; border-radius: .4rem; padding: .5rem; margin: .25rem 0; max-height: 20rem; overflow: auto; }
small, .quiet { color: var(--soft); font-size: .85rem; }
.center { text-align: center; }
.note { background: #fff4d6; color: #5a4300; padding: .3rem 1rem; margin: 0; font-size: .8rem; text-align: center; }
.done { background: #e3f4e8; color: #0a4f26; border-radius: .5rem; padding: .5rem .75rem; margin: 0 0 .75rem; font-size: .9rem; }
.card { background: #fff; border-radius: .6rem; padding: .9rem 1rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
.card > :last-child { margin-bottom: 0; }
.icon { display: inline-grid; place-items: center; flex: none; width: 1.9rem; height: 1.9rem; border-radius: .35rem; background: var(--green); color: #fff; font-size: .95rem; font-weight: 600; }
.badge { display: grid; place-items: center; width: 3.5rem; height: 3.5rem; border-radius: 50%; background: var(--green); color: #fff; font-size: 1.5rem; margin: .5rem auto; }
.badge.bad { background: var(--red); }
.tag { display: inline-block; border-radius: .3rem; padding: 0 .4rem; font-size: .78rem; line-height: 1.5; background: #eef1f5; color: #34425c; white-space: nowrap; }
.tag.good { background: #e3f4e8; color: #0a4f26; } .tag.bad { background: #fbe6e4; color: #8c1d18; }
dl { display: grid; grid-template-columns: fit-content(8.5rem) 1fr; gap: .2rem .75rem; margin: .5rem 0; font-size: .88rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul.rows { list-style: none; margin: 0; padding: 0; } ul.rows > li { padding: .55rem 0; } ul.rows > li + li { border-top: 1px solid var(--line); }
.row { display: flex; align-items: center; justify-content: space-between; gap: .6rem; } .row > * { min-width: 0; } .row > .tag, .row > form, .row > button { flex: none; }
details > summary { cursor: pointer; color: var(--blue); padding: .25rem 0; }
label { display: block; font-size: .88rem; margin-bottom: .2rem; }
select, input { width: 100%; min-height: 2.75rem; font: inherit; padding: .45rem .6rem; border: 1px solid #767676; border-radius: .45rem; background: #fff; color: inherit; }
button { font: inherit; min-height: 2.75rem; padding: .35rem .8rem; border-radius: .45rem; border: 1px solid #8a8a8a; background: #f4f4f4; color: var(--ink); cursor: pointer; }
button.main { background: var(--green); border-color: var(--green); color: #fff; font-weight: 600; }
button.danger { color: var(--red); border-color: var(--red); background: #fff; }
button.small { min-height: 2.2rem; padding: .15rem .6rem; font-size: .88rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin: .6rem 0 0; } .buttons form { margin: 0; } .steps { display: grid; grid-template-columns: repeat(4, auto); gap: .4rem; margin: .6rem 0 0; } .steps button { padding: .15rem .3rem; }
.trio { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; margin: .6rem 0; } .trio button { padding: .4rem .25rem; line-height: 1.25; font-size: .85rem; } 
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
.faults { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; margin-top: .6rem; } .faults button { text-align: left; line-height: 1.3; padding: .5rem .65rem; } .faults small { display: block; }
:focus-visible { outline: 3px solid #1a73c7; outline-offset: 2px; }
.tabs ul { list-style: none; display: flex; padding: 0; margin: 0; }
.top { position: sticky; top: 0; z-index: 1; background: #fff; border-bottom: 1px solid var(--line); }
.top > div { max-width: 76rem; margin: 0 auto; padding: 0 .75rem; display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.25rem; }
.brand { font-weight: 650; color: var(--ink); text-decoration: none; padding: .6rem 0; } .language { margin-left: auto; padding: .6rem 0; font-size: .9rem; text-decoration: none; }
.tabs a { display: block; padding: .7rem .3rem .6rem; text-decoration: none; color: var(--soft); border-bottom: 3px solid transparent; white-space: nowrap; } .tabs ul { gap: .6rem; }
.tabs a[aria-current] { color: var(--green); border-color: var(--green); font-weight: 600; }
.cards { display: grid; gap: .9rem; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); align-items: start; } .cards > .card { margin: 0; } .flow { columns: 2 22rem; column-gap: .9rem; } .flow > .card { break-inside: avoid; margin-bottom: .9rem; }
.split { display: grid; gap: 1.25rem; align-items: start; } .split > * { min-width: 0; }
.head { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; margin: 1.25rem 0 .6rem; } .head:first-child { margin-top: 0; } .head h1, .head h2 { margin: 0; } .head h2 { font-size: 1.1rem; }
.filters { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: 0 0 .9rem; } .filters > div { flex: 1 1 9rem; } .filters input, .filters select, .filters button { min-height: 2.5rem; } .filters > a { align-self: center; }
.pager { display: flex; gap: 1rem; align-items: center; justify-content: flex-end; margin: .9rem 0; font-size: .9rem; color: var(--soft); }
.list { list-style: none; margin: 0; padding: .25rem 0; background: #fff; border-radius: .6rem; } .list a { display: flex; justify-content: space-between; gap: .5rem; padding: .45rem .9rem; text-decoration: none; color: var(--ink); overflow-wrap: anywhere; } .list a:hover { background: #f4f4f4; } .list a[aria-current] { background: #e3f4e8; font-weight: 600; } .list small { flex: none; }
.empty { background: #fff; border-radius: .6rem; padding: 2rem 1rem; text-align: center; color: var(--soft); }
.calls { background: #fff; border-radius: .6rem; overflow: hidden; } .calls > details + details { border-top: 1px solid var(--line); }
.calls summary { display: flex; flex-wrap: wrap; align-items: center; gap: .15rem .6rem; padding: .5rem .9rem; color: var(--ink); list-style: none; } .calls summary::-webkit-details-marker { display: none; } .calls summary:hover { background: #f6f6f6; } .calls .more { padding: 0 .9rem .75rem; } .calls .tag { justify-self: start; } .calls time { font-size: .85rem; color: var(--soft); }
@media (min-width: 60rem) {
  .split { grid-template-columns: minmax(0, 1fr) 21rem; } .split.left { grid-template-columns: 15rem minmax(0, 1fr); } .side { position: sticky; top: 4rem; }
  .calls summary { display: grid; grid-template-columns: 6.5rem 3.5rem minmax(0, 1fr) 10rem max-content; gap: .1rem .75rem; } .calls .more { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; } .calls .more > p { grid-column: 1 / -1; }
  .feed { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1.25rem; align-items: start; } .feed > .empty { grid-column: 1 / -1; }
}
@media (max-width: 59.99rem) { .top > div { gap: 0 .75rem; } .side .list { display: flex; overflow-x: auto; padding: 0; } .side .list a { white-space: nowrap; } .split > aside.side { order: -1; } .tabs { order: 3; width: 100%; overflow-x: auto; } .tabs ul { gap: .2rem; justify-content: space-between; } .calls time { order: 1; margin-left: auto; } .calls .what { order: 2; flex-basis: 100%; } .calls .whom { order: 3; font-size: .85rem; } .calls .whom:empty { display: none; } .filters.few > div { flex-basis: 7rem; } }
.when { text-align: center; color: var(--soft); font-size: .8rem; margin: .9rem 0 .4rem; }
.message header { display: flex; align-items: center; gap: .5rem; color: var(--soft); font-size: .88rem; margin-bottom: .55rem; }
.message .icon { width: 1.4rem; height: 1.4rem; font-size: .75rem; border-radius: 50%; }
.text { white-space: pre-wrap; margin: .35rem 0 .6rem; }
.emphasis { text-align: center; margin: .6rem 0; } .emphasis b { font-size: 1.6rem; }
.keywords dt::after { content: "："; } .keywords dd { white-space: pre-wrap; }
.message footer { border-top: 1px solid var(--line); margin: .6rem -1rem 0; padding: .6rem 1rem 0; font-size: .9rem; }
.message footer a, .jump { display: flex; justify-content: space-between; gap: .5rem; color: var(--ink); text-decoration: none; } .message footer a:hover { text-decoration: underline; }
.facts { font-size: .78rem; color: var(--soft); margin: .35rem .25rem 0; }
body.sheet { background: #7d7d7d; display: flex; flex-direction: column; }
body.sheet main { flex: 1; display: flex; flex-direction: column; width: 100%; padding: 0; }
.bar { display: grid; grid-template-columns: 2.5rem 1fr 2.5rem; align-items: center; text-align: center; background: #8b8b8b; color: #1c1c1c; padding: .6rem .5rem; font-weight: 600; }
.behind { flex: 1 1 0; min-height: 0; overflow: hidden; padding: 1.25rem; } .behind i { display: block; height: .8rem; border-radius: .4rem; background: #8b8b8b; margin-bottom: .8rem; } .behind i:nth-child(1) { height: 6.5rem; } .behind i:nth-child(3) { width: 70%; } .behind i:nth-child(4) { width: 85%; }
form.ask { background: #fff; border-radius: .9rem .9rem 0 0; padding: 1.25rem 1.25rem 1.5rem; }
.ask .who { display: flex; align-items: center; gap: .6rem; font-size: .95rem; margin: 0 0 1rem; }
.ask h1 { font-size: 1.3rem; margin: 0; }
.offer { display: flex; gap: .7rem; align-items: flex-start; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: .85rem 0; margin: 1rem 0; }
.offer b { display: block; } .tick { flex: none; width: 1.3rem; height: 1.3rem; border-radius: 50%; background: var(--green); color: #fff; display: grid; place-items: center; font-size: .8rem; margin-top: .1rem; }
.actions { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem; margin: 1.25rem auto .75rem; max-width: 20rem; } .actions button { min-height: 3rem; border-radius: .5rem; border-color: transparent; } .actions button:not(.main) { background: #f0f0f0; color: var(--green); font-weight: 600; }
.once { position: absolute; width: 1px; height: 1px; border: 0; opacity: 0; }
`;
