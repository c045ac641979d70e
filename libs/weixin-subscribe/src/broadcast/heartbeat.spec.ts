import type { MessageEvent } from '@nestjs/common';
import { Subject } from 'rxjs';
import { withHeartbeat } from './heartbeat.js';

describe('a stream of events with a heartbeat', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const listen = () => {
    const events = new Subject<MessageEvent>();
    const seen: MessageEvent[] = [];
    const end = jest.fn();
    const reading = withHeartbeat(events).subscribe({
      next: (event) => seen.push(event),
      complete: () => end('complete'),
      error: (error: Error) => end(error.message),
    });
    return { events, seen, end, reading };
  };

  it('sends a heartbeat while nothing else is sent', () => {
    const { events, seen } = listen();
    events.next({ data: 'one' });
    jest.advanceTimersByTime(30_000);
    expect(seen).toEqual([{ data: 'one' }, { comment: 'still here' }, { comment: 'still here' }]);
  });

  it.each<[string, (events: Subject<MessageEvent>) => void]>([
    ['complete', (events) => events.complete()],
    ['the database is away', (events) => events.error(new Error('the database is away'))],
  ])('ends with the events: %s', (how, act) => {
    const { events, end } = listen();
    act(events);
    expect(end).toHaveBeenCalledWith(how);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves nothing behind when its reader goes away', () => {
    const { events, reading } = listen();
    expect([events.observed, jest.getTimerCount()]).toEqual([true, 1]);
    reading.unsubscribe();
    expect([events.observed, jest.getTimerCount()]).toEqual([false, 0]);
  });
});
