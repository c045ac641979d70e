import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRCODE_TABLE } from 'nestjs-weixin-subscribe';
import { errorsPage, LANGUAGES, pathOfErrorsPage } from '../../docs/errors-page.js';
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

it('the page about errors names every error class of the library with its code', () => {
  const classes = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' })
    .filter((file) => /errors?\.ts$/.test(file))
    .flatMap((file) => [
      ...readFileSync(join(LIBRARY, file), 'utf8').matchAll(
        /class (\w+) extends [^{]+\{\s+readonly code = '(\w+)'/g,
      ),
    ])
    .map(([, errorClass, code]) => `${code} ${errorClass}`)
    // Thrown while the module starts: it reaches neither a caller nor a door.
    .filter((named) => !named.startsWith('WEIXIN_INVALID_OPTIONS'));
  expect(classes.length).toBeGreaterThan(15);
  expect(PROBLEMS.map(({ code, errorClass }) => `${code} ${errorClass}`).sort()).toEqual(classes.sort());
});
