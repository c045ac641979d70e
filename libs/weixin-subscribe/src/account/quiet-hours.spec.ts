import { type QuietHours, quietUntil } from './quiet-hours.js';

const hours = (fromHour: number, toHour: number, timeZone = 'Asia/Shanghai'): QuietHours => ({
  fromMinute: Math.round(fromHour * 60),
  toMinute: Math.round(toHour * 60),
  timeZone,
});
const hourOf = (time: string) => Number(time.slice(0, 2)) + Number(time.slice(3)) / 60;
const at = (text: string) => Date.parse(text);
/** The end of the quiet hours in UTC, or `undefined`. */
const until = (quiet: QuietHours | undefined, now: string) => {
  const end = quietUntil(quiet, at(now));
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe('quietUntil', () => {
  it('says nothing without quiet hours', () => {
    expect(quietUntil(undefined, Date.now())).toBeUndefined();
  });

  it.each([
    ['before them', '2026-11-20T11:59:59.999+08:00', undefined],
    ['in their first millisecond', '2026-11-20T12:00:00.000+08:00', '2026-11-20T06:00:00.000Z'],
    ['within them, in the middle of a minute', '2026-11-20T13:17:42.123+08:00', '2026-11-20T06:00:00.000Z'],
    ['in their last millisecond', '2026-11-20T13:59:59.999+08:00', '2026-11-20T06:00:00.000Z'],
    ['when they are over', '2026-11-20T14:00:00.000+08:00', undefined],
  ])('holds within one day: %s', (_when, now, end) => {
    expect(until(hours(12, 14), now)).toBe(end);
  });

  it.each([
    ['before them', '2026-11-20T21:59:59.999+08:00', undefined],
    ['in the evening', '2026-11-20T22:00:00.000+08:00', '2026-11-20T23:30:00.000Z'],
    ['at midnight', '2026-11-21T00:00:00.000+08:00', '2026-11-20T23:30:00.000Z'],
    ['in the morning', '2026-11-21T07:29:59.999+08:00', '2026-11-20T23:30:00.000Z'],
    ['when they are over', '2026-11-21T07:30:00.000+08:00', undefined],
  ])('holds over midnight: %s', (_when, now, end) => {
    expect(until(hours(22, 7.5), now)).toBe(end);
  });

  it('may begin or end at midnight', () => {
    expect(until(hours(0, 6), '2026-11-21T00:00:00+08:00')).toBe('2026-11-20T22:00:00.000Z');
    expect(until(hours(22, 0), '2026-11-20T23:59:00+08:00')).toBe('2026-11-20T16:00:00.000Z');
  });

  it.each([
    ['half an hour', 'Asia/Kolkata', '2026-11-20T22:30:00+05:30', '2026-11-21T01:30:00.000Z'],
    ['three quarters', 'Asia/Kathmandu', '2026-11-20T22:30:00+05:45', '2026-11-21T01:15:00.000Z'],
  ])('knows zones off by %s', (_what, zone, now, end) => {
    expect(until(hours(22, 7, zone), now)).toBe(end);
  });

  describe('in a zone with daylight saving', () => {
    const newYork = hours(22, 7, 'America/New_York');

    it.each([
      ['in winter', '2026-01-15T23:00:00-05:00', '2026-01-16T12:00:00.000Z'],
      ['in summer', '2026-07-15T23:00:00-04:00', '2026-07-16T11:00:00.000Z'],
      ['in the night that loses an hour', '2026-03-07T23:00:00-05:00', '2026-03-08T11:00:00.000Z'],
      ['after the hour was lost', '2026-03-08T03:00:00-04:00', '2026-03-08T11:00:00.000Z'],
      ['in the night that has an hour more', '2026-10-31T23:00:00-04:00', '2026-11-01T12:00:00.000Z'],
      ['in the hour that comes twice', '2026-11-01T01:30:00-05:00', '2026-11-01T12:00:00.000Z'],
    ])('ends at seven by the local clock: %s', (_when, now, end) => {
      expect(until(newYork, now)).toBe(end);
    });

    it.each([
      // The clocks leap over the end: it comes at the leap.
      ['America/New_York', '22:00', '02:30', '2026-03-08T01:30:00-05:00', '2026-03-08T07:00:00.000Z'],
      ['America/St_Johns', '01:30', '02:15', '2026-03-08T01:59:59-03:30', '2026-03-08T05:30:00.000Z'],
      ['Australia/Lord_Howe', '01:30', '02:15', '2026-10-04T01:30:00+10:30', '2026-10-03T15:30:00.000Z'],
      ['America/Havana', '23:30', '00:30', '2026-03-07T23:45:00-05:00', '2026-03-08T05:00:00.000Z'],
      // They are put back to before the beginning, and it is quiet again later.
      ['America/St_Johns', '01:30', '02:15', '2026-11-01T01:45:00-02:30', '2026-11-01T04:30:00.000Z'],
      ['Asia/Beirut', '23:30', '00:30', '2026-10-24T23:30:00+03:00', '2026-10-24T21:00:00.000Z'],
      ['America/Havana', '00:30', '00:00', '2026-11-01T00:31:00-04:00', '2026-11-01T05:00:00.000Z'],
      // A day that was left out as a whole changes no time of day.
      ['Pacific/Apia', '22:00', '07:00', '2011-12-29T23:00:00-10:00', '2011-12-30T17:00:00.000Z'],
    ])('ends as the clocks change: %s, %s to %s', (zone, from, to, now, end) => {
      expect(until(hours(hourOf(from), hourOf(to), zone), now)).toBe(end);
    });
  });

  it('is always right by the local clock: quiet up to its end, and not then', () => {
    const zones = ['America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Shanghai', 'UTC'];
    const minuteOf = (zone: string, now: number) => {
      const parts = new Intl.DateTimeFormat('en-US', {
        ...{ hour: 'numeric', minute: 'numeric', hourCycle: 'h23', timeZone: zone },
      } as const).formatToParts(now);
      const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
      return part('hour') * 60 + part('minute');
    };
    for (const zone of zones) {
      const quiet = hours(21.25, 6.75, zone);
      for (let now = at('2026-01-01T00:07:00Z'); now < at('2027-01-01T00:00:00Z'); now += 7 * 3_600_000) {
        const end = quietUntil(quiet, now);
        const minute = minuteOf(zone, now);
        expect([zone, new Date(now), end !== undefined]).toEqual([
          zone,
          new Date(now),
          minute >= 21.25 * 60 || minute < 6.75 * 60,
        ]);
        if (end !== undefined)
          expect([zone, new Date(now), minuteOf(zone, end)]).toEqual([zone, new Date(now), 6.75 * 60]);
      }
    }
  });
});
