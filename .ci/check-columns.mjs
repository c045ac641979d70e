// node .ci/check-columns.mjs: no comment is wider than 110 columns, the width the formatter keeps for code.
// Lines of code that the formatter leaves wider hold a text, a statement or a page, which it does not break.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MOST = 110;
/** Generated, from descriptions of any length. */
const GENERATED = ':!libs/weixin-console/web/src/api/schema.d.ts';
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', GENERATED],
  { encoding: 'utf8' },
)
  .trim()
  .split('\n');
const tooWide = files.flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .map((line, index) => ({ at: `${file}:${index + 1}`, line }))
    .filter(({ line }) => line.length > MOST && /^\s*(\/\/|\/\*|\* |\*\/)/.test(line))
    .map(({ at, line }) => `${at}: ${line.length} columns`),
);
for (const line of tooWide) console.error(line);
if (tooWide.length > 0) process.exit(1);
console.log(`columns: no comment of ${files.length} files is wider than ${MOST}`);
