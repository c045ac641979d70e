import { readFileSync } from 'node:fs';
import { EVENTS } from '../../docs/ledger-events.js';
import { LANGUAGES, pathOfStatesPage, statesPage } from '../../docs/states-page.js';

describe.each(LANGUAGES)('the page about states in %s', (language) => {
  it('is what the generator gives; if not, run docs/generate-states.ts', () => {
    expect(readFileSync(pathOfStatesPage(language), 'utf8')).toBe(statesPage(language));
  });

  it('tells each event by other words', () => {
    expect(new Set(EVENTS.map(({ what }) => what[language])).size).toBe(EVENTS.length);
  });
});
