/**
 * A subscription-message template of an account, as `wxaapi/newtmpl/gettemplate` tells it (docs/platform.md
 * §6.2).
 */
export interface SubscribeTemplate {
  /** WeChat's `priTmplId`: the `template_id` of a send. */
  templateId: string;
  title: string;
  /** One line per keyword: `会议地点:{{thing1.DATA}}`. */
  content: string;
  example: string;
  /** 2: one accept gives one message. 3: long-term, for public services only. */
  type: number;
  /** What the keywords of type `enum` may say. */
  keywordEnumValueList?: KeywordEnumValues[];
}

export interface KeywordEnumValues {
  /** E.g. `enum_string2.DATA`. */
  keywordCode: string;
  enumValueList: string[];
}

/** The `data` of a send: keyword → what it says. */
export type TemplateData = Record<string, { value: string }>;

/** A category (类目) of the account; public titles are listed by it. */
export interface TemplateCategory {
  id: number;
  name: string;
}

/** A title of the public library. */
export interface PublicTitle {
  tid: number;
  title: string;
  /** As that of a {@link SubscribeTemplate}. */
  type: number;
  categoryId: number;
}

/** A keyword that may be chosen under a public title. */
export interface PublicKeyword {
  kid: number;
  name: string;
  example: string;
  /** Its type, e.g. `thing`. */
  rule: string;
}

/** A page of public titles, and how many there are in all. */
export interface PublicTitles {
  count: number;
  titles: PublicTitle[];
}
