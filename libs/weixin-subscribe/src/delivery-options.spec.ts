import type { QuietHoursOptions } from './account/quiet-hours.js';
import { InvalidOptionsError } from './kernel/errors.js';
import { resolveConfig } from './weixin-subscribe.config.js';
import type { WeixinSubscribeModuleOptions } from './weixin-subscribe.options.js';

const resolve = (quietHours: unknown, delivery?: unknown) =>
  resolveConfig({
    accounts: [
      {
        ...{ appId: 'wx1', appSecret: 's3cret', kind: 'official-account', templates: ['T1'] },
        quietHours: quietHours as QuietHoursOptions,
      },
    ],
    publicBaseUrl: 'https://remind.example.com',
    delivery: delivery as never,
  } satisfies WeixinSubscribeModuleOptions);

const refused = (quietHours: unknown, delivery?: unknown) => {
  try {
    resolve(quietHours, delivery);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
};

const quietHoursOf = (given: unknown) => resolve(given).accounts.get('wx1')?.quietHours;

describe('quietHours', () => {
  it.each([undefined, null])('are none when they are %p', (given) => {
    expect(quietHoursOf(given)).toBeUndefined();
  });

  it.each([
    [{ from: '22:00', to: '07:30', timeZone: 'Asia/Shanghai' }, 1320, 450],
    [{ from: '00:00', to: '23:59', timeZone: 'UTC' }, 0, 1439],
    [{ from: '12:05', to: '00:00', timeZone: 'America/Argentina/Buenos_Aires' }, 725, 0],
    [{ from: '12:05', to: '13:00', timeZone: 'Etc/GMT-8' }, 725, 780],
  ])('%p are taken', (given, fromMinute, toMinute) => {
    const hours = quietHoursOf(given);
    expect(hours).toEqual({ fromMinute, toMinute, timeZone: given.timeZone });
    expect(Object.isFrozen(hours)).toBe(true);
  });

  const good = { from: '22:00', to: '07:00', timeZone: 'Asia/Shanghai' };
  it.each<[string, unknown, string, string]>([
    ['an hour that there is not', { ...good, from: '24:00' }, 'from', 'HH:mm'],
    ['one digit', { ...good, from: '7:00' }, 'from', 'HH:mm'],
    ['a number', { ...good, to: 7 }, 'to', 'HH:mm'],
    ['seconds', { ...good, to: '07:00:00' }, 'to', 'HH:mm'],
    ['no end', { from: '22:00', timeZone: 'UTC' }, 'to', 'HH:mm'],
    ['the end at the beginning', { ...good, to: '22:00' }, 'to', 'must differ from "from"'],
    ['no zone', { from: '22:00', to: '07:00' }, 'timeZone', 'IANA'],
    ['a zone that there is not', { ...good, timeZone: 'Asia/Peking2' }, 'timeZone', 'IANA'],
    ['an offset', { ...good, timeZone: '+08:00' }, 'timeZone', 'IANA'],
    ['a zone that is no text', { ...good, timeZone: 8 }, 'timeZone', 'IANA'],
    ['another name', { ...good, tz: 'UTC' }, 'tz', 'is not known'],
  ])('are refused by name with %s', (_what, given, option, says) => {
    expect(refused(given)).toEqual([
      { option: `accounts[0].quietHours.${option}`, message: expect.stringContaining(says) },
    ]);
  });

  it.each(['22:00-07:00', 5, true, []])('are refused when they are no object: %p', (given) => {
    expect(refused(given).map(({ option }) => option)).toEqual(['accounts[0].quietHours']);
  });
});

describe('delivery.unknown', () => {
  it.each([
    [undefined, 'keep'],
    ['keep', 'keep'],
    ['resend-if-not-renewed', 'resend-if-not-renewed'],
  ])('%p is %p', (unknown, policy) => {
    expect(resolve(undefined, { unknown }).delivery).toEqual({
      leaseSeconds: 60,
      concurrency: 16,
      unknown: policy,
      preparedStatements: true,
    });
  });

  it('is refused as anything else', () => {
    expect(refused(undefined, { unknown: 'resend' })).toEqual([
      { option: 'delivery.unknown', message: expect.stringContaining('"keep", "resend-if-not-renewed"') },
    ]);
  });
});
