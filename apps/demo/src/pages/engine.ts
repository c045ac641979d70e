import { Eta } from 'eta';
import { type Language, language } from './language.js';
import { LAYOUT } from './layout.js';

/** `[[中文|English]]`, in text and in code. */
const BOTH = /\[\[((?:(?!\]\]|\|)[\s\S])*)\|((?:(?!\]\])[\s\S])*)\]\]/g;

/**
 * Templates are strings in the source, so there is no file to find at run time; every `<%= %>` is escaped.
 * Each is compiled once for each language.
 */
const engines: Record<Language, Eta> = {
  zh: new Eta({ autoEscape: true }),
  en: new Eta({ autoEscape: true }),
};
loadTemplate('layout', LAYOUT);

function loadTemplate(name: string, template: string): void {
  engines.zh.loadTemplate(`@${name}`, template.replace(BOTH, '$1'));
  engines.en.loadTemplate(`@${name}`, template.replace(BOTH, '$2'));
}

/** Makes a page out of a template that fills the layout, in the language of the request. */
export function definePage<Data extends object>(name: string, template: string): (data: Data) => string {
  loadTemplate(name, template);
  return (data) => engines[language()].render(`@${name}`, data);
}
