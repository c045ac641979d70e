import { Logger } from '@nestjs/common';
import type { AccountConfig, WeixinAccountOptions } from '../account/account.options.js';
import type { AccountSource } from '../account/account-source.js';
import { Accounts } from '../account/accounts.js';
import { SystemClock } from '../kernel/clock.js';
import type { BackgroundTasks } from '../upkeep/background-tasks.js';
import { AccountDirectory } from './account-directory.js';

describe('AccountDirectory, of a source that does not answer', () => {
  const accounts = new Accounts(new Map(), true);
  const given = { appId: 'wx1', kind: 'official-account' } as WeixinAccountOptions;
  let answers: (() => void)[];
  let directory: AccountDirectory;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'error').mockImplementation();
    answers = [];
    const source = {
      list: async () => [],
      find: () => new Promise<WeixinAccountOptions>((answer) => answers.push(() => answer(given))),
    } as unknown as AccountSource;
    directory = new AccountDirectory(
      { register: () => undefined } as unknown as BackgroundTasks,
      accounts,
      { resolve: (options) => ({ ...options, credential: { kind: 'cloud' } }) as unknown as AccountConfig },
      new SystemClock(),
      source,
    );
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('gives it up after a minute, so that what waits behind it goes on', async () => {
    const first = directory.refresh('wx1').catch((error: Error) => error.message);
    const second = directory.refresh('wx1');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await first).toBe('no answer within 60 s');
    // Late: it is not taken over.
    answers[0]();
    await jest.advanceTimersByTimeAsync(0);
    expect(accounts.has('wx1')).toBe(false);
    answers[1]();
    await second;
    expect(accounts.has('wx1')).toBe(true);
  });

  it('waits for it five seconds at most when the application closes', async () => {
    void directory.refresh('wx1').catch(() => undefined);
    await jest.advanceTimersByTimeAsync(0);
    let closed = false;
    void directory.onModuleDestroy().then(() => {
      closed = true;
    });
    await jest.advanceTimersByTimeAsync(4999);
    expect(closed).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(closed).toBe(true);
  });
});
