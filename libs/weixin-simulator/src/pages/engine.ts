import { Eta } from 'eta';
import { LAYOUT } from './layout.js';

/** Templates are strings in the source (no files to find at run time); every `<%= %>` is escaped. */
const eta = new Eta({ autoEscape: true });
eta.loadTemplate('@layout', LAYOUT);
eta.loadTemplate(
  '@done',
  '<% if (it.done) { %><p class="done" role="status"><%= it.done.zh %> · <span lang="en"><%= it.done.en %></span></p><% } %>',
);

/** Makes a page out of a template that fills the common layout. */
export function definePage<Data extends object>(name: string, template: string): (data: Data) => string {
  eta.loadTemplate(`@${name}`, template);
  return (data) => eta.render(`@${name}`, data);
}
