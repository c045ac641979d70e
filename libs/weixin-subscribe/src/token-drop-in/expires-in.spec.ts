import fc from 'fast-check';
import { expiresIn } from './expires-in.js';

const SECOND = 1000;
const MINTED = Date.UTC(2026, 10, 20, 4);
const HOURS_2 = 7200 * SECOND;
const token = (lifetimeMs = HOURS_2) => ({
  mintedAt: new Date(MINTED),
  expiresAt: new Date(MINTED + lifetimeMs),
});

describe('what a client of the drop-in endpoint is told', () => {
  it.each([
    ['just minted: no more than half an hour', 600, 0, 1800],
    ['an hour old', 600, 3600, 1800],
    ['half an hour before its replacement and the overlap', 600, 5040, 1800],
    ['a second later: a second less', 600, 5041, 1799],
    ['at its replacement: the overlap, and a minute to be safe', 600, 6600, 240],
    ['when the replacement keeps failing: as long as from a replacement now', 600, 6900, 240],
    ['when it ends before that', 600, 7100, 100],
    ['when it has ended', 600, 7200, 0],
    ['of the family stable, at its replacement', 290, 6910, 240],
    ['replaced an hour ahead, which is in its last third', 3600, 4200, 840],
  ])('%s', (_when, marginSeconds, ageSeconds, told) => {
    expect(expiresIn(token(), marginSeconds * SECOND, MINTED + ageSeconds * SECOND)).toBe(told);
  });

  it('is in whole seconds, rounded down', () => {
    expect(expiresIn(token(), 600_000, MINTED + 6000_001)).toBe(839);
  });

  it('of a short-lived token counts from where that is replaced, in its last third', () => {
    expect(expiresIn(token(90 * SECOND), 600_000, MINTED)).toBe(90);
    expect(expiresIn(token(900 * SECOND), 600_000, MINTED)).toBe(840);
  });

  it('never reaches past the token’s end, nor past five minutes after its replacement', () => {
    const [seconds, margin, age] = [
      fc.integer({ min: 1, max: 7200 }),
      fc.integer({ min: 60, max: 3600 }),
      fc.nat(8000),
    ];
    fc.assert(
      fc.property(seconds, margin, age, (lifetime, marginSeconds, ageSeconds) => {
        const now = MINTED + ageSeconds * SECOND;
        const told = expiresIn(token(lifetime * SECOND), marginSeconds * SECOND, now);
        const end = MINTED + lifetime * SECOND;
        const due = end - Math.min(marginSeconds, lifetime / 3) * SECOND;
        expect(Number.isInteger(told)).toBe(true);
        expect(told).toBeGreaterThanOrEqual(0);
        const heldUntil = now + told * SECOND;
        if (told > 0) expect(heldUntil).toBeLessThanOrEqual(Math.min(end, Math.max(due, now) + 300 * SECOND));
      }),
    );
  });
});
