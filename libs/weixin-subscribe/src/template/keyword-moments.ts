/** A time of day at the end of a text: what is before it, the space between, and the time. */
const CLOCK_AT_END = /^(.*?)( ?)((?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)$/;
/** `2019年10月1日`, `2019年10月`, `10月1日`. */
const IN_CHINESE = /^(?:([1-9]\d{3})年)?(\d{1,2})月(?:(\d{1,2})日)?$/;
/** The same with one of three separators. */
const IN_DIGITS = /^(?:([1-9]\d{3})([-/.])(\d{1,2})(?:\2(\d{1,2}))?|(\d{1,2})[-/.](\d{1,2}))$/;
/** A year in which February has 29 days, for a date that names none. */
const LEAP_YEAR = 2000;

/** `15:01`, `15:01:30`, or such a time after a date. */
export function isTime(text: string): boolean {
  return momentOf(text)?.clock === true;
}

/** A date, or a date before a time: `2019年10月1日`, `2019-10`, `10.1`, `2019/10/01 15:01`. */
export function isDate(text: string): boolean {
  return momentOf(text)?.date === true;
}

/** One point, or two joined by `~` with or without a space on either side; their order is not looked at. */
export function isOneOrRange(text: string, isPoint: (point: string) => boolean): boolean {
  const points = pointsOf(text);
  return points.length <= 2 && points.every(isPoint);
}

/**
 * As {@link isOneOrRange} of dates; where the first has a time, the second may be a time of the same day:
 * `2019-10-01 15:01~16:00`.
 */
export function isDateOrRange(text: string): boolean {
  const [from, to, ...more] = pointsOf(text);
  const isEnd = to === undefined || isDate(to) || (isTime(from) && isTime(to));
  return more.length === 0 && isDate(from) && isEnd;
}

const pointsOf = (text: string) => text.split(/ ?~ ?/);

/** What a text is made of; `undefined` when it is neither a date nor a time. */
function momentOf(text: string): { date: boolean; clock: boolean } | undefined {
  const found = CLOCK_AT_END.exec(text);
  if (!found) return isCalendarDate(text) ? { date: true, clock: false } : undefined;
  const [, before, space] = found;
  if (before === '') return space === '' ? { date: false, clock: true } : undefined;
  // 日 and 月 end a date by themselves; after a digit only a space does.
  const apart = space !== '' || /[日月]$/.test(before);
  return apart && isCalendarDate(before) ? { date: true, clock: true } : undefined;
}

function isCalendarDate(text: string): boolean {
  const chinese = IN_CHINESE.exec(text);
  if (chinese) {
    const [, year, month, day] = chinese;
    return (year !== undefined || day !== undefined) && isOnCalendar(year, month, day);
  }
  const digits = IN_DIGITS.exec(text);
  if (!digits) return false;
  const [, year, , month = digits[5], day = digits[4] ?? digits[6]] = digits;
  return isOnCalendar(year, month, day);
}

function isOnCalendar(year: string | undefined, month: string, day: string | undefined): boolean {
  const last = daysIn(Number(year ?? LEAP_YEAR), Number(month));
  return last !== undefined && (day === undefined || (Number(day) >= 1 && Number(day) <= last));
}

/** `undefined`: there is no such month. */
function daysIn(year: number, month: number): number | undefined {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days: (number | undefined)[] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return days[month - 1];
}
