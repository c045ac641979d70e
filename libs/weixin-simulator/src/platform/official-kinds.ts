import type { AccountKind } from '../config/options.js';

/** Official accounts (公众号): pages in WeChat, one-time messages, the IP whitelist on all calls. */
export const OFFICIAL_KINDS: readonly AccountKind[] = [
  'official-account',
  'service-account',
  'subscription-account',
];

/** Official accounts with subscription notices and OAuth: service accounts, and those of an unknown kind. */
export const WITH_NOTICES: readonly AccountKind[] = ['official-account', 'service-account'];

export const isOfficial = ({ kind }: { kind: AccountKind }): boolean => OFFICIAL_KINDS.includes(kind);
