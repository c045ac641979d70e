import { definePage } from '../../pages/engine.js';
import { inShanghai } from '../../pages/moment.js';
import type { ChannelView } from '../channel.types.js';
import { fieldOf } from '../channel-keywords.js';
import {
  ASKED_BY,
  BUTTONS,
  CLIENT_OUTCOME,
  GRANT_STATUS,
  PUSH_STATUS,
  RECORDED_BY,
  sourceTexts,
} from './channel.texts.js';
import { snippetOf } from './snippet.js';

const TOP = `<nav><a href="/channels">[[‹ 消息类型|‹ Kinds of messages]]</a></nav>
<h1><%= channel.title.[[zh|en]] %></h1>
<p class="quiet"><%= channel.rule.[[zh|en]] %></p>
<% if (channel.retired) { %><p class="notice bad">[[<strong>已下线 <%= channel.retired %></strong>，微信不再投递，只用于旧系统和测试。|Legacy: WeChat took it offline on <%= channel.retired %> and does not deliver it any more.]]</p><% } %>`;

const WHO = `<div class="card">
  <p><span class="quiet">[[账号|account]]</span> <code><%= account.appId %></code></p>
  <p><span class="quiet">[[模板|template]]</span> <% if (texts.title) { %><strong><%= texts.title %></strong> <% } %><code><%= it.templateId %></code></p>
  <% if (it.templates.length > 1) { %><p class="chips" role="navigation" aria-label="[[模板|Templates]]"><% for (const { id, title } of it.templates) { %><a href="<%= texts.pageOf({ templateId: id }) %>"<% if (id === it.templateId) { %> aria-current="page"<% } %>><%= title ?? id %></a> <% } %></p><% } %>
  <% if (it.people.length > 0) { %><p class="chips" role="navigation" aria-label="[[用户|People]]"><% for (const { openid, name } of it.people) { %><a href="<%= texts.pageOf({ openid }) %>"<% if (openid === person.openid) { %> aria-current="page"<% } %>><%= name ?? openid %></a> <% } %></p><% } %>
  <% if (person && person.name) { %><p class="quiet">openid <code><%= person.openid %></code></p><% } %>
</div>`;

const ASK = `<h2>[[1 询问|1 Ask]]</h2>
<div class="card">
  <% if (phone) { %><p class="quiet">[[模拟器代替微信客户端，按钮就是此人在手机上的动作（<code><%= texts.askedBy %></code>）。|The simulator stands in for WeChat's client: a button is what the person does on the phone.]]</p>
  <div class="buttons">
  <% for (const { action, text, style } of texts.buttons) { %><form method="post" action="/channels/<%= channel.name %>/client/<%= action %>#grants">
    <input type="hidden" name="openid" value="<%= person.openid %>">
    <input type="hidden" name="templateId" value="<%= it.templateId %>">
    <button class="button <%= style || (it.available > 0 ? 'second' : '') %>" type="submit"><%= text.[[zh|en]] %></button>
  </form>
  <% } %></div><% } else { %><p>[[只能在微信里点：下面是前端代码。|It has to be tapped in WeChat; this is what the front end holds.]]</p><% } %>
  <details<% if (!phone) { %> open<% } %>><summary>[[真实前端的代码|What a real front end holds]]</summary>
  <pre tabindex="0"><code><%= texts.snippet %></code></pre>
  <% if (channel.name !== 'mini-template') { %><p class="quiet">[[这两个接口要知道是谁在问：请提供 <code>authorization.subject</code>（登录用户的 openid）。|Both endpoints have to know who asks: give the library the option <code>authorization.subject</code>, with the openid of the signed-in user.]]</p><% } %></details>
</div>`;

const GRANTS = `<h2 id="grants">[[2 授权|2 Grants]]</h2>
<% if (client) { %><div class="notice <%= ['cancelled', 'switched-off'].includes(it.client) ? 'plain' : 'good' %>" role="status"><strong><%= client.[[zh|en]] %></strong></div><% } %>
<div class="card">
  <p><% if (it.available > 0) { %><span class="tag good">[[可发 <%= it.available %> 条|available: <%= it.available %>]]</span><% }
        else { %><span class="tag">[[可发 0 条|available: 0]]</span><% } %></p>
  <% if (channel.name !== 'mini-template') { %><p class="quiet"><%= texts.recordedBy.[[zh|en]] %></p><% } %>
  <% if (it.grants.length === 0) { %><p>[[还没有授权。|No grant yet.]]</p><% } else { %>
  <details open><summary>[[账本|Ledger]] (<%= it.grants.length %>)</summary>
  <ul>
  <% for (const grant of it.grants) { %><li><strong><%= texts.status[grant.status].[[zh|en]] %></strong> <% for (const source of texts.sources(grant)) { %><span class="tag"><%= source.[[zh|en]] %></span> <% } %><br>
    [[授权|granted]] <%= texts.time(grant.grantedAt) %><% if (grant.expiresAt && grant.status === 'available') { %><br>[[有效至|until]] <%= texts.time(grant.expiresAt) %><% } %><% if (grant.closedAt) { %><br>[[结束|ended]] <%= texts.time(grant.closedAt) %><% } %></li>
  <% } %></ul></details><% } %>
  <% if (it.pushes.length > 0) { %><details><summary>[[收到的推送|Pushes received]] (<%= it.pushes.length %>)</summary>
  <ul><% for (const push of it.pushes) { %><li><code><%= push.name %></code><br><%= texts.time(push.receivedAt) %> · <%= texts.push[push.status].[[zh|en]] %></li>
  <% } %></ul></details><% } %>
</div>`;

