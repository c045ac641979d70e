import fc from 'fast-check';
import { InvalidInputError } from '../common/errors.js';
import { Calendar } from './calendar.js';

const DAY = 86_400_000;
const at = (moment: number) => new Date(moment).toISOString();

/** What the clocks of a zone show, by another way than the one that is tested. */
function localDay(timeZone: string, moment: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(moment);
}

describe('the start of a day', () => {
  it.each([
    ['Asia/Shanghai', '2026-11-20', '2026-11-19T16:00:00.000Z'],
    ['UTC', '2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-20', '2026-11-19T18:15:00.000Z'],
    ['America/New_York', '2026-07-01', '2026-07-01T04:00:00.000Z'],
    ['America/New_York', '2026-12-01', '2026-12-01T05:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-20', '2026-11-19T10:00:00.000Z'],
    ['Etc/GMT+12', '2026-11-20', '2026-11-20T12:00:00.000Z'],
    // At midnight the clocks went to one o'clock: the day starts there.
    ['Asia/Beirut', '2022-03-27', '2022-03-26T22:00:00.000Z'],
    // At midnight the clocks went back to eleven: the day starts at the second midnight.
    ['Asia/Beirut', '2022-10-30', '2022-10-29T22:00:00.000Z'],
    // Samoa had no 30 December 2011.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ])('in %s, of %s, is %s', (timeZone, day, start) => {
    expect(at(new Calendar(timeZone).startOf(day))).toBe(start);
  });

  it('is the end of the day before, whatever the clocks do', () => {
    const calendar = new Calendar('America/New_York');
    expect(calendar.endOf('2026-03-08')).toBe(calendar.startOf('2026-03-09'));
    expect(calendar.endOf('2026-03-08') - calendar.startOf('2026-03-08')).toBe(23 * 3_600_000);
    expect(calendar.endOf('2026-11-01') - calendar.startOf('2026-11-01')).toBe(25 * 3_600_000);
    expect(at(new Calendar('UTC').endOf('2026-12-31'))).toBe('2027-01-01T00:00:00.000Z');
  });
});

describe('stretches', () => {
  it('are one where the clocks never change', () => {
    const calendar = new Calendar('Asia/Shanghai');
    const [from, to] = [calendar.startOf('2026-01-01'), calendar.endOf('2026-12-31')];
    expect(calendar.stretches(from, to)).toEqual([{ from, to, offsetMs: 8 * 3_600_000 }]);
  });

  it('are three in a year with summer time, split to the millisecond', () => {
    const calendar = new Calendar('America/New_York');
    const [from, to] = [calendar.startOf('2026-01-01'), calendar.endOf('2026-12-31')];
    const [spring, autumn] = [Date.UTC(2026, 2, 8, 7), Date.UTC(2026, 10, 1, 6)];
    expect(calendar.stretches(from, to)).toEqual([
      { from, to: spring, offsetMs: -5 * 3_600_000 },
      { from: spring, to: autumn, offsetMs: -4 * 3_600_000 },
      { from: autumn, to, offsetMs: -5 * 3_600_000 },
    ]);
  });

  it('are one when the clocks change exactly at the end', () => {
    const spring = Date.UTC(2026, 2, 8, 7);
    expect(new Calendar('America/New_York').stretches(spring - DAY, spring)).toHaveLength(1);
  });

  it('put every moment on the day that the clocks show, in any zone', () => {
    const zones = [
      'Asia/Shanghai',
      'America/New_York',
      'Asia/Beirut',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2030, 0) }),
        fc.integer({ min: 1, max: 366 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (timeZone, from, days, where) => {
          const to = from + days * DAY;
          const stretches = new Calendar(timeZone).stretches(from, to);
          expect(stretches[0].from).toBe(from);
          expect(stretches.at(-1)?.to).toBe(to);
          expect(stretches.slice(1).map((stretch) => stretch.from)).toEqual(
            stretches.slice(0, -1).map((stretch) => stretch.to),
          );
          const moment = Math.min(to - 1, Math.floor(from + where * (to - from)));
          const { offsetMs } = stretches.filter(
            (stretch) => stretch.from <= moment && moment < stretch.to,
          )[0];
          const local = moment + offsetMs;
          expect(at(local - (local % DAY)).slice(0, 10)).toBe(localDay(timeZone, moment));
        },
      ),
      { numRuns: 100 },
    );
  });
});

it.each(['Mars/Olympus', '', 'Asia/Shanghai; --', '+25:00'])('refuses the time zone %p', (timeZone) => {
  expect(() => new Calendar(timeZone)).toThrow(InvalidInputError);
});
