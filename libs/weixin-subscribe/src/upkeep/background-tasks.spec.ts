import { Logger } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { Telemetry } from '../kernel/telemetry.js';
import { BackgroundTasks } from './background-tasks.js';

describe('BackgroundTasks, when the module is closed', () => {
  let warned: jest.SpyInstance;
  let tasks: BackgroundTasks;
  let end: () => void;

  beforeEach(() => {
    jest.useFakeTimers();
    warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    tasks = new BackgroundTasks({ enabled: false }, {} as ModuleRef, new Telemetry());
    tasks.register({ name: 'quick', everySeconds: 60, run: async () => undefined });
    tasks.register({
      name: 'slow',
      everySeconds: 60,
      run: () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    });
  });
  afterEach(() => {
    jest.useRealTimers();
    warned.mockRestore();
  });

  /** Closes, and tells after each wait whether that has ended. */
  function closing(): (ms: number) => Promise<boolean> {
    let closed = false;
    void tasks.onModuleDestroy().then(() => {
      closed = true;
    });
    return async (ms) => {
      await jest.advanceTimersByTimeAsync(ms);
      return closed;
    };
  }

  it('waits for what is running, and leaves no timer behind', async () => {
    void tasks.run('slow');
    const closedAfter = closing();
    expect(await closedAfter(9_999)).toBe(false);
    end();
    expect(await closedAfter(0)).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    expect(warned).not.toHaveBeenCalled();
  });

  it('waits ten seconds at most, and names the task that it left', async () => {
    void tasks.run('quick');
    void tasks.run('slow');
    const closedAfter = closing();
    expect(await closedAfter(9_999)).toBe(false);
    expect(await closedAfter(1)).toBe(true);
    expect(warned.mock.calls.flat()).toEqual([expect.stringMatching(/left running.*: slow$/)]);
  });

  it('waits for nothing when nothing is running', async () => {
    expect(await closing()(0)).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('BackgroundTasks, when a task is woken', () => {
  /** A task whose runs are ended by the test. */
  function woken() {
    const ends: (() => void)[] = [];
    const tasks = new BackgroundTasks({ enabled: false }, {} as ModuleRef, new Telemetry());
    const run = () => new Promise<void>((resolve) => ends.push(resolve));
    tasks.register({ name: 'task', everySeconds: 60, run });
    return { tasks, ends };
  }
  const settle = () => new Promise(setImmediate);

  it('runs it at once, and once more for any number of calls during a run', async () => {
    const { tasks, ends } = woken();
    tasks.wake('task');
    expect(ends).toHaveLength(1);
    tasks.wake('task');
    tasks.wake('task');
    ends[0]();
    await settle();
    expect(ends).toHaveLength(2);
    ends[1]();
    await settle();
    expect(ends).toHaveLength(2);
  });

  it('runs it again for a call at the very end of a run', async () => {
    const { tasks, ends } = woken();
    tasks.wake('task');
    const ended = tasks.run('task').then(() => tasks.wake('task'));
    ends[0]();
    await ended;
    expect(ends).toHaveLength(2);
  });

  it('does not run it any more once the module closes', async () => {
    const { tasks, ends } = woken();
    tasks.wake('task');
    tasks.wake('task');
    const closed = tasks.onModuleDestroy();
    ends[0]();
    await closed;
    tasks.wake('task');
    expect(ends).toHaveLength(1);
  });
});
