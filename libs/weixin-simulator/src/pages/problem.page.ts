import { definePage } from './engine.js';

const problemPage = definePage<{ problem: string; back: string }>(
  'problem',
  `<% layout('@layout', { title: '没有做成 · Not done', tab: 'panel' }) %>
<section class="card center" role="alert">
  <div class="badge bad" aria-hidden="true">!</div>
  <h1>没有做成 <span lang="en">Not done</span></h1>
  <p lang="en"><%= it.problem %></p>
  <p><a href="<%= it.back %>">返回 <span lang="en">Back</span></a></p>
</section>`,
);

/** A button that could not do what it says; nothing was changed. */
export function renderProblemPage(problem: string, back: string): string {
  return problemPage({ problem, back });
}
