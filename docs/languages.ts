/** The editions of every page: `docs/en`, `docs/zh`. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
