import { IsFit, type OptionChecks } from '../kernel/option-checks.js';
import { isTimeZone } from '../kernel/time-zone.js';

const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/;
const TIME_RULE = 'must be a time of day as "HH:mm", 00:00 to 23:59';

/**
 * A window of every day in which nobody should be disturbed. Over midnight when `to` is earlier than `from`.
 */
export class QuietHoursOptions {
  /** Its first minute, `HH:mm`, 00:00–23:59. */
  @IsFit(TIME_OF_DAY, TIME_RULE)
  from!: string;

  /** The first minute after it, `HH:mm`; not equal to `from`. */
  @IsFit(TIME_OF_DAY, TIME_RULE)
  to!: string;

  /** IANA name of the time zone that both are in, e.g. `Asia/Shanghai`; daylight saving is followed. */
  timeZone!: string;
}

/** A window of every day, in minutes since local midnight: from the first, up to and without the second. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly timeZone: string;
}

/** `undefined`: none. */
export function resolveQuietHours(
  checks: OptionChecks,
  at: string,
  given: QuietHoursOptions | null | undefined,
): QuietHours | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) {
    checks.section(at, given);
    return undefined;
  }
  const { from, to, timeZone } = checks.read(at, QuietHoursOptions, given);
  if (from !== undefined && from === to)
    checks.refuse(`${at}.to`, `must differ from "from"; leave quietHours out for none`);
  if (!isTimeZone(timeZone))
    checks.refuse(`${at}.timeZone`, 'must be the IANA name of a time zone, e.g. "Asia/Shanghai"');
  return Object.freeze({ fromMinute: minuteOf(from), toMinute: minuteOf(to), timeZone: String(timeZone) });
}

/**
 * When the quiet hours that hold at `now` are over; `undefined`: it is not quiet. Right to the minute on days
 * on which the clocks change, too: an end that they leap over comes at the leap, and where they are put back
 * to before the beginning, it is not quiet until they show it again.
 */
export function quietUntil(hours: QuietHours | undefined, now: number): number | undefined {
  if (!hours || !isQuiet(hours, now)) return undefined;
  const thisMinute = now - (now % MINUTE_MS);
  const minute = localMinute(hours, now);
  const left = (hours.toMinute - minute + DAY_MINUTES) % DAY_MINUTES;
  const hasChanged = (minutes: number) =>
    localMinute(hours, thisMinute + minutes * MINUTE_MS) !== (minute + minutes) % DAY_MINUTES;
  if (!hasChanged(left)) return thisMinute + left * MINUTE_MS;
  const change = thisMinute + firstOf(left, hasChanged) * MINUTE_MS;
  return quietUntil(hours, change) ?? change;
}

/** The first of the numbers from 1 to `last` that is so, where all after it are and `last` is. */
function firstOf(last: number, isSo: (n: number) => boolean): number {
  let [first, end] = [1, last];
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    if (isSo(middle)) end = middle;
    else first = middle + 1;
  }
  return end;
}

function isQuiet({ fromMinute, toMinute, timeZone }: QuietHours, now: number): boolean {
  const minute = localMinute({ timeZone }, now);
  return fromMinute < toMinute
    ? minute >= fromMinute && minute < toMinute
    : minute >= fromMinute || minute < toMinute;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localMinute({ timeZone }: Pick<QuietHours, 'timeZone'>, now: number): number {
  let format = formats.get(timeZone);
  if (!format) {
    const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    // Its answer is read as "HH:mm" below, whatever language the process runs in.
    format = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone });
    formats.set(timeZone, format);
  }
  return minuteOf(format.format(now));
}

/** 0 for what was refused already. */
function minuteOf(timeOfDay: string | undefined): number {
  const [, hours = 0, minutes = 0] = TIME_OF_DAY.exec(String(timeOfDay)) ?? [];
  return 60 * Number(hours) + Number(minutes);
}
