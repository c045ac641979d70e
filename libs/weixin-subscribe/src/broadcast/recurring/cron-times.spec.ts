import { CronTimes, recurrenceErrors } from './cron-times.js';
import { saidOf } from './occurrence-input.js';

const iso = (at: number | undefined) => at && new Date(at).toISOString();
const times = (cron: string, timeZone: string, from: string, count = 3) => {
  const found: (string | undefined | 0)[] = [];
  const of = new CronTimes({ cron, timeZone });
  for (let at = of.next(Date.parse(from)); found.length < count && at; at = of.next(at)) found.push(iso(at));
  return found;
};
const NOW = Date.UTC(2026, 10, 20, 4);

describe('the times of a cron expression', () => {
  it.each([
    // A Friday at the very minute: the next one is on Monday.
    ['50 8 * * 1-5', 'Asia/Shanghai', '2026-11-27T00:50:00.000Z', '2026-11-30T00:50:00.000Z'],
    ['50 8 * * MON-fri', 'Asia/Shanghai', '2026-11-27T00:49:59.999Z', '2026-11-27T00:50:00.000Z'],
    ['0 9 31 * *', 'Asia/Shanghai', '2026-01-31T12:00:00.000Z', '2026-03-31T01:00:00.000Z'],
    ['0 0 29 2 *', 'Asia/Shanghai', '2026-03-01T00:00:00.000Z', '2028-02-28T16:00:00.000Z'],
    // Both kinds of days are restricted: either will do.
    ['0 9 13 * 5', 'Asia/Shanghai', '2026-04-10T01:00:00.000Z', '2026-04-13T01:00:00.000Z'],
    ['0 9 * * 7', 'Asia/Shanghai', '2026-03-31T12:00:00.000Z', '2026-04-05T01:00:00.000Z'],
    ['5-59/20 * * JAN *', 'UTC', '2026-12-31T23:59:00.000Z', '2027-01-01T00:05:00.000Z'],
    ['0 9 L * *', 'Asia/Shanghai', '2026-11-20T04:00:00.000Z', '2026-11-30T01:00:00.000Z'],
    ['0,30 22-23 * * *', 'Asia/Kolkata', '2026-11-20T17:30:00.000Z', '2026-11-20T18:00:00.000Z'],
  ])('%s in %s after %s: %s', (cron, timeZone, after, next) => {
    expect(times(cron, timeZone, after, 1)).toEqual([next]);
  });

  it('come at the leap where clocks leap over them, and once where clocks show them twice', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z')).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
      '2026-10-27T01:30:00.000Z',
    ]);
    // Asked between the two: it has been.
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', 1)).toEqual([
      '2026-10-26T01:30:00.000Z',
    ]);
    // Half an hour.
    expect(times('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2)).toEqual([
      '2026-10-03T15:30:00.000Z',
      '2026-10-04T15:15:00.000Z',
    ]);
  });

  it('are found from the last one back, however many have passed', () => {
    const daily = new CronTimes({ cron: '50 8 * * *', timeZone: 'Asia/Shanghai' });
    const first = Date.parse('2026-11-20T00:50:00Z');
    expect(iso(daily.last(first, first))).toBe('2026-11-20T00:50:00.000Z');
    expect(iso(daily.last(first, Date.parse('2026-11-23T00:49:59.999Z')))).toBe('2026-11-22T00:50:00.000Z');
    expect(iso(daily.last(first, Date.parse('2026-11-23T00:50:00Z')))).toBe('2026-11-23T00:50:00.000Z');
    const minutely = new CronTimes({ cron: '* 8 * * *', timeZone: 'Asia/Shanghai' });
    expect(iso(minutely.last(first, Date.parse('2027-11-23T03:00:00Z')))).toBe('2027-11-23T00:59:00.000Z');
  });

  it('are said as keywords take them', () => {
    expect(saidOf(new Date('2026-11-29T16:05:00Z'), 'Asia/Shanghai')).toEqual({
      date: '2026年11月30日',
      time: '00:05',
    });
  });

  it.each([
    ['', 'five fields'],
    ['0 9 * *', 'five fields'],
    ['0 0 9 * * *', 'five fields'],
    ['60 9 * * *', 'minute: 60'],
    ['0 24 * * *', 'hour: 24'],
    ['0 9 0 * *', 'day: -1'],
    ['0 9 * 13 *', 'month: 12'],
    ['0 9 * MON *', 'illegal characters'],
    ['0 9 * * 8', 'dayOfWeek: 8'],
    ['5-1 9 * * *', "'5-1'"],
    ['*/0 9 * * *', 'stepping: 0'],
    ['*/ 9 * * *', 'stepping'],
    ['1,,2 9 * * *', 'minute'],
    ['-1 9 * * *', 'lower range'],
    ['1e1 9 * * *', '1e1'],
    ['*5 9 * * *', "'*5'"],
    ['0 9 30 2 *', 'names no time that ever comes'],
  ])('refuses %j, and says that it is about: %s', (cron, about) => {
    const [error] = recurrenceErrors({ cron, timeZone: 'Asia/Shanghai' }, NOW);
    expect(error?.field).toBe('cron');
    expect(error?.message).toContain(about);
  });

  it.each(['', 'Mars/Base', '+08:00', 'Asia/Shanghai\n', '北京', 'UTC+8'])(
    'refuses the time zone %j',
    (timeZone) => {
      expect(recurrenceErrors({ cron: '0 9 * * *', timeZone }, NOW)).toEqual([
        { field: 'timeZone', message: 'timeZone must be a time zone of IANA, e.g. "Asia/Shanghai"' },
      ]);
    },
  );
});
