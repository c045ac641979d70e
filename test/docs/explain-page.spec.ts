import { readFileSync } from 'node:fs';
import { explainPage, pathOfExplainPage } from '../../docs/explain-page.js';
import { LANGUAGES } from '../../docs/languages.js';

it.each(LANGUAGES)('the page about explanations in %s is what the generator gives', (language) => {
  expect(readFileSync(pathOfExplainPage(language), 'utf8')).toBe(explainPage(language));
});
