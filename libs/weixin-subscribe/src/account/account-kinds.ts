export const ACCOUNT_KINDS = [
  'official-account',
  'service-account',
  'subscription-account',
  'mobile-app',
  'mini-program',
] as const;
/**
 * `service-account` (服务号) and `subscription-account` (订阅号) are the two kinds of official account;
 * `official-account` says that it is one of them, and not which: nothing is refused then that one of them may
 * do.
 */
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export const OFFICIAL_KINDS: readonly AccountKind[] = [
  'official-account',
  'service-account',
  'subscription-account',
];

/**
 * Those with subscription notices (订阅通知), the open tag and templates; a subscription account has none of them
 * (docs/platform.md §6.2).
 */
export const SERVICE_KINDS: readonly AccountKind[] = ['service-account', 'official-account'];
