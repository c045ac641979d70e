const DAY =
  /^(?:([1-9]\d{3})年(\d{1,2})月(\d{1,2})日(?: (?=\d))?|([1-9]\d{3})([-/])(\d{1,2})\5(\d{1,2})(?: (?=\d)|$))/;
const TIME_OF_DAY = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/** A time of the day in 24 hours, perhaps after a day: `15:01`, `2019年10月1日 15:01`. */
export function isTime(value: string): boolean {
  const rest = withoutDay(value);
  return rest !== undefined && isTimeOfDay(rest);
}

/** A day, perhaps with a time: `2019年10月1日`, `2019-10-01 15:01`. */
export function isDate(value: string): boolean {
  const rest = withoutDay(value);
  return rest !== undefined && rest !== value && (rest === '' || isTimeOfDay(rest));
}

/** What follows the day; all of it when there is none, undefined when the calendar has no such day. */
function withoutDay(value: string): string | undefined {
  const found = DAY.exec(value);
  if (!found) return value;
  const [text, year = found[4], month = found[6], day = found[7]] = found;
  return isCalendarDay(Number(year), Number(month), Number(day)) ? value.slice(text.length) : undefined;
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isTimeOfDay(value: string): boolean {
  const [, hour, minute, second = '0'] = TIME_OF_DAY.exec(value) ?? [];
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}
