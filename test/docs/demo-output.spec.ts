import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Ports and seconds differ from run to run. */
const withoutNumbers = (text: string) => text.replace(/127\.0\.0\.1:\d+|in \d+ s/g, '#').trimEnd();

const shownIn = (page: string) =>
  /<!-- demo-output[^>]*-->\n```text\n([\s\S]*?)\n```/.exec(readFileSync(page, 'utf8'))?.[1];

it('both editions show the same output', () => {
  expect(shownIn('docs/zh/demo.md')).toBe(shownIn('docs/en/demo.md'));
});

it('the page about the demo shows what `npm run demo -- --once` really prints', () => {
  const shown = shownIn('docs/en/demo.md');
  const script = ['--import', '@swc-node/register/esm-register', 'apps/demo/src/try-it.ts', '--once'];
  const printed = execFileSync(process.execPath, script, { encoding: 'utf8' });
  const lines = printed
    .split('\n')
    .filter((line) => !/ is in use: /.test(line))
    .join('\n');
  expect(withoutNumbers(lines)).toBe(withoutNumbers(String(shown)));
}, 180_000);
