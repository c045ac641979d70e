import { Subscriber } from 'rxjs';
import { DatabaseError } from '../sql/database.error.js';
import { BroadcastNotFoundError } from './broadcast.errors.js';
import type { BroadcastProgress } from './broadcast.types.js';
import { ProgressWatch } from './progress-watch.js';

const at = (sent: number, status = 'running') =>
  ({ id: 'b', status, inFlight: 0, sent }) as BroadcastProgress;
const AWAY = new DatabaseError('the database is not available', true);
const settle = () => jest.advanceTimersByTimeAsync(0);

/** Looks that the test ends. */
function slowDatabase() {
  const looks: { show: (progress: BroadcastProgress) => void; fail: (error: Error) => void }[] = [];
  const failed = jest.fn();
  const left = jest.fn();
  const watch = new ProgressWatch({
    look: () =>
      new Promise((show, fail) => {
        looks.push({ show, fail });
      }),
    failed,
    left,
  });
  return { looks, failed, left, watch };
}

function join(watch: ProgressWatch, everyMs = 1000, received?: BroadcastProgress) {
  const seen: number[] = [];
  const end = jest.fn();
  const subscriber = new Subscriber<BroadcastProgress>({
    next: ({ sent }) => seen.push(sent),
    complete: () => end('over'),
    error: (error: Error) => end(error.message),
  });
  const watcher = { everyMs, subscriber, received: received && JSON.stringify(received) };
  subscriber.add(() => watch.remove(watcher));
  watch.add(watcher);
  return { seen, end, leave: () => subscriber.unsubscribe() };
}

describe('the watchers of a broadcast', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('have one look at a time, however long it takes and however many they are', async () => {
    const { looks, watch } = slowDatabase();
    const watchers = Array.from({ length: 10 }, () => join(watch, 200));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(looks).toHaveLength(1);
    looks[0].show(at(1));
    await settle();
    for (const { seen } of watchers) expect(seen).toEqual([1]);
    await jest.advanceTimersByTimeAsync(199);
    expect(looks).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(looks).toHaveLength(2);
  });

  it('receive what is known when they come, and then of changes only', async () => {
    const { looks, watch } = slowDatabase();
    const first = join(watch);
    await settle();
    looks[0].show(at(1));
    await settle();
    const [late, informed] = [join(watch), join(watch, 1000, at(1))];
    expect([late.seen, informed.seen]).toEqual([[1], []]);
    for (const sent of [1, 2]) {
      await jest.advanceTimersByTimeAsync(1000);
      looks.at(-1)?.show(at(sent));
      await settle();
    }
    expect([first.seen, late.seen, informed.seen]).toEqual([[1, 2], [1, 2], [2]]);
  });

  it('wait for the look of others that have left, and begin none beside it', async () => {
    const { looks, left, watch } = slowDatabase();
    const gone = join(watch);
    await settle();
    gone.leave();
    expect(left).not.toHaveBeenCalled();
    const next = join(watch);
    await jest.advanceTimersByTimeAsync(5000);
    expect(looks).toHaveLength(1);
    looks[0].show(at(1));
    await settle();
    expect([gone.seen, next.seen]).toEqual([[], [1]]);
  });

  it('leave nothing behind: no look, no timer', async () => {
    const { looks, left, watch } = slowDatabase();
    const [one, other] = [join(watch), join(watch)];
    await settle();
    looks[0].show(at(1));
    await settle();
    one.leave();
    expect([left.mock.calls.length, jest.getTimerCount()]).toEqual([0, 1]);
    other.leave();
    expect([left.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('bring the next look forward when they want to know sooner', async () => {
    const { looks, watch } = slowDatabase();
    join(watch, 60_000);
    await settle();
    looks[0].show(at(1));
    await settle();
    join(watch, 200);
    await jest.advanceTimersByTimeAsync(200);
    expect(looks).toHaveLength(2);
  });

  it('see the end and are at the end', async () => {
    const { looks, left, watch } = slowDatabase();
    const watchers = [join(watch), join(watch)];
    await settle();
    looks[0].show(at(3, 'finished'));
    await settle();
    for (const { seen, end } of watchers) expect([seen, end.mock.calls]).toEqual([[3], [['over']]]);
    expect([left.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('wait while the database is away, with ever fewer looks, and one warning', async () => {
    const { looks, failed, watch } = slowDatabase();
    const watcher = join(watch);
    await settle();
    for (const pause of [2000, 4000, 8000, 15_000, 15_000]) {
      const before = looks.length;
      looks.at(-1)?.fail(AWAY);
      await jest.advanceTimersByTimeAsync(pause - 1);
      expect(looks).toHaveLength(before);
      await jest.advanceTimersByTimeAsync(1);
      expect(looks).toHaveLength(before + 1);
    }
    looks.at(-1)?.show(at(1));
    await settle();
    expect([watcher.seen, failed.mock.calls]).toEqual([[1], [[AWAY]]]);
    await jest.advanceTimersByTimeAsync(1000);
    looks.at(-1)?.fail(new BroadcastNotFoundError('b'));
    await settle();
    expect(watcher.end).toHaveBeenCalledWith('there is no broadcast "b"');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are let go when the application closes, though a look is under way and fails', async () => {
    const { looks, failed, left, watch } = slowDatabase();
    const watcher = join(watch);
    await settle();
    watch.complete();
    looks[0].fail(AWAY);
    await settle();
    expect(watcher.end).toHaveBeenCalledWith('over');
    expect([failed.mock.calls.length, left.mock.calls.length, jest.getTimerCount()]).toEqual([0, 1, 0]);
  });
});
