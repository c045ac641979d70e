import {
  CONFIRM_ERROR_TEXT,
  type ConfirmError,
  type ConfirmErrorPage,
  type ConfirmRequest,
} from '../confirm/confirm-request.js';
import { definePage } from './engine.js';

interface ConfirmPage {
  request: ConfirmRequest;
  /** Where the form goes: this page with its query. */
  target: string;
  names: string[];
  chosen: string;
}

const confirmPage = definePage<ConfirmPage>(
  'confirm',
  `<% layout('@layout', { title: '一次性订阅消息 · One-time subscription', look: 'sheet' }) %>
<div class="bar" aria-hidden="true"><span>✕</span><span><%= it.request.account.name %></span><span>···</span></div>
<div class="behind" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
<form class="ask" method="post" action="<%= it.target %>">
  <p class="who"><span class="icon" aria-hidden="true"><%= [...it.request.account.name][0] %></span>
    <span><%= it.request.account.name %> 申请 <span lang="en">asks</span></span></p>
  <h1>向你发送一条消息<br><span lang="en">to send you one message</span></h1>
  <div class="offer"><span class="tick" aria-hidden="true">✓</span>
    <div><b>一次性订阅消息 <span lang="en">One-time message</span></b>
      <span class="quiet">仅此一次，同意后才会收到<br><span lang="en">once only, and only if you confirm</span></span></div></div>
  <label for="person">我是 · <span lang="en">I am</span></label>
  <select id="person" name="person">
    <% for (const name of it.names) { %><option value="<%= name %>"<% if (name === it.chosen) { %> selected<% } %>><%= name %></option>
    <% } %>
  </select>
  <div class="actions">
    <button type="submit" name="answer" value="cancel">取消 <span lang="en">Cancel</span></button>
    <button type="submit" name="answer" value="confirm" class="main">确认 <span lang="en">Confirm</span></button>
  </div>
  <details>
    <summary>开发者信息 <span lang="en">For developers</span></summary>
    <dl>
      <dt>场景 <span lang="en">scene</span></dt><dd><%= it.request.scene %></dd>
      <dt>模板 <span lang="en">template</span></dt><dd><code><%= it.request.templateId %></code></dd>
      <% if (it.request.reserved) { %><dt>附言 <span lang="en">reserved</span></dt><dd><code><%= it.request.reserved %></code></dd><% } %>
      <dt>返回 <span lang="en">returns to</span></dt><dd><code><%= it.request.redirectUrl %></code></dd>
    </dl>
  </details>
</form>`,
);

/** The question, with its two buttons. */
export function renderConfirmPage(data: ConfirmPage): string {
  return confirmPage(data);
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
  <p lang="en"><%= it.english %></p>
  <p class="quiet">模拟器的说明 · <span lang="en">What the simulator adds:</span><br><span lang="en"><%= it.reason %></span></p>
</section>`,
);

/** What a person sees instead of the question; no redirect ever follows (row 33). */
export function renderConfirmErrorPage({ page, reason }: ConfirmError): string {
  return errorPage({ text: CONFIRM_ERROR_TEXT[page], english: ENGLISH[page], reason });
}
