import type { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import type { MessageEnd } from '../../delivery/batches/message-batch.sql.js';
import { DatabaseError } from '../../sql/database.error.js';
import { EndQueue } from './end-queue.js';

const MOST = 10;
const end = { settlement: { outcome: 'sent' } } as MessageEnd;

/** What would be written, each write ended by the test. */
function queue() {
  const writes: { size: number; done: () => void; fail: (error: Error) => void }[] = [];
  const batches = {
    bestSize: 500,
    settleBatch: (ends: MessageEnd[]) =>
      new Promise<void>((done, fail) => {
        writes.push({ size: ends.length, done, fail });
      }),
  };
  return { writes, ends: new EndQueue(batches as unknown as MessageBatchRepository, MOST) };
}
const add = (ends: EndQueue, n: number) => Array.from({ length: n }, () => ends.add(end));
/** Lets everything go on that waits for nothing but promises. */
const turn = () => new Promise(setImmediate);

describe('EndQueue', () => {
  it('gathers ends, and writes them together when somebody waits', async () => {
    const { writes, ends } = queue();
    const recorded = Promise.all(add(ends, 3));
    expect(writes).toHaveLength(0);
    ends.flush();
    expect(writes.map(({ size }) => size)).toEqual([3]);
    writes[0].done();
    await recorded;
  });

  it('writes by itself what nobody waits for', async () => {
    const { writes, ends } = queue();
    const [recorded] = add(ends, 1);
    while (writes.length === 0) await turn();
    writes[0].done();
    await recorded;
  });

  it('writes one transaction at a time; what comes meanwhile is the next', async () => {
    const { writes, ends } = queue();
    add(ends, 2);
    ends.flush();
    add(ends, 5);
    ends.flush();
    expect(writes.map(({ size }) => size)).toEqual([2]);
    writes[0].done();
    await turn();
    expect(writes.map(({ size }) => size)).toEqual([2, 5]);
    writes[1].done();
  });

  it('has no room while too many are not recorded, and again when they are', async () => {
    const { writes, ends } = queue();
    add(ends, MOST - 1);
    expect(ends.room()).toBeUndefined();
    add(ends, 1);
    let isFree = false;
    void ends.room()?.then(() => {
      isFree = true;
    });
    await turn();
    expect([isFree, writes.length]).toEqual([false, 1]);
    writes[0].done();
    await turn();
    expect(isFree).toBe(true);
    expect(ends.room()).toBeUndefined();
  });

  it('lets senders go on when the database refuses for good', async () => {
    const { writes, ends } = queue();
    const recorded = Promise.all(add(ends, MOST));
    const room = ends.room();
    writes[0].fail(new DatabaseError('broken', false));
    await recorded;
    await room;
    expect(ends.room()).toBeUndefined();
  });
});
