import { InvalidInputError } from '../common/errors.js';

const DAY_MS = 86_400_000;
/** Local time is never further from UTC than this. */
const MAX_OFFSET_MS = 15 * 3_600_000;

/** A stretch of time in which the clocks of a time zone do not change. */
export interface Stretch {
  from: number;
  /** Not included. */
  to: number;
  /** Local time less UTC. */
  offsetMs: number;
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

  /** The first moment of a day, `YYYY-MM-DD`; where the clocks jump over midnight, that is the first moment after it. */
  startOf(day: string): number {
    const midnight = Date.parse(`${day}T00:00:00Z`);
    return this.firstMoment(
      midnight - MAX_OFFSET_MS,
      midnight + MAX_OFFSET_MS,
      (moment) => moment + this.offsetAt(moment) >= midnight,
    );
  }

  /** The first moment after a day. */
  endOf(day: string): number {
    return this.startOf(new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10));
  }

  /** Splits a time where the clocks change, so that within each part a day is a plain division. */
  stretches(from: number, to: number): Stretch[] {
    const stretches: Stretch[] = [];
    let open = { from, offsetMs: this.offsetAt(from) };
    for (let moment = from; moment < to; moment += DAY_MS) {
      const next = Math.min(moment + DAY_MS, to);
      const offsetMs = this.offsetAt(next);
      if (offsetMs === open.offsetMs) continue;
      const change = this.firstMoment(moment, next, (then) => this.offsetAt(then) === offsetMs);
      if (change < to) {
        stretches.push({ ...open, to: change });
        open = { from: change, offsetMs };
      }
    }
    return [...stretches, { ...open, to }];
  }

  private offsetAt(moment: number): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    const { year, month, day, hour, minute, second } = parts;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return local - Math.floor(moment / 1000) * 1000;
  }

  /** The first moment for which `holds` is true, to the millisecond; it is false at `low`, or from there on true, and true at `high`. */
  private firstMoment(low: number, high: number, holds: (moment: number) => boolean): number {
    let [before, after] = [low, high];
    while (before < after) {
      const middle = Math.floor((before + after) / 2);
      if (holds(middle)) after = middle;
      else before = middle + 1;
    }
    return after;
  }
}
