import type { BroadcastOptions } from './broadcast/broadcast.options.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { resolveConfig } from './weixin-subscribe.config.js';
import type { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

const options = (broadcast: unknown, more: Partial<WeixinSubscribeModuleOptions> = {}) => ({
  accounts: [{ appId: 'wx1', appSecret: 's3cret', kind: 'official-account' as const, templates: ['T1'] }],
  publicBaseUrl: 'https://remind.example.com',
  broadcast: broadcast as BroadcastOptions,
  ...more,
});
const resolve = (broadcast: unknown, more?: Partial<WeixinSubscribeModuleOptions>) =>
  resolveConfig(options(broadcast, more)).broadcast;
const refused = (broadcast: unknown) => {
  try {
    resolve(broadcast);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('broadcast options', () => {
  it.each([
    [1, 1],
    [64, 48],
    [1024, 512],
  ])('with %i connections post %i at once by themselves', (connections, concurrency) => {
    expect(resolve({}, { http: { connections } }).concurrency).toBe(concurrency);
  });

  it('take every limit', () => {
    const least = {
      ...{ concurrency: 1, ratePerSecond: 0, pauseAtRefusedShare: 0 },
      ...{ streamsPerClient: 0, worker: false },
    };
    expect(resolve(least)).toEqual({ ...least, distribution: 'local' });
    const most = {
      ...{ concurrency: 512, ratePerSecond: 100_000, pauseAtRefusedShare: 1 },
      ...{ streamsPerClient: 10_000, worker: true },
    };
    expect(resolve({ ...most, distribution: 'bullmq' }, { redis: 'redis://r' })).toEqual({
      ...most,
      distribution: 'bullmq',
    });
  });

  it.each<[unknown, string, string]>([
    [{ concurrency: 0 }, 'broadcast.concurrency', 'must be a whole number from 1 to 512, got 0'],
    [{ concurrency: 513 }, 'broadcast.concurrency', 'must be a whole number from 1 to 512, got 513'],
    [{ ratePerSecond: -1 }, 'broadcast.ratePerSecond', 'must be a whole number from 0 to 100000, got -1'],
    [{ ratePerSecond: 0.5 }, 'broadcast.ratePerSecond', 'must be a whole number from 0 to 100000, got 0.5'],
    [{ pauseAtRefusedShare: 50 }, 'broadcast.pauseAtRefusedShare', 'must be a number from 0 to 1, got 50'],
    [{ distribution: 'redis' }, 'broadcast.distribution', 'must be one of "local", "bullmq", got "redis"'],
    [{ distribution: 'bullmq' }, 'broadcast.distribution', '"bullmq" needs the option "redis"'],
    [{ worker: 'yes' }, 'broadcast.worker', 'must be true or false, got "yes"'],
    [
      { rate: 5 },
      'broadcast.rate',
      'is not known; known are concurrency, ratePerSecond, pauseAtRefusedShare, streamsPerClient, distribution, worker',
    ],
  ])('%j are refused by name', (given, option, message) => {
    expect(refused(given)).toEqual([{ option, message }]);
  });
});
