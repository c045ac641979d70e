import { Eta } from 'eta';
import type { Language } from './language.js';
import { LAYOUT } from './layout.js';

const LANGUAGES = ['zh', 'en'] as const;
/** `[[中文|English]]`, in text and in code, on one line. */
const BOTH = /\[\[((?:(?!\]\]|\|).)*)\|((?:(?!\]\]).)*)\]\]/g;

/**
 * Templates are strings in the source (no files to find at run time); every `<%= %>` is escaped. Each is
 * compiled once for each language.
 */
const engines = { zh: engineOf('zh'), en: engineOf('en') };

function engineOf(language: Language): Eta {
  const eta = new Eta({ autoEscape: true });
  for (const [name, template] of Object.entries({ layout: LAYOUT, ...PARTS() }))
    eta.loadTemplate(`@${name}`, inOne(language, template));
  return eta;
}

function inOne(language: Language, template: string): string {
  return template.replace(BOTH, (_both, zh: string, en: string) => (language === 'zh' ? zh : en));
}

/** What pages have in common. `pager` takes the `pages` of `pageOf`. */
function PARTS(): Record<string, string> {
  return {
    done: '<% if (it.done) { %><p class="done" role="status"><%= it.done.[[zh|en]] %></p><% } %>',
    pager: `<% const { from, to, total, previous, next } = it.pages; if (total > 0) { %>
<nav class="pager" aria-label="[[分页|Pages]]"><span><%= from %>–<%= to %> / <%= total %></span>
  <% if (previous) { %><a rel="prev" href="<%= previous %>">[[← 上一页|← Previous]]</a><% } %>
  <% if (next) { %><a rel="next" href="<%= next %>">[[下一页 →|Next →]]</a><% } %></nav><% } %>`,
    'grant-row': `<li class="row"><span><%= it.person %> · <% if (it.channel === 'one-time') { %>[[场景值|scene]] <%= it.scene %><% } else { %><%= it.about %> <span class="tag"><%= it.channel %></span><% } %><br><small><%= it.account %> · <%= it.since %><% if (it.confirms > 1) { %> · [[<%= it.confirms %> 次|<%= it.confirms %> times]]<% } %></small></span><span class="tag good"><%= it.id %></span></li>`,
    'person-row': `<li><div class="row"><b><%= it.name %></b><a href="/_simulator/inbox.html?person=<%= encodeURIComponent(it.name) %>">[[消息|Messages]] (<%= it.messages %>)</a></div>
    <details><summary>openid</summary><dl><% for (const [account, openid] of it.openids) { %><dt><%= account %></dt><dd><code><%= openid %></code></dd><% } %></dl></details></li>`,
  };
}

/** Makes a page out of a template that fills the common layout. */
export function definePage<Data extends object>(
  name: string,
  template: string,
): (data: Data, language: Language) => string {
  for (const language of LANGUAGES) engines[language].loadTemplate(`@${name}`, inOne(language, template));
  return (data, language) => engines[language].render(`@${name}`, data);
}
