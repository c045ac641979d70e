import { lengthOf } from './format';

/** WeChat's limits of a one-time subscription message, in Unicode code points. */
export const TITLE_LIMIT = 15;
export const VALUE_LIMIT = 200;

/** What a person has typed for a broadcast. */
export interface BroadcastForm {
  audience: 'scene' | 'purpose' | 'list';
  scene: string;
  purpose: string;
  list: string;
  templateId: string;
  title: string;
  value: string;
  color: string;
  url: string;
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
  rate: '',
  notBefore: '',
  deadline: '',
});

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
