import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Language } from '../languages.js';
import { GROUPS } from './pages.js';

const NAME = 'nestjs-weixin-subscribe';
const SUMMARY: Record<Language, string> = {
  en:
    'WeChat (Weixin) subscription messages for NestJS 11 and 12: ask the user, keep the grant in a ledger, send ' +
    'exactly one message for it, know the outcome. With a central access_token service, webhooks, broadcasts, REST ' +
    'routes, and a simulator of WeChat for tests.',
  zh:
    'NestJS 11、12 的微信订阅消息模块：请用户授权，把授权记进台账，每份授权只发一条消息，并给出明确的结果。自带 access_token ' +
    '中控服务、消息推送、群发、REST 接口，以及用于测试的微信模拟器。',
};

const read = (language: Language, page: string) => readFileSync(`docs/${language}/${page}.md`, 'utf8');
const titleOf = (text: string) => /^# (.+)$/m.exec(text)?.[1] ?? '';

/** What stands in a sidebar: the title up to a colon. */
const shortTitle = (title: string) => /^[^:：]+/.exec(title)?.[0].replaceAll('`', '').trim() ?? title;

/** What a page is about: its headings, or how it begins where it has few. */
function summaryOf(text: string): string {
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  const paragraphs = text.split(/\n\n+/).filter((one) => !/^(#|\||<|`{3}|!\[|English|\[English\])/.test(one));
  const plain = headings.length > 2 ? headings.join('; ') : (paragraphs[0] ?? '').replace(/^- /, '');
  return plain
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*/g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 300);
}

/** Groups with the pages that exist; those that no group names come last. */
export function grouped(language: Language): { title: string; pages: { name: string; title: string }[] }[] {
  const named = new Set(GROUPS.flatMap(({ pages }) => pages));
  const others = readdirSync(`docs/${language}`)
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .map((file) => file.slice(0, -3))
    .filter((name) => !named.has(name));
  return GROUPS.map(({ title, pages }, index) => ({
    title: title[language],
    pages: [...pages, ...(index === GROUPS.length - 1 ? others : [])]
      .filter((name) => existsSync(`docs/${language}/${name}.md`))
      .map((name) => ({ name, title: shortTitle(titleOf(read(language, name))) })),
  }));
}

/** llmstxt.org: what there is to read. */
export function llms(language: Language): string {
  const sections = grouped(language).map(({ title, pages }) => {
    const lines = pages.map(
      ({ name, title }) => `- [${title}](/${language}/${name}.md): ${summaryOf(read(language, name))}`,
    );
    return `## ${title}\n\n${lines.join('\n')}`;
  });
  return `# ${NAME}\n\n> ${SUMMARY[language]}\n\n${sections.join('\n\n')}\n`;
}

/** All pages in one text, in the order of the sidebar. */
export function llmsFull(language: Language): string {
  const texts = grouped(language).flatMap(({ pages }) =>
    pages.map(({ name }) =>
      read(language, name)
        .replace(/^(?:English|\[English\])[^\n]*(?:简体中文)[^\n]*\n\n/m, '')
        .trim(),
    ),
  );
  return `# ${NAME}\n\n> ${SUMMARY[language]}\n\n${texts.join('\n\n---\n\n')}\n`;
}
