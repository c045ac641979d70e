import type { Account } from '../config/options.js';
import { definePage } from './engine.js';
import type { Language } from './language.js';

const authorizationPage = definePage<{ links: { name: string; href: string }[] }>(
  'authorization',
  `<% layout('@layout', { title: '[[授权给第三方平台|Authorise the platform]]' }) %>
<section class="card center">
  <h1>[[授权给第三方平台|Authorise the platform]]</h1>
  <p>[[我是以下账号的管理员|I own this account]]</p>
  <ul><% for (const link of it.links) { %><li><a href="<%= link.href %>"><%= link.name %></a></li><% } %></ul>
</section>`,
);

/** Which account agrees. @param here this page with its query */
export function renderAuthorizationPage(
  accounts: readonly Account[],
  here: string,
  language: Language,
): string {
  const links = accounts.map(({ appId, name }) => ({
    name,
    href: `${here}&authorizer_appid=${encodeURIComponent(appId)}`,
  }));
  return authorizationPage({ links }, language);
}
