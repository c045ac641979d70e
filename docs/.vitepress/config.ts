import { type DefaultTheme, defineConfig } from 'vitepress';
import type { Language } from '../languages.js';
import { grouped } from '../site/llms.js';
import { stagePages } from '../site/stage.js';

const WORDS = {
  en: {
    guide: 'Guide',
    reference: 'Reference',
    api: 'API reference',
    simulator: 'Simulator',
    cli: 'Command line',
    project: 'Project',
    more: 'Packages',
    description: 'WeChat subscription messages for NestJS: ask, record, send exactly once, account for it.',
  },
  zh: {
    guide: '指南',
    reference: '参考',
    api: 'API 参考（英文）',
    simulator: '模拟器（英文）',
    cli: '命令行（英文）',
    project: '项目（英文）',
    more: '软件包',
    description: 'NestJS 微信订阅消息模块：询问、记录、只发一次、结果可查。',
  },
} as const;

const PROJECT = [
  ['Architecture', 'architecture'],
  ['Facts about WeChat', 'platform'],
  ['Decisions', 'decisions/'],
  ['Changelog', 'changelog'],
  ['Contributing', 'contributing'],
  ['Security policy', 'security-policy'],
];
const project = (text: string): DefaultTheme.SidebarItem => ({
  text,
  collapsed: true,
  items: PROJECT.map(([title, page]) => ({ text: title, link: `/project/${page}` })),
});

function sidebar(language: Language): DefaultTheme.SidebarItem[] {
  const words = WORDS[language];
  const groups = grouped(language).map(({ title, pages }) => ({
    text: title,
    collapsed: false,
    items: pages.map((page) => ({ text: page.title, link: `/${language}/${page.name}` })),
  }));
  groups.at(-1)?.items.push({ text: words.api, link: '/api/index.html', target: '_self' });
  return [
    ...groups,
    {
      text: words.more,
      collapsed: false,
      items: [
        { text: words.simulator, link: '/en/simulator' },
        { text: words.cli, link: '/en/cli' },
      ],
    },
    project(words.project),
  ];
}

function nav(language: Language): DefaultTheme.NavItem[] {
  const words = WORDS[language];
  return [
    {
      text: words.guide,
      link: `/${language}/getting-started`,
      activeMatch: `/${language}/(?!options|rest|routes|errors|states|promises|$)`,
    },
    {
      text: words.reference,
      items: [
        ...(grouped(language).find(({ title }) => title === words.reference)?.pages ?? []).map(
          ({ name, title }) => ({ text: title, link: `/${language}/${name}` }),
        ),
        { text: words.api, link: '/api/index.html', target: '_self' },
      ],
    },
    { text: words.simulator.replace('（英文）', ''), link: '/en/simulator' },
  ];
}

/** Words of Chinese, as well as those between blanks: Chinese has none. Runs in the browser, too. */
function tokenize(text: string): string[] {
  const words = text.toLowerCase().split(/[\s\-_.,:;/\\|()[\]{}<>"'`=+*&#!?，。：；（）“”、·]+/u);
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
  return words.flatMap((word) =>
    /\p{Script=Han}/u.test(word) ? [...segmenter.segment(word)].map(({ segment }) => segment) : [word],
  );
}

const HAN_AT_END = /\p{Script=Han}$/u;
const HAN_AT_START = /^\p{Script=Han}/u;
const MARK_AT_END = /[，。；：、！？（“”）]$/u;
const MARK_AT_START = /^[，。；：、！？（“”）]/u;

/** As GitHub makes them, so that one link works in both places. */
const slugify = (text: string) =>
  text
    .toLowerCase()
    .trim()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

export default defineConfig({
  srcDir: '.site',
  srcExclude: ['public/**'],
  outDir: '../dist/docs',
  cacheDir: '../node_modules/.cache/vitepress',
  base: process.env.DOCS_BASE ?? '/',
  title: 'nestjs-weixin-subscribe',
  description: WORDS.en.description,
  cleanUrls: true,
  metaChunk: true,
  // A dead link ends the build.
  ignoreDeadLinks: [/^https?:\/\/(localhost|127\.0\.0\.1)/],
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.DOCS_BASE ?? '/'}logo.svg` }],
    ['meta', { name: 'theme-color', content: '#07c160' }],
  ],
  vite: {
    plugins: [
      {
        // The pages that VitePress serves are copies: a change of the page itself makes a new one.
        name: 'stage pages',
        apply: 'serve',
        configureServer({ watcher }) {
          watcher.add([
            'docs/en',
            'docs/zh',
            'docs/decisions',
            'docs/architecture.md',
            'docs/platform.md',
            'README.md',
          ]);
          // Editors that write a new file in place of the old one say `add`.
          watcher.on('all', (_event, path) => {
            if (path.endsWith('.md') && !path.includes('.site')) stagePages();
          });
        },
      },
    ],
  },
  markdown: {
    anchor: { slugify },
    // Both are darker than VitePress' own: small text needs the contrast.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    headers: { slugify, level: [2, 3] },
    toc: { slugify },
    config(md) {
      // A wide table scrolls by itself, so that a phone does not scroll the page.
      md.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
      md.renderer.rules.table_close = () => '</table></div>\n';
      // Chinese has no blanks: the end of a line in the source is none either.
      md.renderer.rules.softbreak = (tokens, index) => {
        const before = tokens[index - 1]?.content ?? '';
        const after = tokens[index + 1]?.content ?? '';
        const isWithin = HAN_AT_END.test(before) && HAN_AT_START.test(after);
        return isWithin || MARK_AT_END.test(before) || MARK_AT_START.test(after) ? '' : '\n';
      };
    },
  },
  locales: {
    root: { label: 'English', lang: 'en', link: '/en/' },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      link: '/zh/',
      description: WORDS.zh.description,
      themeConfig: {
        nav: nav('zh'),
        sidebar: { '/zh/': sidebar('zh') },
        outline: { level: [2, 3], label: '本页目录' },
        docFooter: { prev: '上一页', next: '下一页' },
        returnToTopLabel: '回到顶部',
        sidebarMenuLabel: '目录',
        darkModeSwitchLabel: '外观',
        lightModeSwitchTitle: '切换到浅色模式',
        darkModeSwitchTitle: '切换到深色模式',
        langMenuLabel: '切换语言',
        skipToContentLabel: '跳到正文',
        notFound: {
          title: '页面不存在',
          quote: '这个地址下没有页面，可能已经改名。',
          linkLabel: '回到首页',
          linkText: '回到首页',
        },
      },
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: nav('en'),
    sidebar: { '/en/': sidebar('en'), '/project/': sidebar('en') },
    outline: { level: [2, 3] },
    notFound: { quote: 'There is no page at this address; it may have been renamed.' },
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: { tokenize },
          searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
        },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清除',
                backButtonTitle: '返回',
                noResultsText: '没有结果：',
                footer: { selectText: '打开', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
});
