import type { Language } from '../languages.js';

/** A page of the site: where it comes from, and where it stands below `docs/.site`. */
export interface SitePage {
  readonly from: string;
  readonly to: string;
}

interface Group {
  readonly title: Record<Language, string>;
  /** File names without `.md`, in order. */
  readonly pages: readonly string[];
}

/**
 * The sidebar. A page of `docs/en` that no group names goes to the end of the last one, so that a new page is
 * never lost.
 */
export const GROUPS: readonly Group[] = [
  {
    title: { en: 'Getting started', zh: '入门' },
    pages: ['getting-started', 'demo', 'testing', 'versions'],
  },
  {
    title: { en: 'Asking', zh: '授权' },
    pages: ['web-flow', 'mobile-flow', 'subscription-flow', 'js-sdk', 'front-end'],
  },
  {
    title: { en: 'Sending', zh: '发送' },
    pages: ['sending', 'channels', 'cards', 'templates', 'broadcast', 'push', 'failures', 'explain'],
  },
  {
    title: { en: 'Tokens', zh: 'Token' },
    pages: ['token', 'credentials'],
  },
  {
    title: { en: 'Operations', zh: '运维' },
    pages: [
      'accounts',
      'going-live',
      'deployment',
      'hosts',
      'observability',
      'console',
      'security',
      'performance',
      'troubleshooting',
      'upgrading',
    ],
  },
  {
    title: { en: 'Moving from …', zh: '迁移' },
    pages: ['migrating', 'from-easywechat', 'from-co-wechat-api', 'from-nest-wechat', 'from-token-server'],
  },
  {
    title: { en: 'Reference', zh: '参考' },
    pages: ['options', 'routes', 'rest', 'errors', 'states', 'promises'],
  },
];

/** Pages that exist in English only, and stand elsewhere in the repository. */
export const PROJECT: readonly SitePage[] = [
  { from: 'libs/weixin-simulator/README.md', to: 'en/simulator.md' },
  { from: 'libs/weixin-subscribe-cli/README.md', to: 'en/cli.md' },
  { from: 'CHANGELOG.md', to: 'project/changelog.md' },
  { from: 'CONTRIBUTING.md', to: 'project/contributing.md' },
  { from: 'SECURITY.md', to: 'project/security-policy.md' },
  { from: 'docs/architecture.md', to: 'project/architecture.md' },
  { from: 'docs/platform.md', to: 'project/platform.md' },
];
