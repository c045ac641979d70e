/** 2: one accept, one message. 3: long-term, for public services only. */
export type SubscribeTemplateType = 2 | 3;

/** A subscription-message template of an account, as `wxaapi/newtmpl/gettemplate` tells it (weixin-api.md §6.2). */
export interface SubscribeTemplate {
  /** WeChat's `priTmplId`: the `template_id` of a send. */
  templateId: string;
  title: string;
  /** One line per keyword: `会议地点:{{thing1.DATA}}`. */
  content: string;
  example: string;
  type: SubscribeTemplateType;
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
