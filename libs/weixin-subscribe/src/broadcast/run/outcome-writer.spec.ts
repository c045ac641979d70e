import type { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import type { MessageEnd } from '../../delivery/batches/message-batch.sql.js';
import type { DeliveryMetrics } from '../../delivery/delivery.metrics.js';
import { DatabaseError } from '../../sql/database.error.js';
import type { BroadcastConfig } from '../broadcast.options.js';
import { OutcomeWriter } from './outcome-writer.js';

const CONCURRENCY = 2;
const MOST = 4 * CONCURRENCY;
const NO_METRICS = { ended: () => undefined } as unknown as DeliveryMetrics;
const config = { concurrency: CONCURRENCY } as BroadcastConfig;
const outcome = { message: { channel: 'one-time' }, settlement: { outcome: 'sent' } } as MessageEnd;

/** What would be written, each write ended by the test. */
function opened() {
  const writes: { size: number; done: () => void; fail: (error: Error) => void }[] = [];
  const batches = {
    bestSize: 500,
    settleBatch: (outcomes: MessageEnd[]) =>
      new Promise<boolean[]>((done, fail) => {
        writes.push({ size: outcomes.length, done: () => done(outcomes.map(() => true)), fail });
      }),
  };
  return {
    writes,
    writer: new OutcomeWriter(batches as unknown as MessageBatchRepository, NO_METRICS, config),
  };
}
const add = (writer: OutcomeWriter, n: number) => Array.from({ length: n }, () => writer.add(outcome));
/** Lets everything continue that waits only for promises. */
const settle = () => new Promise(setImmediate);

describe('OutcomeWriter', () => {
  it('collects outcomes, and writes them together when somebody waits', async () => {
    const { writes, writer } = opened();
    const recorded = Promise.all(add(writer, 3));
    expect(writes).toHaveLength(0);
    writer.flush();
    expect(writes.map(({ size }) => size)).toEqual([3]);
    writes[0].done();
    await recorded;
  });

  it('writes by itself what nobody waits for', async () => {
    const { writes, writer } = opened();
    const [recorded] = add(writer, 1);
    while (writes.length === 0) await settle();
    writes[0].done();
    await recorded;
  });

  it('writes one transaction at a time; what comes meanwhile is the next', async () => {
    const { writes, writer } = opened();
    add(writer, 2);
    writer.flush();
    add(writer, 5);
    writer.flush();
    expect(writes.map(({ size }) => size)).toEqual([2]);
    writes[0].done();
    await settle();
    expect(writes.map(({ size }) => size)).toEqual([2, 5]);
    writes[1].done();
  });

  it('has no capacity while too many are not recorded, and again when they are', async () => {
    const { writes, writer } = opened();
    add(writer, MOST - 1);
    expect(writer.capacity()).toBeUndefined();
    add(writer, 1);
    let isFree = false;
    void writer.capacity()?.then(() => {
      isFree = true;
    });
    await settle();
    expect([isFree, writes.length]).toEqual([false, 1]);
    writes[0].done();
    await settle();
    expect(isFree).toBe(true);
    expect(writer.capacity()).toBeUndefined();
  });

  it('lets posts continue when the database refuses for good', async () => {
    const { writes, writer } = opened();
    const recorded = Promise.all(add(writer, MOST));
    const capacity = writer.capacity();
    writes[0].fail(new DatabaseError('broken', false));
    await recorded;
    await capacity;
    expect(writer.capacity()).toBeUndefined();
  });
});
