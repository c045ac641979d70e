import {
  CONFIRM_ERROR_TEXT,
  type ConfirmError,
  type ConfirmErrorPage,
  type ConfirmRequest,
} from '../confirm/confirm-request.js';
import { definePage } from './engine.js';
import type { Language } from './language.js';

interface ConfirmPage {
  request: ConfirmRequest;
  /** Where the form goes: this page with its query. */
  target: string;
  names: string[];
  chosen: string;
}

const confirmPage = definePage<ConfirmPage>(
  'confirm',
  `<% layout('@layout', { title: '[[一次性订阅消息|One-time subscription]]', look: 'sheet' }) %>
<div class="bar" aria-hidden="true"><span>✕</span><span><%= it.request.account.name %></span><span>···</span></div>
<div class="behind" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
<form class="ask" method="post" action="<%= it.target %>">
  <p class="who"><span class="icon" aria-hidden="true"><%= [...it.request.account.name][0] %></span>
    <span><%= it.request.account.name %> [[申请|asks]]</span></p>
  <h1>[[向你发送一条消息|to send you one message]]</h1>
  <div class="offer"><span class="tick" aria-hidden="true">✓</span>
    <div><b>[[一次性订阅消息|One-time message]]</b>
      <span class="quiet">[[仅此一次，同意后才会收到|Once only, and only if you confirm]]</span></div></div>
  <label for="person">[[我是|I am]]</label>
  <select id="person" name="person">
    <% for (const name of it.names) { %><option value="<%= name %>"<% if (name === it.chosen) { %> selected<% } %>><%= name %></option>
    <% } %>
  </select>
  <div class="actions">
    <button type="submit" name="answer" value="cancel">[[取消|Cancel]]</button>
    <button type="submit" name="answer" value="confirm" class="main">[[确认|Confirm]]</button>
  </div>
  <details>
    <summary>[[开发者信息|For developers]]</summary>
    <dl>
      <dt>[[场景值|Scene]]</dt><dd><%= it.request.scene %></dd>
      <dt>[[模板|Template]]</dt><dd><code><%= it.request.templateId %></code></dd>
      <% if (it.request.reserved) { %><dt><code>reserved</code></dt><dd><code><%= it.request.reserved %></code></dd><% } %>
      <dt>[[返回|Returns to]]</dt><dd><code><%= it.request.redirectUrl %></code></dd>
    </dl>
  </details>
</form>`,
);

/** The confirm page, with its two buttons. */
export function renderConfirmPage(data: ConfirmPage, language: Language): string {
  return confirmPage(data, language);
}

const ENGLISH: Record<ConfirmErrorPage, string> = {
  parameter: 'Parameter error',
  template: 'Template error',
  domain: 'Illegal redirect domain',
};

const errorPage = definePage<{ text: string; english: string; reason: string }>(
  'confirm-error',
  `<% layout('@layout', { title: it.text }) %>
<section class="card center" role="alert">
  <div class="badge bad" aria-hidden="true">!</div>
  <h1><%= it.text %></h1>
  [[|<p><%= it.english %></p>]]
  <p class="quiet">[[模拟器的说明：|What the simulator adds:]]<br><span lang="en"><%= it.reason %></span></p>
</section>`,
);

/** What a person sees instead of the confirm page; no redirect ever follows (row 33). */
export function renderConfirmErrorPage({ page, reason }: ConfirmError, language: Language): string {
  return errorPage({ text: CONFIRM_ERROR_TEXT[page], english: ENGLISH[page], reason }, language);
}
