import type { PublicKeyword, PublicTitle, SubscribeTemplate, TemplateCategory } from './template.types.js';

/** The answer of a call is not what WeChat's page says. */
export class UnreadableAnswer extends Error {}

type Row = Record<string, unknown>;

/** The rows of an answer's `data`, frozen: they are kept and handed out. @throws {UnreadableAnswer} */
export function rows<T extends object>(data: unknown, read: (row: Row) => T): T[] {
  if (!Array.isArray(data)) throw new UnreadableAnswer('it has no list "data"');
  return Object.freeze(data.map((row) => Object.freeze(read(Object(row) as Row)))) as T[];
}

export const toTemplate = (row: Row): SubscribeTemplate => ({
  templateId: text(row, 'priTmplId'),
  title: text(row, 'title'),
  content: text(row, 'content'),
  example: text(row, 'example', ''),
  type: whole(row, 'type'),
  ...(Array.isArray(row.keywordEnumValueList) && {
    keywordEnumValueList: rows(row.keywordEnumValueList, (list) => ({
      keywordCode: text(list, 'keywordCode'),
      enumValueList: texts(list.enumValueList),
    })),
  }),
});

export const toCategory = (row: Row): TemplateCategory => ({ id: whole(row, 'id'), name: text(row, 'name') });

export const toTitle = (row: Row): PublicTitle => ({
  tid: whole(row, 'tid'),
  title: text(row, 'title'),
  type: whole(row, 'type'),
  categoryId: whole(row, 'categoryId'),
});

export const toKeyword = (row: Row): PublicKeyword => ({
  kid: whole(row, 'kid'),
  name: text(row, 'name'),
  example: text(row, 'example', ''),
  rule: text(row, 'rule', ''),
});

function texts(list: unknown): string[] {
  if (Array.isArray(list) && list.every((item) => typeof item === 'string'))
    return Object.freeze(list) as string[];
  throw new UnreadableAnswer('its "enumValueList" is not a list of texts');
}

export function text(row: Row, name: string, fallback?: string): string {
  const value = row[name] ?? fallback;
  if (typeof value === 'string') return value;
  throw new UnreadableAnswer(`its "${name}" is not text`);
}

/** As a number or as its digits: WeChat's pages show both. */
export function whole(row: Row, name: string): number {
  const value = row[name];
  const digits = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (/^\d{1,15}$/.test(digits)) return Number(digits);
  throw new UnreadableAnswer(`its "${name}" is not a whole number`);
}
