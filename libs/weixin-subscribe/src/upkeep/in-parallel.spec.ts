import { inParallel } from './in-parallel.js';

describe('inParallel', () => {
  it.each([1, 3, 16])('works on every item once, %i at a time', async (width) => {
    const items = Array.from({ length: 10 }, (_, index) => index);
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    await inParallel(items, width, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(item);
      running--;
    });
    expect(seen.sort((a, b) => a - b)).toEqual(items);
    expect(most).toBe(Math.min(width, 10));
  });

  it('begins no further one when one fails, finishes what is under way, and throws what was thrown', async () => {
    const seen: number[] = [];
    const work = inParallel([1, 2, 3, 4, 5], 2, async (item) => {
      if (item === 2) throw new Error('two');
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(item);
    });
    await expect(work).rejects.toThrow('two');
    expect(seen).toEqual([1]);
  });

  it('has nothing to do with nothing', async () => {
    await inParallel([], 4, async () => {
      throw new Error('called');
    });
  });
});
