import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { LANGUAGES } from '../languages.js';
import { PROJECT, type SitePage } from './pages.js';

export const SITE = 'docs/.site';

const markdownIn = (folder: string) => readdirSync(folder).filter((file) => file.endsWith('.md'));

function pages(): SitePage[] {
  const guides = LANGUAGES.flatMap((language) =>
    markdownIn(`docs/${language}`).map((file) => ({
      from: `docs/${language}/${file}`,
      to: `${language}/${file}`,
    })),
  );
  const decisions = markdownIn('docs/decisions').map((file) => ({
    from: `docs/decisions/${file}`,
    to: `project/decisions/${file === 'README.md' ? 'index.md' : file}`,
  }));
  const benches = readdirSync('bench')
    .map((bench) => ({ from: `bench/${bench}/README.md`, to: `project/bench-${bench}.md` }))
    .filter(({ from }) => existsSync(from));
  const root = { from: 'docs/index.md', to: 'index.md' };
  return [root, ...guides, ...decisions, ...benches, ...PROJECT];
}

/** Files that the site has under another name or as another page. */
const HOMES: Record<string, string> = {
  'README.md': 'en/index.md',
  'README.zh-CN.md': 'zh/index.md',
};

/**
 * The text of a page as the site shows it: links point at pages of the site. The line of links to the other
 * edition is left out, since the site has a menu for it.
 * @throws where a link leads to a file that is no page of the site
 */
function onSite(page: SitePage, all: ReadonlyMap<string, string>): string {
  const text = readFileSync(page.from, 'utf8')
    .replace(/^(?:English|\[English\])[^\n]*(?:简体中文)[^\n]*\n\n/m, '')
    .replace(/^<!-- (?:Generated|由)[^\n]*-->\n\n/, '');
  return outsideCode(text, (prose) =>
    prose.replace(/\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?\)/g, (_link, path: string, anchor = '') => {
      const target = posix.join(posix.dirname(page.from), decodeURI(path));
      const to = all.get(target) ?? HOMES[target] ?? /^docs\/(pictures\/.*)/.exec(target)?.[1];
      if (to) return `](${relative(page.to, to)}${anchor})`;
      // Source files and folders are no pages: the text of the link names them.
      if (existsSync(target) && !target.endsWith('.md')) return '](#not-a-page)';
      throw new Error(`${page.from}: ${path} is no page of the site; list it in docs/site/pages.ts`);
    }),
  ).replace(/\[([^\]]*)\]\(#not-a-page\)/g, '$1');
}

const relative = (from: string, to: string) => {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
};

/** Applies to what stands between fences. */
function outsideCode(text: string, change: (prose: string) => string): string {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}

export const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** Writes the pages that people write. `docs:dev` calls it again when one of them changes. */
export function stagePages(): void {
  const all = pages();
  const places = new Map(all.map(({ from, to }) => [from, to]));
  for (const page of all) {
    const text = onSite(page, places);
    write(join(SITE, page.to), text);
    // Beside the HTML, for programs that read: llms.txt names it.
    write(join(SITE, 'public', page.to), text);
  }
  cpSync('docs/pictures', join(SITE, 'pictures'), { recursive: true });
  cpSync('docs/public', join(SITE, 'public'), { recursive: true });
}
