import { DAY_MS, dayStart, HOUR_MS } from '../../kernel/platform-day.js';
import {
  FORCE_INTERVAL_MS,
  FORCES_PER_DAY,
  forceResumesAt,
  forcesOn,
  type MintUsage,
  mintsIn,
  mintsLeft,
  mintsResumeAt,
} from './mint-limits.js';

const NOON = Date.UTC(2026, 10, 20, 12);
/** 20 November in Beijing. */
const TODAY = Date.UTC(2026, 10, 19, 16);
const LIMITS = { perHour: 3, perDay: 10 };

const usage = (more: Partial<MintUsage>): MintUsage => ({ windowMints: 0, dayMints: 0, forces: 0, ...more });
const inHour = (windowMints: number, windowStartedAt = NOON) => usage({ windowStartedAt, windowMints });
const onDay = (dayMints: number, dayStartedAt = TODAY) => usage({ dayStartedAt, dayMints });

describe('dayStart', () => {
  it.each([
    ['the first millisecond', TODAY],
    ['noon', NOON],
    ['the last millisecond', TODAY + DAY_MS - 1],
  ])('is midnight in Beijing for %s', (_, now) => {
    expect(dayStart(now)).toBe(TODAY);
  });

  it('is the next midnight a millisecond later', () => {
    expect(dayStart(TODAY + DAY_MS)).toBe(TODAY + DAY_MS);
  });
});

describe('mintsIn', () => {
  it('is nothing in the hour and the day of the clock for an account never seen', () => {
    expect(mintsIn(usage({}), NOON + 5)).toEqual({
      hour: { startedAt: NOON, mints: 0 },
      day: { startedAt: TODAY, mints: 0 },
    });
  });

  it.each([
    ['as it begins', NOON, 2],
    ['in its last millisecond', NOON + HOUR_MS - 1, 2],
    ['when it is over', NOON + HOUR_MS, 0],
    ['seen from the hour before, by a clock that is behind', NOON - 1, 2],
    ['seen from two hours before, by a clock that was set back', NOON - HOUR_MS - 1, 0],
  ])('counts the mints of an hour %s', (_, now, mints) => {
    expect(mintsIn(inHour(2), now).hour.mints).toBe(mints);
  });

  it.each([
    ['as it begins', TODAY, 7],
    ['in its last millisecond', TODAY + DAY_MS - 1, 7],
    ['when it is over', TODAY + DAY_MS, 0],
    ['seen from the day before, by a clock that is behind', TODAY - 1, 7],
    ['seen from two days before, by a clock that was set back', TODAY - DAY_MS - 1, 0],
  ])('counts the mints of a day %s', (_, now, mints) => {
    expect(mintsIn(onDay(7), now).day.mints).toBe(mints);
  });

  it('goes on in the window that was begun ahead of this clock', () => {
    const ahead = { ...inHour(2, NOON + HOUR_MS), ...{ dayStartedAt: TODAY + DAY_MS, dayMints: 4 } };
    expect(mintsIn(ahead, NOON)).toEqual({
      hour: { startedAt: NOON + HOUR_MS, mints: 2 },
      day: { startedAt: TODAY + DAY_MS, mints: 4 },
    });
  });
});

describe('mintsResumeAt', () => {
  it('is now while both windows have a mint left', () => {
    const almost = { ...inHour(2), dayStartedAt: TODAY, dayMints: 9 };
    expect(mintsResumeAt(almost, LIMITS, NOON)).toBeUndefined();
  });

  it('is the end of the hour that is used up, and now from then on', () => {
    expect(mintsResumeAt(inHour(3), LIMITS, NOON)).toBe(NOON + HOUR_MS);
    expect(mintsResumeAt(inHour(3), LIMITS, NOON + HOUR_MS - 1)).toBe(NOON + HOUR_MS);
    expect(mintsResumeAt(inHour(3), LIMITS, NOON + HOUR_MS)).toBeUndefined();
  });

  it('is the end of the day that is used up, and now from then on', () => {
    expect(mintsResumeAt(onDay(10), LIMITS, NOON)).toBe(TODAY + DAY_MS);
    expect(mintsResumeAt(onDay(10), LIMITS, TODAY + DAY_MS - 1)).toBe(TODAY + DAY_MS);
    expect(mintsResumeAt(onDay(10), LIMITS, TODAY + DAY_MS)).toBeUndefined();
  });

  it('is the later end when both are used up', () => {
    const both = { ...inHour(3), dayStartedAt: TODAY, dayMints: 10 };
    expect(mintsResumeAt(both, LIMITS, NOON)).toBe(TODAY + DAY_MS);
    const lastHour = { ...inHour(3, TODAY + DAY_MS), dayStartedAt: TODAY, dayMints: 10 };
    expect(mintsResumeAt(lastHour, LIMITS, TODAY + DAY_MS - 1)).toBe(TODAY + DAY_MS + HOUR_MS);
  });

  it('is never with a limit of none', () => {
    expect(mintsResumeAt(usage({}), { perHour: 0, perDay: 10 }, NOON)).toBe(NOON + HOUR_MS);
  });
});

describe('mintsLeft', () => {
  it('is what the limits allow, for an account never seen', () => {
    expect(mintsLeft(usage({}), LIMITS, NOON)).toEqual({ hour: 3, day: 10 });
  });

  it('is what remains in each window, and never below none where a limit was lowered', () => {
    const used = { ...inHour(5), dayStartedAt: TODAY, dayMints: 6 };
    expect(mintsLeft(used, LIMITS, NOON)).toEqual({ hour: 0, day: 4 });
    expect(mintsLeft(used, LIMITS, NOON + HOUR_MS)).toEqual({ hour: 3, day: 4 });
    expect(mintsLeft(used, LIMITS, TODAY + DAY_MS)).toEqual({ hour: 3, day: 10 });
  });
});

describe('force_refresh', () => {
  const forced = (forces: number, forcedAt = NOON) => usage({ forces, forcedAt });

  it('is free again 30 s after the last, in either direction of a clock', () => {
    expect(forceResumesAt(forced(1), NOON + FORCE_INTERVAL_MS - 1)).toBe(NOON + FORCE_INTERVAL_MS);
    expect(forceResumesAt(forced(1), NOON + FORCE_INTERVAL_MS)).toBeUndefined();
    expect(forceResumesAt(forced(1), NOON - FORCE_INTERVAL_MS)).toBeUndefined();
  });

  it('is free again with the next day in Beijing when the day is used up', () => {
    const used = forced(FORCES_PER_DAY);
    expect(forceResumesAt(used, TODAY + DAY_MS - 1)).toBe(TODAY + DAY_MS);
    expect(forcesOn(used, TODAY + DAY_MS)).toBe(0);
    expect(forceResumesAt(used, TODAY + DAY_MS)).toBeUndefined();
  });
});
