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
 * When the quiet hours that hold at `now` are over; `undefined`: it is not quiet. Right on days on which the
 * clocks change, too: the end is looked for where an even day would have it and then corrected by what the
 * local clock says there. Whoever waits for it asks again then.
 */
export function quietUntil(hours: QuietHours | undefined, now: number): number | undefined {
  if (!hours || !isQuiet(hours, now)) return undefined;
  const thisMinute = now - (now % MINUTE_MS);
  const left = (hours.toMinute - localMinute(hours, now) + DAY_MINUTES) % DAY_MINUTES;
  const onEvenDay = thisMinute + left * MINUTE_MS;
  const off = localMinute(hours, onEvenDay) - hours.toMinute;
  const corrected = onEvenDay - shortest(off) * MINUTE_MS;
  // Quiet there still: that minute of the clock is left out today.
  return corrected > now && !isQuiet(hours, corrected) ? corrected : onEvenDay;
}

function isQuiet({ fromMinute, toMinute, timeZone }: QuietHours, now: number): boolean {
  const minute = localMinute({ timeZone }, now);
  return fromMinute < toMinute
    ? minute >= fromMinute && minute < toMinute
    : minute >= fromMinute || minute < toMinute;
}

/** The shorter way round the clock, −720 to 719. */
function shortest(minutes: number): number {
  return ((minutes + DAY_MINUTES + DAY_MINUTES / 2) % DAY_MINUTES) - DAY_MINUTES / 2;
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
