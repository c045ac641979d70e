import { PROBLEMS } from './problems.js';

export const PATH_OF_CONSOLE_PROBLEMS = 'libs/weixin-console/web/src/i18n/problems.zh.ts';

/** What the console says of each code in Chinese, as the file that its page imports. */
export function consoleProblems(): string {
  const texts = new Map<string, string>();
  for (const { error, text } of PROBLEMS) {
    const { code } = error.problem;
    if (!texts.has(code))
      texts.set(code, text.zh.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
  }
  const lines = [...texts].map(([code, text]) => `  ${code}:\n    ${JSON.stringify(text)},\n`);
  return `/** Generated from docs/problems.ts: npm run docs:generate. The API itself answers in English. */
export const problemsInChinese: Readonly<Record<string, string>> = {
${lines.join('')}};
`;
}
