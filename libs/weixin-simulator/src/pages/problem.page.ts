import { definePage } from './engine.js';
import type { Language } from './language.js';

const problemPage = definePage<{ problem: string; back: string }>(
  'problem',
  `<% layout('@layout', { title: '[[没有执行|Not done]]' }) %>
<section class="card center" role="alert">
  <div class="badge bad" aria-hidden="true">!</div>
  <h1>[[没有执行|Not done]]</h1>
  <p lang="en"><%= it.problem %></p>
  <p><a href="<%= it.back %>">[[返回|Back]]</a></p>
</section>`,
);

/** A button that could not do what it says; nothing was changed. */
export function renderProblemPage(problem: string, back: string, language: Language): string {
  return problemPage({ problem, back }, language);
}

const notFoundPage = definePage<{ path: string }>(
  'not-found',
  `<% layout('@layout', { title: '[[页面不存在|No such page]]' }) %>
<section class="card center">
  <div class="badge bad" aria-hidden="true">?</div>
  <h1>[[页面不存在|No such page]]</h1>
  <p><code><%= it.path %></code></p>
  <p class="quiet">[[模拟器没有这个地址；接口列表见 OpenAPI。|The simulator has nothing at this address; OpenAPI lists what it has.]]</p>
  <p><a href="/_simulator/">[[回到面板|To the panel]]</a> · <a href="/_simulator/openapi.json">OpenAPI</a></p>
</section>`,
);

/** HTTP 404, for a person. */
export function renderNotFoundPage(path: string, language: Language): string {
  return notFoundPage({ path: path.slice(0, 200) }, language);
}