const SEND = `<h2 id="send">[[3 发送|3 Send]]</h2>
<% if (outcome) { %><div class="notice <%= outcome.status === 'sent' ? 'good' : 'bad' %>" role="status"><strong><%= outcome.meaning.[[zh|en]] %></strong>
<% if (outcome.remedy) { %><%= outcome.remedy.[[zh|en]] %><% } %>
<% if (outcome.errcode) { %><br><span class="tag">errcode <%= outcome.errcode %></span><% } %></div><% } %>
<div class="card">
<% if (!it.keywords) { %><p class="notice bad">[[拿不到模板，请查看服务日志。|WeChat did not tell the template; see the log of the service.]]</p><% } else { %>
  <form method="post" action="/channels/<%= channel.name %>/messages#send">
    <input type="hidden" name="openid" value="<%= person.openid %>">
    <input type="hidden" name="templateId" value="<%= it.templateId %>">
    <input type="hidden" name="idempotencyKey" value="<%= it.idempotencyKey %>">
    <% for (const { message } of it.otherErrors) { %><p class="wrong" role="alert"><%= message %></p><% } %>
    <% for (const { key, label, value, errors } of it.keywords) { %><p class="field">
      <label for="<%= key %>"><%= label %> <span class="quiet"><%= key %></span></label>
      <input type="text" id="<%= key %>" name="<%= texts.field(key) %>" value="<%= value %>" autocomplete="off"<% if (errors.length > 0) { %> aria-invalid="true" aria-describedby="<%= key %>-wrong"<% } %>>
      <% if (errors.length > 0) { %><span class="wrong" id="<%= key %>-wrong" role="alert">[[没有发送：这个值不合规。|Not sent: this value breaks a rule.]] <% for (const { message } of errors) { %><span lang="en"><%= message %></span><% } %></span><% } %>
    </p>
    <% } %><p class="actions"><button class="button<% if (it.available === 0) { %> second<% } %>" type="submit">[[发送|Send]]</button></p>
  </form><% } %>
</div>`;

const INBOX = `<h2>[[4 收件箱|4 Inbox]]</h2>
<% if (!phone) { %><p class="notice plain">[[消息在微信里。|The messages are in WeChat.]]</p><% } else { %>
<% if (phone.inbox.length === 0) { %><p class="notice plain">[[还没有消息。|No message yet.]]</p><% } %>
<% for (const card of phone.inbox) { %><article class="card message">
  <h3><%= card.title %></h3>
  <dl><% for (const { label, value } of card.lines) { %><div><dt><%= label %></dt><dd><%= value %></dd></div><% } %></dl>
  <p class="quiet"><%= texts.time(card.receivedAt) %></p>
</article>
<% } %><p><a href="<%= phone.inboxUrl %>">[[模拟器里的服务通知|Service Notifications in the simulator]]</a></p><% } %>`;

const channelPage = definePage<ChannelView & { texts: object }>(
  'channel',
  `<% const { channel, account, person, phone, outcome, texts } = it; const client = texts.client; layout('@layout', { title: channel.title.[[zh|en]] }) %>
${TOP}
<% if (!account) { %><p class="notice plain">[[没有账号配置了这种模板：在 <code>WEIXIN_ACCOUNTS</code> 的 <code>templates</code> 里加上 <code>{"id": "…", "channel": "<%= channel.name %>"}</code>。|No account has a template of this channel: add one to <code>templates</code> in <code>WEIXIN_ACCOUNTS</code>.]]</p><% } else { %>
${WHO}
${ASK}
<% if (!person) { %><p class="notice plain">[[还没有人授权。|Nobody has permitted anything yet.]]</p><% } else { %>
${GRANTS}
${SEND}
${INBOX}
<% } %><% } %>`,
);

/** One channel and one person, from the request to the inbox. */
export function renderChannelPage(view: ChannelView): string {
  const { channel, account, templateId, templates, person, client, publicBaseUrl } = view;
  const appId = account?.appId ?? '';
  const pageOf = (changed: { openid?: string; templateId?: string }) => {
    const query = { templateId, ...(person && { openid: person.openid }), ...changed };
    return `/channels/${channel.name}?${new URLSearchParams(query)}`;
  };
  const texts = {
    client: client && CLIENT_OUTCOME[client],
    recordedBy: RECORDED_BY[account?.takesPushes ? 'reportAndPush' : 'report'],
    buttons: channel.name === 'mini-template' ? BUTTONS.form : BUTTONS.subscribe,
    askedBy: ASKED_BY[channel.name],
    snippet: snippetOf(channel, { appId, templateId, publicBaseUrl }),
    title: templates.find(({ id }) => id === templateId)?.title,
    status: GRANT_STATUS,
    push: PUSH_STATUS,
    sources: sourceTexts,
    field: fieldOf,
    time: inShanghai,
    pageOf,
  };
  return channelPage({ ...view, texts });
}
