import fc from 'fast-check';
import { InvalidInputError } from '../kernel/errors.js';
import { Calendar } from './calendar.js';

const HOUR = 3_600_000;
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
    expect(at(new Calendar(timeZone).days(day, day)[0].from)).toBe(start);
  });
});

describe('days', () => {
  const hours = (timeZone: string, first: string, last: string) =>
    new Calendar(timeZone).days(first, last).map(({ day, from, to }) => [day, (to - from) / HOUR]);

  it('follow one another over the ends of months and years', () => {
    expect(hours('Asia/Shanghai', '2027-12-31', '2028-01-01')).toEqual([
      ['2027-12-31', 24],
      ['2028-01-01', 24],
    ]);
    expect(hours('UTC', '2028-02-28', '2028-03-01').map(([day]) => day)).toEqual([
      '2028-02-28',
      '2028-02-29',
      '2028-03-01',
    ]);
  });

  it('are shorter and longer where the clocks change', () => {
    expect(hours('America/New_York', '2026-03-07', '2026-03-09').map(([, length]) => length)).toEqual([
      24, 23, 24,
    ]);
    expect(hours('America/New_York', '2026-10-31', '2026-11-02').map(([, length]) => length)).toEqual([
      24, 25, 24,
    ]);
    expect(hours('Asia/Beirut', '2022-03-26', '2022-03-28').map(([, length]) => length)).toEqual([
      24, 23, 24,
    ]);
  });

  it('are empty where the clocks skipped one', () => {
    expect(hours('Pacific/Apia', '2011-12-29', '2011-12-31')).toEqual([
      ['2011-12-29', 24],
      ['2011-12-30', 0],
      ['2011-12-31', 24],
    ]);
  });

  it('hold every moment that the clocks show for them, in any zone', () => {
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
        (timeZone, moment) => {
          const day = localDay(timeZone, moment);
          const [{ from, to }] = new Calendar(timeZone).days(day, day);
          expect([from <= moment, moment < to]).toEqual([true, true]);
          expect(localDay(timeZone, from)).toBe(day);
          expect(localDay(timeZone, to - 1)).toBe(day);
        },
      ),
      { numRuns: 500 },
    );
  });
});

it.each(['Mars/Olympus', '', 'Asia/Shanghai; --', '+25:00'])('refuses the time zone %p', (timeZone) => {
  expect(() => new Calendar(timeZone)).toThrow(InvalidInputError);
});
