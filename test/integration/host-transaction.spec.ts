import type { MessageRecord } from 'nestjs-weixin-subscribe';
import { DataSource, type EntityManager } from 'typeorm';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { calls, defer, dispatch, fresh, from, give, HOUR } from '../support/deferred.js';
import { message } from '../support/flows.js';
import { countBy, countRows } from '../support/ledger.js';
import { LineProcess } from '../support/line-process.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const KEYED = { idempotencyKey: 'booking-1' };

describeEachDatabase("a message within the host's transaction", (kind) => {
  let database: TestDatabase;
  let host: TestApp;
  let openid: string;
  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database });
    await host.dataSource.query('CREATE TABLE booking (who varchar(64))');
  });
  afterAll(async () => {
    await host?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await fresh(host);
    await host.dataSource.query('DELETE FROM booking');
    openid = await give(host, 1);
  });

  const messages = () => countBy(host.dataSource, 'weixin_message');
  const bookings = () => countRows(host.dataSource, 'booking');
  const send = (manager: EntityManager, more = {}) =>
    host.subscribe.send({ ...message(openid, 1), ...more }, { manager, requestedBy: 'bookings' });
  /** The host books, and promises to remind. */
  const book = async (manager: EntityManager, more = {}) => {
    await manager.query("INSERT INTO booking VALUES ('xiaoming')");
    return send(manager, more);
  };
  class ChangedHerMind extends Error {}

  it('is accepted with its commit, and goes then', async () => {
    const accepted = await host.dataSource.transaction((manager) => book(manager));
    expect(accepted).toMatchObject({ status: 'waiting', requestedBy: 'bookings' });
    expect([await messages(), await bookings()]).toEqual([{ waiting: 1 }, 1]);
    await dispatch(host);
    expect(await host.subscribe.get(accepted.id)).toMatchObject({ status: 'sent' });
    expect(host.simulator.inbox(openid)).toHaveLength(1);
  });

  it('is accepted with a time, too', async () => {
    await host.dataSource.transaction((manager) => book(manager, { notBefore: from(host, HOUR) }));
    await dispatch(host);
    expect(await messages()).toEqual({ waiting: 1 });
    host.clock.advance(HOUR);
    await dispatch(host);
    expect(await messages()).toEqual({ sent: 1 });
  });

  it('leaves nothing behind when it is rolled back', async () => {
    const accepted: MessageRecord[] = [];
    const booking = host.dataSource.transaction(async (manager) => {
      accepted.push(await book(manager));
      throw new ChangedHerMind();
    });
    await expect(booking).rejects.toThrow(ChangedHerMind);
    await dispatch(host);
    expect([await messages(), await bookings(), calls(host)]).toEqual([{}, 0, 0]);
    await expect(host.subscribe.get(accepted[0].id)).rejects.toMatchObject({
      code: 'WEIXIN_MESSAGE_NOT_FOUND',
    });
    expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ available: 1 });
  });

  it.each(['commits', 'rolls back'])(
    'is not sent by a worker that looks while the transaction is open, which then %s',
    async (end) => {
      let working: Promise<void> | undefined;
      const booking = host.dataSource.transaction(async (manager) => {
        await book(manager);
        working = dispatch(host);
        // Many turns: enough for a worker that does not wait.
        for (let turn = 0; turn < 50; turn++) await manager.query('SELECT 1');
        expect(calls(host)).toBe(0);
        if (end === 'rolls back') throw new ChangedHerMind();
      });
      await booking.catch((error) => expect(error).toBeInstanceOf(ChangedHerMind));
      await working;
      await dispatch(host);
      const sent = end === 'commits' ? 1 : 0;
      expect([calls(host), host.simulator.inbox(openid).length]).toEqual([sent, sent]);
      expect(await messages()).toEqual(sent ? { sent } : {});
    },
  );

  it('is refused within it without a permission, and the transaction goes on', async () => {
    await host.dataSource.transaction(async (manager) => {
      await book(manager);
      await expect(send(manager)).rejects.toMatchObject({ code: 'WEIXIN_NO_GRANT' });
    });
    expect([await messages(), await bookings()]).toEqual([{ waiting: 1 }, 1]);
  });

  describe('with an idempotency key', () => {
    it('is one for the same key in the same transaction', async () => {
      const [first, second] = await host.dataSource.transaction(async (manager) => [
        await book(manager, KEYED),
        await book(manager, KEYED),
      ]);
      expect(second.id).toBe(first.id);
      expect([await messages(), await bookings()]).toEqual([{ waiting: 1 }, 2]);
    });

    it('is the one that was accepted before, and the transaction goes on', async () => {
      const first = await defer(host, openid, 1, HOUR, KEYED);
      await host.dataSource.transaction(async (manager) => {
        expect((await book(manager, KEYED)).id).toBe(first.id);
        await expect(send(manager, { ...KEYED, title: '换了标题' })).rejects.toMatchObject({
          code: 'WEIXIN_IDEMPOTENCY_KEY_REUSED',
        });
      });
      expect([await messages(), await bookings()]).toEqual([{ waiting: 1 }, 1]);
    });

    it('never lets another caller rely on what is rolled back', async () => {
      let other: Promise<MessageRecord> | undefined;
      const booking = host.dataSource.transaction(async (manager) => {
        await book(manager, KEYED);
        other = defer(host, openid, 1, 0, KEYED);
        other.catch(() => undefined);
        for (let turn = 0; turn < 20; turn++) await manager.query('SELECT 1');
        throw new ChangedHerMind();
      });
      await expect(booking).rejects.toThrow(ChangedHerMind);
      const { id } = await (other as Promise<MessageRecord>);
      expect(await host.subscribe.get(id)).toMatchObject({ status: 'waiting' });
      await dispatch(host);
      expect(host.simulator.inbox(openid)).toHaveLength(1);
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ['without a transaction', () => host.dataSource.manager, /open transaction/],
    ['of another DataSource', () => new DataSource(database.options).manager, /DataSource/],
    ['that is something else', () => ({}), /DataSource/],
  ])('is refused with a manager %s, and nothing is written', async (_what, manager, says) => {
    await expect(send(manager() as EntityManager, KEYED)).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_INPUT',
      errors: [{ field: 'manager', message: expect.stringMatching(says) }],
    });
    expect(await messages()).toEqual({});
  });

  it('is refused with the manager of a transaction that has ended', async () => {
    const manager = await host.dataSource.transaction(async (open) => open);
    await expect(send(manager)).rejects.toMatchObject({ code: 'WEIXIN_INVALID_INPUT' });
    expect(await messages()).toEqual({});
  });

  describe('of a process that is killed', () => {
    const die = async (dies: 'before the commit' | 'after the commit') => {
      const options = testOptions(host.simulator.url);
      const job = { database: database.options, options, message: message(openid, 1), dies };
      const process = await LineProcess.spawn('accepting-process.ts', job);
      expect(await process.hear()).toBe('accepted');
      await process.kill();
    };

    it('right after the commit is sent by another one', async () => {
      await die('after the commit');
      expect([await messages(), await bookings()]).toEqual([{ waiting: 1 }, 1]);
      host.clock.advance(Math.max(0, Date.now() - host.clock.now()));
      await dispatch(host);
      expect([await messages(), host.simulator.inbox(openid).length]).toEqual([{ sent: 1 }, 1]);
    });

    it('right before the commit leaves nothing behind', async () => {
      await die('before the commit');
      // The server takes a moment to see that it is gone.
      await until(async () => (await host.subscribe.send(message(openid, 1))).status === 'sent', 'the end');
      expect([await messages(), await bookings()]).toEqual([{ sent: 1 }, 0]);
      expect(host.simulator.inbox(openid)).toHaveLength(1);
    });
  });
});

describeEachDatabase('host transactions with one idempotency key', (kind) => {
  // SQLite has one connection, so there they can not overlap.
  const overlapping = kind === 'sqlite' ? it.skip : it;

  overlapping.each(['commits', 'rolls back'])('wait for the first one, which %s', async (end) => {
    const host = await createTestApp({ database: kind });
    const openid = await give(host, 1);
    await give(host, 2);
    const first = host.dataSource.createQueryRunner();
    await first.startTransaction();
    const keyed = { ...message(openid, 1), ...KEYED };
    const { id } = await host.subscribe.send(keyed, { manager: first.manager });
    let inserted = false;
    const second = host.dataSource.transaction(async (manager) => {
      // What MariaDB reads from here on is what there is now.
      await manager.query('SELECT COUNT(*) FROM weixin_message');
      inserted = true;
      return host.subscribe.send(keyed, { manager });
    });
    await until(() => inserted);
    if (end === 'commits') await first.commitTransaction();
    else await first.rollbackTransaction();
    await first.release();
    const { id: other } = await second;
    expect(other === id).toBe(end === 'commits');
    await dispatch(host);
    expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sent: 1 });
    expect(host.simulator.inbox(openid)).toHaveLength(1);
    await host.close();
  });
});
