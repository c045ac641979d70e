import { Eta } from 'eta';
import { LAYOUT } from './layout.js';

/**
 * Templates are strings in the source, so there is no file to find at run time; every `<%= %>` is escaped.
 */
const eta = new Eta({ autoEscape: true });
eta.loadTemplate('@layout', LAYOUT);

/** Makes a page out of a template that fills the layout. */
export function definePage<Data extends object>(name: string, template: string): (data: Data) => string {
  eta.loadTemplate(`@${name}`, template);
  return (data) => eta.render(`@${name}`, data);
}
