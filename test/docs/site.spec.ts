import { readdirSync } from 'node:fs';
import { LANGUAGES } from '../../docs/languages.js';
import { llms, llmsFull } from '../../docs/site/llms.js';
import { GROUPS } from '../../docs/site/pages.js';

/** `index` is the home page; `rest` is generated, and there once the site was built. */
const NO_GUIDES = ['index', 'rest'];
const pagesOf = (language: string) =>
  readdirSync(`docs/${language}`)
    .map((file) => file.replace(/\.md$/, ''))
    .filter((name) => !NO_GUIDES.includes(name));

describe.each(LANGUAGES)('the site in %s', (language) => {
  it('has every page in a group of the sidebar, and names none that is not there', () => {
    const named = GROUPS.flatMap(({ pages }) => pages).filter((name) => !NO_GUIDES.includes(name));
    expect(named.toSorted()).toEqual(pagesOf(language).toSorted());
  });

  it('has every page in llms.txt, with its title and what it is about', () => {
    const lines = llms(language).split('\n');
    for (const name of pagesOf(language)) {
      const line = lines.find((one) => one.includes(`(/${language}/${name}.md)`));
      expect(line).toMatch(/^- \[.+\]\(.+\): .{10,}/);
    }
  });

  it('has every page in llms-full.txt, without the links to its other edition', () => {
    const text = llmsFull(language);
    expect(text.match(/^# /gm)?.length).toBeGreaterThan(pagesOf(language).length);
    expect(text).not.toMatch(/^(\[English\]|English ·)/m);
  });
});
