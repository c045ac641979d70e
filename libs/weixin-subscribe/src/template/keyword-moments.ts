const YEAR_MONTH_DAY =
  /^([1-9]\d{3})(?:年(\d{1,2})月(\d{1,2})日|-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2}))/;
const CLOCK = /^([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/;

/** `15:01`, `15:01:30`, or such a time after a date. */
export function isTime(text: string): boolean {
  const date = dateAtStart(text);
  return CLOCK.test(date === undefined ? text : timeAfter(date, text));
}

/** `2019年10月1日`, `2019-10-01`, `2019/10/01`, or such a date before a time. */
export function isDate(text: string): boolean {
  const date = dateAtStart(text);
  return date !== undefined && (date === text || CLOCK.test(timeAfter(date, text)));
}

/** One point, or two joined by `~` with or without a space on either side; their order is not looked at. */
export function isOneOrRange(text: string, isPoint: (point: string) => boolean): boolean {
  const points = text.split(/ ?~ ?/);
  return points.length <= 2 && points.every(isPoint);
}

/** `日` ends a date by itself; after digits only a space does. */
function timeAfter(date: string, text: string): string {
  const rest = text.slice(date.length);
  if (rest.startsWith(' ')) return rest.slice(1);
  return date.endsWith('日') ? rest : '';
}

function dateAtStart(text: string): string | undefined {
  const match = YEAR_MONTH_DAY.exec(text);
  if (!match) return undefined;
  const [year, month, day] = match.slice(1).filter((part) => part !== undefined);
  return isOnCalendar(Number(year), Number(month), Number(day)) ? match[0] : undefined;
}

function isOnCalendar(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}
