import type { Fault } from '../fault/fault.js';
import { FAULT_GROUPS } from '../panel/fault-presets.js';
import { type Outcome, outcomeText, PANEL_ACTION } from '../panel/panel-actions.js';
import { API_CATALOG } from '../platform/api-catalog.js';
import { definePage } from './engine.js';

interface FaultLine {
  id: string;
  kind: string;
  about: string;
  left: string;
}

const faultsPage = definePage<{
  action: string;
  done: { zh: string; en: string } | undefined;
  groups: typeof FAULT_GROUPS;
  paths: string[];
  faults: FaultLine[];
}>(
  'faults',
  `<% layout('@layout', { title: '故障 · Faults', tab: 'faults' }) %>
<%~ include('@done', it) %>
<h1>生效中 <span lang="en">In force</span></h1>
<section class="card"><ul class="rows">
  <% for (const fault of it.faults) { %><li class="row"><span><b><%= fault.kind %></b> <span class="tag"><%= fault.left %></span><br><small><%= fault.about %></small></span>
    <form method="post" action="<%= it.action %>"><input type="hidden" name="do" value="clear-fault"><button class="small" name="id" value="<%= fault.id %>" aria-label="移除 Remove <%= fault.kind %>">移除 <span lang="en">Remove</span></button></form></li><% } %>
  <% if (it.faults.length === 0) { %><li class="quiet">没有 · <span lang="en">None</span></li><% } %>
</ul>
<% if (it.faults.length > 1) { %><form method="post" action="<%= it.action %>" class="buttons"><button class="small danger" name="do" value="clear-faults">全部移除 <span lang="en">Remove all</span></button></form><% } %>
</section>
<h1>新故障 <span lang="en">A new fault</span></h1>
<form method="post" action="<%= it.action %>">
  <input type="hidden" name="do" value="fault">
  <section class="card">
    <label for="path">作用于 · <span lang="en">Aimed at</span></label>
    <select id="path" name="path"><option value="">所有调用 every call</option>
      <% for (const path of it.paths) { %><option value="<%= path %>"><%= path %></option><% } %></select>
    <div class="pair" style="margin-top:.6rem">
      <div><label for="times">次数 · <span lang="en">Times</span></label>
        <select id="times" name="times"><option value="1">1</option><option value="3">3</option><option value="10">10</option><option value="forever">一直 forever</option></select></div>
      <div><label for="probability">概率 · <span lang="en">Probability</span></label>
        <select id="probability" name="probability"><option value="1">100 %</option><option value="0.5">50 %</option><option value="0.1">10 %</option></select></div>
    </div>
  </section>
  <% for (const group of it.groups) { %>
  <section class="card" aria-label="<%= group.zh %> <%= group.en %>"><h2><%= group.zh %> <span lang="en"><%= group.en %></span></h2>
    <div class="faults"><% for (const preset of group.presets) { %><button name="preset" value="<%= preset.id %>"><%= preset.zh %> <small><%= preset.en %></small></button><% } %></div></section>
  <% } %>
</form>`,
);

/** The faults in force, and the usual ones as buttons. */
export function renderFaultsPage(faults: readonly Fault[], outcome: Outcome | undefined): string {
  return faultsPage({
    action: PANEL_ACTION,
    done: outcomeText(outcome),
    groups: FAULT_GROUPS,
    paths: [...Object.keys(API_CATALOG), '/mp/subscribemsg'],
    faults: faults.map(describeFault),
  });
}

function describeFault(fault: Fault): FaultLine {
  const { id, kind, path, appId, openid, times, used, probability } = fault;
  const aim = [path ?? '所有调用 every call', appId, openid].filter((part) => part !== undefined);
  if (kind === 'errcode') aim.push(`errcode ${fault.errcode}`);
  if (fault.when === 'after') aim.push('处理后 after');
  if (probability < 1) aim.push(`${probability * 100} %`);
  return { id, kind, about: aim.join(' · '), left: times === 'forever' ? '∞' : `${times - used}×` };
}
