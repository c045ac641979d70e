import { language } from './i18n/language';

const locale = () => (language.value === 'zh' ? 'zh-CN' : 'en-GB');

/** In the viewer's zone. */
export function dateTime(iso: string): string {
  const date = new Date(iso);
  const sameYear = date.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(locale(), {
    ...(!sameYear && { year: 'numeric' }),
    month: language.value === 'zh' ? 'numeric' : 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(date);
}

const MOMENT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Moments inside a text, which the API writes in UTC, as the page writes all others. */
export const withLocalTimes = (text: string) =>
  // A stranger's part of a text may look like a moment and be none.
  text.replace(MOMENT, (iso) => (Number.isNaN(Date.parse(iso)) ? iso : dateTime(iso)));

export const day = (iso: string) =>
  new Intl.DateTimeFormat(locale(), { month: 'short', day: 'numeric' }).format(new Date(iso));

export const hour = (iso: string) =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', hour12: false }).format(
    new Date(iso),
  );

export const dayHour = (iso: string) => `${day(iso)} ${hour(iso)}`;

export const number = (value: number) => new Intl.NumberFormat(locale()).format(value);

/** `20K`, `2万`. */
export const compactNumber = (value: number) =>
  new Intl.NumberFormat(locale(), { notation: 'compact' }).format(value);

export const percent = (value: number) =>
  new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1 }).format(value);

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `2 hours`, in the largest unit that fits. */
export function duration(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS[3];
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: 0,
  }).format(Math.round(seconds / size));
}

/** `3 minutes ago`. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS[3];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

/** As much of an openid as tells two apart. */
export const masked = (openid: string) =>
  openid.length <= 8 ? '••••' : `${openid.slice(0, 4)}…${openid.slice(-4)}`;

/** One-time messages alone have scenes; whatever else is kept for a scene is of scene 0. */
export const hasScene = (channel = 'one-time') => channel === 'one-time';

/** WeChat counts in Unicode code points. */
export const lengthOf = (value: string) => [...value].length;

/** The value of `<input type="datetime-local">`, which has no zone: the viewer's. */
export function localInput(iso: string | undefined): string {
  if (!iso) return '';
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export const fromLocalInput = (value: string): string | undefined =>
  value === '' ? undefined : new Date(value).toISOString();
