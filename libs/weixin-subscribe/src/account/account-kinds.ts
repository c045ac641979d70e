export const ACCOUNT_KINDS = ['official-account', 'mobile-app', 'mini-program'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
