/** A template as it would be applied for. */
export interface TemplateDraft {
  title: string;
  keywords: KeywordDraft[];
  /** Titles that exist already: those of the account, and those of the public library that come near. */
  otherTitles?: string[];
}

export interface KeywordDraft {
  name: string;
  /** What the application gives as its sample. */
  example: string;
}

export const REVIEW_RULES = [
  'title-unique',
  'title-similar',
  'title-ending',
  'title-symbols',
  'title-personal',
  'title-scene',
  'title-marketing',
  'keyword-unique',
  'keyword-similar',
  'keyword-symbols',
  'keyword-personal',
  'keyword-broad',
  'keyword-example',
] as const;
export type ReviewRule = (typeof REVIEW_RULES)[number];

export interface ReviewFinding {
  rule: ReviewRule;
  /** `title`, `keywords[0].name` or `keywords[0].example`. */
  place: string;
  /** What is wrong and what to do, in English. */
  message: string;
  /** The same in Chinese. */
  messageZh: string;
}
