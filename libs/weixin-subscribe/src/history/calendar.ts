import { InvalidInputError } from '../kernel/errors.js';

const DAY_MS = 86_400_000;
/** Local time is never further from UTC than this. */
const MAX_OFFSET_MS = 15 * 3_600_000;

/** A day, from its first moment to the first one after it. */
export interface CalendarDay {
  /** `YYYY-MM-DD` */
  day: string;
  from: number;
  /** Not included. */
  to: number;
}

/** Days as people in one time zone count them. */
export class Calendar {
  private readonly format: Intl.DateTimeFormat;

  /** @param timeZone an IANA name, e.g. `Asia/Shanghai`. @throws {InvalidInputError} */
  constructor(timeZone: string) {
    try {
      this.format = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      throw new InvalidInputError([
        { field: 'timeZone', message: 'timeZone must be an IANA name such as "Asia/Shanghai"' },
      ]);
    }
  }

  /** Every day from the first to the last, both `YYYY-MM-DD`. One that the clocks skipped has no length. */
  days(first: string, last: string): CalendarDay[] {
    const days: CalendarDay[] = [];
    let from = this.startOf(first);
    for (let day = first; day <= last; day = dayAfter(day)) {
      const to = this.startOf(dayAfter(day));
      days.push({ day, from, to });
      from = to;
    }
    return days;
  }

  /** The first moment of a day; where the clocks jump over midnight, that is the first moment after it. */
  private startOf(day: string): number {
    const midnight = Date.parse(`${day}T00:00:00Z`);
    const begun = (moment: number) => moment + this.offsetAt(moment) >= midnight;
    const usual = midnight - this.offsetAt(midnight - this.offsetAt(midnight));
    if (begun(usual) && !begun(usual - 1)) return usual;
    let [before, after] = [midnight - MAX_OFFSET_MS, midnight + MAX_OFFSET_MS];
    while (before < after) {
      const middle = Math.floor((before + after) / 2);
      if (begun(middle)) after = middle;
      else before = middle + 1;
    }
    return after;
  }

  private offsetAt(moment: number): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    const { year, month, day, hour, minute, second } = parts;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return local - Math.floor(moment / 1000) * 1000;
  }
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
