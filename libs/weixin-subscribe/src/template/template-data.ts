import { describe, outline } from '../kernel/describe.js';
import type { FieldError } from '../kernel/errors.js';
import { checkAnyValue, checkKeywordValue, isKeyword, unknownKeywordType } from './keyword-values.js';
import type { SubscribeTemplate } from './template.types.js';

type KnownTemplate = Pick<SubscribeTemplate, 'content' | 'keywordEnumValueList'>;

/** More keywords than any template has (WeChat allows 5 to a template). */
const MOST_KEYWORDS = 20;
const MOST_SHOWN = 20;

/** The keywords of a template, in its order: `thing1` of `{{thing1.DATA}}`. */
export function keywordsOf({ content }: Pick<SubscribeTemplate, 'content'>): string[] {
  return [...new Set([...content.matchAll(/\{\{\s*(\w+)\.DATA\s*\}\}/g)].map(([, key]) => key))];
}

/**
 * What is wrong with the `data` of a subscription message, one error per field; none: nothing is. No value is
 * shown in full.
 * @param data keyword → `{ value }`; the values as {@link checkKeywordValue} says
 *
 * A keyword of a type that this library does not know may say anything, whether the template is known or not:
 * what is found without a template is found with it as well, and nothing is added but what the template
 * itself says.
 * @param template when it is known, no keyword of it may be missing or unknown to it, and an `enum` must say
 * one of its values. One
 *   without keywords that can be read counts as not known
 */
export function checkTemplateData(data: unknown, template?: KnownTemplate): FieldError[] {
  if (!isObject(data)) return [error('data', `must be an object of keywords, got ${describe(data)}`)];
  const given = Object.entries(data);
  if (given.length === 0) return [error('data', 'must hold at least one keyword, e.g. "thing1"')];
  if (given.length > MOST_KEYWORDS)
    return [error('data', `must hold at most ${MOST_KEYWORDS} keywords, got ${given.length}`)];
  const keywords = template ? keywordsOf(template) : [];
  const known = keywords.length > 0 ? keywords : undefined;
  const wrong = given.flatMap(([key, entry]) =>
    known && !known.includes(key)
      ? [unknownKeyword(key, known)]
      : entryErrors(key, entry, known ? template : undefined),
  );
  const missing = (known ?? []).filter((key) => !Object.hasOwn(data, key));
  return [
    ...wrong,
    ...missing.map((key) => error(`data.${key}`, 'is missing: the template holds this keyword')),
  ];
}

/**
 * The types in `data` that this library does not know, for a warning: they are sent without a check of their
 * own.
 */
export function unknownTypesIn(data: object): string[] {
  return [...new Set(Object.keys(data).flatMap((key) => unknownKeywordType(key) ?? []))];
}

function entryErrors(key: string, entry: unknown, template: KnownTemplate | undefined): FieldError[] {
  const field = `data.${shown(key)}`;
  // WeChat's own list may name a keyword that is none by the form that its pages describe.
  if (!template && !isKeyword(key)) return [error(field, checkKeywordValue(key, '') ?? '')];
  if (!isObject(entry))
    return [
      error(
        field,
        `must be an object {"value": …}, got ${outline(typeof entry === 'number' ? String(entry) : entry)}`,
      ),
    ];
  const others = Object.keys(entry).filter((name) => name !== 'value');
  if (others.length > 0) return [error(`${field}.${shown(others[0])}`, 'is not a known field')];
  const { value } = entry as { value?: unknown };
  const wrong =
    (isKeyword(key) ? checkKeywordValue(key, value) : checkAnyValue(value)) ??
    notListed(key, value as string, template);
  return wrong === undefined ? [] : [error(`${field}.value`, wrong)];
}

function notListed(key: string, value: string, template: KnownTemplate | undefined): string | undefined {
  const list = template?.keywordEnumValueList?.find(
    ({ keywordCode }) => keywordCode.replace(/\.DATA$/, '') === key,
  );
  if (!list || list.enumValueList.includes(value)) return undefined;
  const values = list.enumValueList.slice(0, MOST_SHOWN).map((one) => JSON.stringify(one));
  const more = list.enumValueList.length > MOST_SHOWN ? ', …' : '';
  return `must be one of the values that the template lists: ${values.join(', ')}${more}; got ${outline(value)}`;
}

function unknownKeyword(key: string, known: string[]): FieldError {
  return error(`data.${shown(key)}`, `is not a keyword of the template, which holds ${known.join(', ')}`);
}

const error = (field: string, says: string): FieldError => ({ field, message: `${field} ${says}` });

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A key of the caller's, as far as it may be a keyword at all. */
const shown = (key: string) => (/^\w{1,40}$/.test(key) ? key : '(other text)');
