import type { Fault } from '../fault/fault.js';
import { FAULT_GROUPS } from '../panel/fault-presets.js';
import { type Outcome, outcomeText, PANEL_ACTION } from '../panel/panel-actions.js';
import { API_CATALOG } from '../platform/api-catalog.js';
import { definePage } from './engine.js';
import type { Visit } from './visit.js';

interface FaultLine {
  id: string;
  kind: string;
  about: string;
  isEveryCall: boolean;
  isAfter: boolean;
  left: string;
}

const faultsPage = definePage<{
  action: string;
  done: { zh: string; en: string } | undefined;
  groups: typeof FAULT_GROUPS;
  paths: string[];
  faults: FaultLine[];
  languageLink: string;
}>(
  'faults',
  `<% layout('@layout', { title: '[[故障|Faults]]', tab: 'faults' }) %>
<%~ include('@done', it) %>
<div class="split">
<form method="post" action="<%= it.action %>">
  <div class="head"><h1>[[新故障|A new fault]]</h1></div>
  <input type="hidden" name="do" value="fault">
  <section class="card filters">
    <div><label for="path">[[作用于|Aimed at]]</label>
    <select id="path" name="path"><option value="">[[所有调用|Every call]]</option>
      <% for (const path of it.paths) { %><option value="<%= path %>"><%= path %></option><% } %></select></div>
    <div><label for="times">[[次数|Times]]</label>
        <select id="times" name="times"><option value="1">1</option><option value="3">3</option><option value="10">10</option><option value="forever">[[一直|For ever]]</option></select></div>
    <div><label for="probability">[[概率|Probability]]</label>
        <select id="probability" name="probability"><option value="1">100 %</option><option value="0.5">50 %</option><option value="0.1">10 %</option></select></div>
  </section>
  <div class="cards"><% for (const group of it.groups) { %>
  <section class="card" aria-label="<%= group.[[zh|en]] %>"><h2><%= group.[[zh|en]] %></h2>
    <div class="faults"><% for (const preset of group.presets) { %><button name="preset" value="<%= preset.id %>"><%= preset.[[zh|en]] %></button><% } %></div></section>
  <% } %></div>
</form>
<aside class="side">
<div class="head"><h2>[[生效中|In force]]</h2></div>
<section class="card"><ul class="rows">
  <% for (const fault of it.faults) { %><li class="row"><span><b><%= fault.kind %></b> <span class="tag"><%= fault.left %></span><br><small><%= fault.isEveryCall ? '[[所有调用|every call]]' : '' %><%= fault.isAfter ? ' [[处理后|after it was handled]]' : '' %> <%= fault.about %></small></span>
    <form method="post" action="<%= it.action %>"><input type="hidden" name="do" value="clear-fault"><button class="small" name="id" value="<%= fault.id %>" aria-label="[[移除|Remove]] <%= fault.kind %>">[[移除|Remove]]</button></form></li><% } %>
  <% if (it.faults.length === 0) { %><li class="quiet">[[没有|None]]</li><% } %>
</ul>
<% if (it.faults.length > 1) { %><form method="post" action="<%= it.action %>" class="buttons"><button class="small danger" name="do" value="clear-faults">[[全部移除|Remove all]]</button></form><% } %>
</section>
</aside>
</div>`,
);

/** The faults in force, and the usual ones as buttons. */
export function renderFaultsPage(
  faults: readonly Fault[],
  outcome: Outcome | undefined,
  { language, languageLink }: Visit,
): string {
  const view = {
    action: PANEL_ACTION,
    done: outcomeText(outcome),
    groups: FAULT_GROUPS,
    paths: [...Object.keys(API_CATALOG), '/mp/subscribemsg'],
    faults: faults.map(describeFault),
    languageLink,
  };
  return faultsPage(view, language);
}

function describeFault(fault: Fault): FaultLine {
  const { id, kind, path, appId, openid, times, used, probability } = fault;
  const aim = [path, appId, openid].filter((part) => part !== undefined);
  if (kind === 'errcode') aim.push(`errcode ${fault.errcode}`);
  if (probability < 1) aim.push(`${probability * 100} %`);
  return {
    ...{ id, kind, about: aim.join(' · ') },
    isEveryCall: path === undefined,
    isAfter: fault.when === 'after',
    left: times === 'forever' ? '∞' : `${times - used}×`,
  };
}
