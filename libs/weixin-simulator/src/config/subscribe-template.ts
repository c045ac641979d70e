import { FieldReader } from '../common/field-reader.js';

/**
 * Types of keywords, as the table of `subscribe/send` names them, with `enum_string`, which stands in the
 * page's sample, and `short_thing`, which public templates have. A key is a type and a number: `thing1`.
 */
export const KEYWORD_TYPES = [
  ...(['thing', 'short_thing', 'number', 'letter', 'symbol', 'character_string', 'time', 'date'] as const),
  ...(['amount', 'phone_number', 'car_number', 'name', 'phrase', 'enum', 'enum_string'] as const),
];
export type KeywordType = (typeof KEYWORD_TYPES)[number];

/** 2: each accept gives one message; 3: long-term, one accept gives any number. */
export const TEMPLATE_TYPES = [2, 3] as const;
export type TemplateType = (typeof TEMPLATE_TYPES)[number];

/** What an `enum` keyword may say. */
export interface KeywordEnumValue {
  keywordCode: string;
  enumValueList: string[];
}

/** A template with typed keywords, in the words of `newtmpl/gettemplate`. */
export interface SubscribeTemplateOptions {
  priTmplId: string;
  title: string;
  /** One keyword a line, for example `课程:{{thing1.DATA}}`. */
  content: string;
  /** @default empty */
  example?: string;
  /** @default 2 */
  type?: TemplateType;
  /** Needed for every `enum` and `enum_string` keyword. @default none */
  keywordEnumValueList?: KeywordEnumValue[];
  /** The template is banned: sends answer 43107, people are not asked. @default false */
  banned?: boolean;
}

export type SubscribeTemplate = Readonly<Required<SubscribeTemplateOptions>>;

/** One line of a template. */
export interface Keyword {
  /** `thing1` */
  key: string;
  /** `undefined`: one of the platform's that this simulator does not know. */
  type: KeywordType | undefined;
  /** The text before the value. */
  label: string;
  /** Of an `enum`. */
  values: readonly string[];
}

const TEMPLATE_FIELDS = [
  ...['priTmplId', 'title', 'content', 'example', 'type', 'keywordEnumValueList', 'banned'],
];
const KEY = /^([a-z]+(?:_[a-z]+)*)[1-9]\d*$/;
const LINE = /^[^\S\n]*(.*?)\s*[:：]?\s*\{\{(\w+)\.DATA\}\}/gm;

export function keywordsOf({
  content,
  keywordEnumValueList,
}: Pick<SubscribeTemplate, 'content' | 'keywordEnumValueList'>): Keyword[] {
  return [...content.matchAll(LINE)].map(([, label = '', key = '']) => ({
    ...{ key, label, type: KEYWORD_TYPES.find((type) => type === KEY.exec(key)?.[1]) },
    values: keywordEnumValueList.find(({ keywordCode }) => keywordCode === key)?.enumValueList ?? [],
  }));
}

export function readSubscribeTemplate(item: unknown, path: string): SubscribeTemplate {
  const fields = new FieldReader(item, path).onlyKnown(TEMPLATE_FIELDS);
  const template: SubscribeTemplate = {
    priTmplId: fields.requiredText('priTmplId'),
    title: fields.requiredText('title'),
    content: fields.requiredText('content'),
    example: fields.raw('example') === '' ? '' : (fields.text('example') ?? ''),
    type: fields.oneOf('type', TEMPLATE_TYPES) ?? 2,
    keywordEnumValueList: fields.list('keywordEnumValueList', readEnumValues) ?? [],
    banned: fields.flag('banned') ?? false,
  };
  const keywords = keywordsOf(template);
  if (keywords.length === 0) fields.fail('content', 'must name keywords such as {{thing1.DATA}}, one a line');
  keywords.forEach(({ key, type, values }, index) => {
    if (!KEY.test(key))
      fields.fail('content', `"${key}" must be a type and a number (types: ${KEYWORD_TYPES.join(', ')})`);
    if (keywords.findIndex((other) => other.key === key) !== index)
      fields.fail('content', `"${key}" appears twice`);
    if ((type === 'enum' || type === 'enum_string') && values.length === 0)
      fields.fail('keywordEnumValueList', `must name the values of "${key}"`);
  });
  return template;
}

function readEnumValues(item: unknown, path: string): KeywordEnumValue {
  const fields = new FieldReader(item, path).onlyKnown(['keywordCode', 'enumValueList']);
  return {
    keywordCode: fields.requiredText('keywordCode'),
    enumValueList: fields.texts('enumValueList') ?? fields.fail('enumValueList', 'is required'),
  };
}
