import { lengthOf } from './format';

/** WeChat's limits of a one-time subscription message, in Unicode code points. */
export const TITLE_LIMIT = 15;
export const VALUE_LIMIT = 200;

/** What a person has typed for a broadcast. */
export interface BroadcastForm {
  /** `everybody`: where the channel has no scenes. */
  audience: 'scene' | 'purpose' | 'everybody' | 'list';
  scene: string;
  purpose: string;
  list: string;
  templateId: string;
  title: string;
  value: string;
  color: string;
  url: string;
  /** By keyword, of messages with keywords. */
  keywords: Record<string, string>;
  /** All of them as JSON, where the keywords of the template are not known. */
  data: string;
  page: string;
  rate: string;
  notBefore: string;
  deadline: string;
}

export const emptyForm = (templateId = ''): BroadcastForm => ({
  audience: 'scene',
  scene: '',
  purpose: '',
  list: '',
  templateId,
  title: '',
  value: '',
  color: '',
  url: '',
  keywords: {},
  data: '',
  page: '',
  rate: '',
  notBefore: '',
  deadline: '',
});

/** Of a broadcast that is started once. `crypto.randomUUID` is there on HTTPS and on localhost only. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The keywords of WeChat's template, with what stands before each: `课程:{{thing1.DATA}}`. */
export function keywordsOf(content = ''): { label: string; name: string }[] {
  const found = content.matchAll(/(?:^|\n)\s*([^\n:：{]*)[:：]?\s*\{\{(\w+)\.DATA\}\}/g);
  return [...found].map(([, label, name]) => ({ label: label || name || '', name: name ?? '' }));
}

/** Text as JSON; `undefined`: it is none, or no object. */
export function objectIn(json: string): Record<string, { value: string }> | undefined {
  try {
    const read: unknown = JSON.parse(json);
    return read !== null && typeof read === 'object' && !Array.isArray(read)
      ? (read as Record<string, { value: string }>)
      : undefined;
  } catch {
    return undefined;
  }
}

export interface Recipient {
  openid: string;
  fields?: Record<string, string>;
}

/** Openids one a line, or CSV whose first line names an `openid` column; other columns fill placeholders. */
export function recipientsOf(list: string): Recipient[] {
  const rows = list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const header = cells(rows[0] ?? '');
  const at = header.findIndex((name) => name.toLowerCase() === 'openid');
  if (at < 0) return rows.map((openid) => ({ openid }));
  return rows.slice(1).map((row) => {
    const values = cells(row);
    const fields = Object.fromEntries(
      header.flatMap((name, index) => (index === at || name === '' ? [] : [[name, values[index] ?? '']])),
    );
    return { openid: values[at] ?? '', ...(Object.keys(fields).length > 0 && { fields }) };
  });
}

/** One line of CSV (RFC 4180), without line breaks in quotes. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '',
  );
}

/** A placeholder is filled per person: its length is known in the dry run only. */
export const hasPlaceholder = (value: string) => /\{\{.+?\}\}/.test(value);

export function isOver(value: string, limit: number): boolean {
  return !hasPlaceholder(value) && lengthOf(value) > limit;
}
