import { Cron } from 'croner';
import type { FieldError } from '../../kernel/errors.js';
import { isTimeZone } from '../../kernel/time-zone.js';
import type { Recurrence } from './recurring.types.js';

const FIELDS = 'five fields (minute 0-59, hour 0-23, day of the month 1-31, month 1-12, day of the week 0-7)';

/** The times that a cron expression of five fields names in a time zone. */
export class CronTimes {
  private readonly cron: Cron;

  /** @throws {Error} the expression is none; its message says what is wrong */
  constructor({ cron, timeZone }: Recurrence) {
    this.cron = new Cron(cron, { mode: '5-part', timezone: timeZone, paused: true });
  }

  /**
   * The first time after a moment. A time of day that the clocks leap over in spring comes at the leap; one
   * that they show twice in autumn comes once. `undefined`: there is none, as on the 30th of February.
   */
  next(after: number): number | undefined {
    return this.cron.nextRun(new Date(after))?.getTime();
  }

  /** The last time that is not after `now`, of which `first` is one. */
  last(first: number, now: number): number {
    // It asks for what was before a moment.
    const [last] = this.cron.previousRuns(1, new Date(now + 1));
    return Math.max(first, last?.getTime() ?? first);
  }
}

/** What is wrong with them; none: there is a time after `now`. */
export function recurrenceErrors({ cron, timeZone }: Recurrence, now: number): FieldError[] {
  const errors: FieldError[] = [];
  if (!isTimeZone(timeZone))
    errors.push({ field: 'timeZone', message: 'timeZone must be a time zone of IANA, e.g. "Asia/Shanghai"' });
  // A moment in ISO 8601 and a word such as "@weekly" are patterns to croner, too.
  if (cron.trim().split(/\s+/).length !== 5)
    return [...errors, { field: 'cron', message: `cron must be ${FIELDS}` }];
  try {
    const times = new CronTimes({ cron, timeZone: errors.length === 0 ? timeZone : 'UTC' });
    if (times.next(now) === undefined)
      errors.push({ field: 'cron', message: 'cron names no time that ever comes' });
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '');
    errors.push({ field: 'cron', message: `cron must be ${FIELDS}: ${why}` });
  }
  return errors;
}
