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
  `<% layout('@layout', { title: '一次性订阅消息 · One-time subscription' }) %>
<form class="card" method="post" action="<%= it.target %>">
  <div class="badge" aria-hidden="true"><%= [...it.request.account.name][0] %></div>
  <h1 class="center"><%= it.request.account.name %></h1>
  <p class="center">申请向你发送一条消息，仅此一次<br><small lang="en">asks to send you one message, once only</small></p>
  <dl>
    <dt>场景 <span lang="en">Scene</span></dt><dd><%= it.request.scene %></dd>
    <dt>模板 <span lang="en">Template</span></dt><dd><%= it.request.templateId %></dd>
    <% if (it.request.reserved) { %><dt>附言 <span lang="en">Reserved</span></dt><dd><%= it.request.reserved %></dd><% } %>
    <dt>返回 <span lang="en">Returns to</span></dt><dd><%= it.request.redirectUrl %></dd>
  </dl>
  <label for="person">我是 · <span lang="en">I am</span></label>
  <select id="person" name="person">
    <% for (const name of it.names) { %><option value="<%= name %>"<% if (name === it.chosen) { %> selected<% } %>><%= name %></option>
    <% } %>
  </select>
  <div class="actions">
    <button type="submit" name="answer" value="cancel">取消 <span lang="en">Cancel</span></button>
    <button type="submit" name="answer" value="confirm" class="main">确认 <span lang="en">Confirm</span></button>
  </div>
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
  <div class="badge" aria-hidden="true" style="background:#a12622">!</div>
  <h1><%= it.text %></h1>
  <p lang="en"><%= it.english %></p>
  <p class="quiet">模拟器的说明 · <span lang="en">What the simulator adds:</span><br><span lang="en"><%= it.reason %></span></p>
</section>`,
);

/** What a person sees instead of the question; no redirect ever follows (row 33). */
export function renderConfirmErrorPage({ page, reason }: ConfirmError): string {
  return errorPage({ text: CONFIRM_ERROR_TEXT[page], english: ENGLISH[page], reason });
}
