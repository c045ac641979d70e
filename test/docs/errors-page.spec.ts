import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRCODE_TABLE, InvalidOptionsError } from 'nestjs-weixin-subscribe';
import { consoleProblems, PATH_OF_CONSOLE_PROBLEMS } from '../../docs/console-problems.js';
import { errorsPage, pathOfErrorsPage } from '../../docs/errors-page.js';
import { LANGUAGES } from '../../docs/languages.js';
import { PROBLEMS } from '../../docs/problems.js';

const LIBRARY = 'libs/weixin-subscribe/src';

describe.each(LANGUAGES)('the page about errors in %s', (language) => {
  const page = errorsPage(language);

  it('is what the generator gives; if not, run docs/generate-errors.ts', () => {
    expect(readFileSync(pathOfErrorsPage(language), 'utf8')).toBe(page);
  });

  it('has a row for every errcode of the table, with its remedy', () => {
    for (const { errcode, only, remedy } of ERRCODE_TABLE) {
      const rows = page.split('\n').filter((line) => line.startsWith(`| ${errcode} ${only ? '*' : '|'}`));
      expect(rows.filter((row) => row.includes(remedy[language].replaceAll('<', '&lt;')))).toHaveLength(1);
    }
  });
});

it('the page about errors names every error class of the library that a caller may see', () => {
  const sources = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => readFileSync(join(LIBRARY, file), 'utf8'));
  const declared = sources
    .flatMap((source) => [
      ...source.matchAll(/class (\w+) extends \w+ \{\s+static override readonly problem\b/g),
    ])
    .map(([, name]) => name)
    // Thrown while the module starts: it reaches no caller.
    .filter((name) => name !== InvalidOptionsError.name);
  expect(declared.length).toBeGreaterThan(15);
  expect(PROBLEMS.map(({ error }) => error.name).sort()).toEqual(declared.sort());
});

it('the console says in Chinese what the page about errors does; if not, npm run docs:generate', () => {
  expect(readFileSync(PATH_OF_CONSOLE_PROBLEMS, 'utf8')).toBe(consoleProblems());
});
