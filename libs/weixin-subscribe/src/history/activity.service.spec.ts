import 'reflect-metadata';
import type { Clock } from '../kernel/clock.js';
import type { ActivityRepository, HourCount } from './activity.repository.js';
import { ActivityService } from './activity.service.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 4, 30);

/** A ledger with as many messages in each hour, of which a statement reads no more than it may. */
function ledgerOf(perHour: number) {
  const reads: number[] = [];
  const repository = {
    ofHour: async (hour: number, most: number): Promise<HourCount[]> => {
      const count = Math.min(perHour, most);
      reads.push(count);
      return [{ hour, appId: 'wx1', channel: 'one-time', status: 'sent', count }];
    },
  };
  const clock = { now: () => NOW };
  const service = new ActivityService(repository as ActivityRepository, clock as Clock);
  return { reads, clock, service };
}
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

it('reads as much of a large ledger as of a small one, tells no hour in part, and goes on next time', async () => {
  const { reads, service } = ledgerOf(30_000);
  const first = await service.lastHours(8);
  expect(sum(reads)).toBe(100_000);
  expect(first.complete).toBe(false);
  expect(first.counts.map(({ count }) => count)).toEqual([30_000, 30_000, 30_000]);
  expect(first.from).toEqual(new Date(Date.UTC(2026, 10, 20, 2)));
  const second = await service.lastHours(8);
  expect(second.counts).toHaveLength(5);
  expect(sum(reads)).toBeLessThanOrEqual(200_000);
  for (let index = 0; index < 3; index++) await service.lastHours(8);
  expect(await service.lastHours(8)).toMatchObject({
    complete: true,
    from: new Date(Date.UTC(2026, 10, 19, 20)),
  });
});

it('counts the hour that runs anew each time, and those that are over after ten minutes', async () => {
  const { reads, clock, service } = ledgerOf(1);
  await Promise.all([service.lastHours(24), service.lastHours(24)]);
  expect(reads).toHaveLength(25);
  await service.lastHours(24);
  expect(reads).toHaveLength(26);
  clock.now = () => NOW + HOUR / 6;
  await service.lastHours(24);
  expect(reads).toHaveLength(51);
});
