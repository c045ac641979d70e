import { type FieldError, keywordsOf, type SubscribeTemplate } from 'nestjs-weixin-subscribe';
import type { Keyword, RefusedForm } from './channel.types.js';

/** WeChat has no list of the retired templates: the form asks for as many keywords as most of them had. */
const OF_RETIRED: [label: string, value: string][] = [
  ['课程', '高等数学'],
  ['时间', '2026年11月21日 8:50'],
  ['地点', '教室 A-301'],
];

/** A line of `content`: `课程:{{thing1.DATA}}`. */
const LINE = /^(?:(.*?)[:：])?\s*\{\{\s*(\w+)\.DATA\s*\}\}/;

/** The keywords of a template, each with the sample that WeChat tells for it. */
export function keywordsOfTemplate(template: SubscribeTemplate): Keyword[] {
  const samples = template.example.split('\n').map((line) => line.replace(/^.*?[:：]/, ''));
  const lines = template.content.split('\n').map((line) => LINE.exec(line));
  return keywordsOf(template).map((key) => {
    const index = lines.findIndex((line) => line?.[2] === key);
    return { key, label: lines[index]?.[1] ?? key, value: samples[index] ?? '', errors: [] };
  });
}

export function keywordsOfRetired(): Keyword[] {
  return OF_RETIRED.map(([label, value], index) => ({
    key: `keyword${index + 1}`,
    label,
    value,
    errors: [],
  }));
}

/**
 * What was filled in, as a message wants it. A keyword that is not in the form is as good as an empty one.
 */
export function dataOf(
  keywords: Keyword[],
  form: Record<string, unknown>,
): Record<string, { value: string }> {
  return Object.fromEntries(
    keywords.map(({ key }) => {
      const value = form[fieldOf(key)];
      return [key, { value: typeof value === 'string' ? value : '' }];
    }),
  );
}

/** The keywords again, as they were filled in, each with what is wrong with it. */
export function withErrors(keywords: Keyword[], { values, errors }: RefusedForm): Keyword[] {
  return keywords.map((keyword) => ({
    ...keyword,
    value: values[keyword.key] ?? '',
    errors: errors.filter(({ field }) => isOf(keyword.key, field)),
  }));
}

/** Errors that no keyword is to blame for. */
export function otherErrors(keywords: Keyword[], errors: FieldError[]): FieldError[] {
  return errors.filter(({ field }) => !keywords.some(({ key }) => isOf(key, field)));
}

/** The name of the field, in the form as in an error. */
export function fieldOf(key: string): string {
  return `data.${key}.value`;
}

function isOf(key: string, field: string): boolean {
  return field === `data.${key}` || field === fieldOf(key);
}
