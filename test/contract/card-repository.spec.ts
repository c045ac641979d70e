import { randomUUID } from 'node:crypto';
import { CardService, HistoryService } from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import { CardRepository } from '../../libs/weixin-subscribe/src/card/card.repository.js';
import type { CardRecord, CardUpdateRecord } from '../../libs/weixin-subscribe/src/card/card.types.js';
import { MINI_PROGRAM } from '../support/accounts.js';
import { cardAccounts, cardSimulatorAccounts, fieldsFor, newCard, SET, statesAt } from '../support/cards.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const AT_ONCE = 8;

describeEachDatabase('cards of two processes', (kind) => {
  let simulator: WeixinSimulator;
  let database: TestDatabase;
  let hosts: TestApp[];
  let services: CardService[];

  beforeAll(async () => {
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: cardSimulatorAccounts(),
      people: ['xiaoming'],
    });
    database = await createDatabase(kind);
    const given = { simulator, shared: database, options: { accounts: cardAccounts() } };
    hosts = [await createTestApp(given), await createTestApp(given)];
    services = hosts.map(({ app }) => app.get(CardService));
    simulator.setClock(hosts[0].clock.now());
  });
  afterAll(async () => {
    for (const host of hosts ?? []) await host.close();
    await simulator?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await emptyLedger(hosts[0].dataSource);
    // One after the other: who waits for the mint of another sleeps by the manual clock.
    for (const { tokens } of hosts) await tokens.getToken(MINI_PROGRAM.appId);
  });

  /** What each of them is told, all at once, in turn by either process. */
  const atOnce = (call: (cards: CardService, index: number) => Promise<unknown>) =>
    Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        call(services[index % 2], index).then(
          () => 'done',
          (error) => error.outcome ?? error.code,
        ),
      ),
    );
  const pass = (ms: number) => {
    for (const { clock } of hosts) clock.advance(ms);
    simulator.advance(ms);
  };
  const resumeAll = () => Promise.all(hosts.map(({ tasks }) => tasks.run('card-updates')));

  it('one code is one card, whoever begins it', async () => {
    const input = newCard(simulator, 2001);
    const told = await atOnce((cards) => cards.start(input));
    expect(told).toContain('done');
    expect(told.filter((each) => !['done', 'WEIXIN_CARD_BUSY'].includes(each))).toEqual([]);
    expect(await countRows(hosts[0].dataSource, 'weixin_card')).toBe(1);
    expect(statesAt(simulator, input.notifyCode)).toEqual([1]);
  });

  it('of updates at once one goes, and the others are told', async () => {
    const input = newCard(simulator, 2001);
    const { id } = await services[0].start(input);
    for (const round of [1, 2, 3]) {
      const stored = statesAt(simulator, input.notifyCode).length;
      const told = await atOnce((cards, index) => {
        const fields = fieldsFor(2001, 3, { wxa_path_query: `pages/${round}?${index}` });
        return cards.update(id, { state: 3, fields });
      });
      const done = told.filter((each) => each === 'done').length;
      expect(done).toBeGreaterThan(0);
      expect(told.filter((each) => !['done', 'WEIXIN_CARD_BUSY'].includes(each))).toEqual([]);
      expect(statesAt(simulator, input.notifyCode)).toHaveLength(stored + done);
    }
    const card = await services[1].get(id);
    expect(card.updates.map(({ seq }) => seq)).toEqual(card.updates.map((_, index) => card.version - index));
    expect(card.updates.every(({ status }) => status === 'sent')).toBe(true);
    // Each was begun on what the one before had left: WeChat never met two at once.
    expect(simulator.counters().errcodes['85449'] ?? 0).toBe(0);
  });

  it('an update that nobody has an answer to is asked about by one of them', async () => {
    const input = newCard(simulator, 2001);
    const { id } = await services[0].start(input);
    simulator.fault({ kind: 'reset-before', path: SET });
    await expect(services[0].update(id, { state: 2, fields: fieldsFor(2001, 2) })).rejects.toMatchObject({
      outcome: 'unknown',
    });
    const before = simulator.counters().calls[SET];
    pass(20_000);
    await resumeAll();
    expect(simulator.counters().calls[SET]).toBe(before + 1);
    expect(await services[1].get(id)).toMatchObject({ state: 2, updateId: undefined });
  });

  it('one that is taken twice is taken once', async () => {
    const input = newCard(simulator, 2001);
    const { id } = await services[0].start(input);
    simulator.fault({ kind: 'reset-before', path: SET });
    await services[0].update(id, { state: 2, fields: fieldsFor(2001, 2) }).catch(() => undefined);
    pass(20_000);
    const repositories = hosts.map(({ app }) => app.get(CardRepository));
    const [due] = await repositories[0].due(10);
    const taken = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => repositories[index % 2].take(due, 60_000)),
    );
    expect(taken.filter((each) => each !== undefined)).toMatchObject([{ attempts: due.attempts + 1 }]);
    const [first] = taken.filter((each) => each !== undefined);
    // What was seen before it was put off is not what it is now.
    const now = hosts[0].clock.now();
    expect(await repositories[0].putOff(first, { status: 'unknown', verdict: {}, dueAt: now })).toBe(true);
    expect(await repositories[1].take(due, 60_000)).toBeUndefined();
    const [again] = await repositories[1].due(10);
    const mine = (await repositories[1].take(again, 60_000)) as CardUpdateRecord;
    // Whoever had it before comes too late.
    const ended = { status: 'sent' as const, verdict: {}, card: {} };
    expect(await repositories[1].settle(due, ended)).toBe(false);
    expect(await repositories[0].settle(mine, ended)).toBe(true);
    expect(await repositories[0].settle(mine, ended)).toBe(false);
  });

  /** Claims a card as it was read, by itself; the id of the update that holds it then. */
  const claim = async (by: CardRepository, card: CardRecord | undefined) => {
    const [updateId, now] = [randomUUID(), hosts[0].clock.now()];
    const acceptedAt = new Date(now);
    const update = { id: updateId, kind: 'state', state: 3, contentDigest: 'any', acceptedAt } as const;
    return (await by.claim(card as CardRecord, { ...update, content: {}, requestedBy: 'x' }, now + 60_000))
      ? updateId
      : undefined;
  };

  it('one is claimed as it was read, while nobody holds it and it has not ended', async () => {
    const { id } = await services[0].start(newCard(simulator, 2001));
    const [one, other] = hosts.map(({ app }) => app.get(CardRepository));
    const before = await other.find(id);
    await services[0].update(id, { state: 2, fields: fieldsFor(2001, 2) });
    expect(await claim(other, before)).toBeUndefined();
    const mine = await claim(one, await one.find(id));
    expect(await claim(other, await other.find(id))).toBeUndefined();
    const held = (await one.findUpdate(String(mine))) as CardUpdateRecord;
    // Until it is due it is its owner's.
    expect(await other.take(held, 60_000)).toBeUndefined();
    expect(await one.settle(held, { status: 'sent', verdict: {}, card: { end: 'terminal' } })).toBe(true);
    expect(await claim(other, await other.find(id))).toBeUndefined();
  });

  it('what is known late of an update changes its card only while no other has begun since', async () => {
    const { id } = await services[0].start(newCard(simulator, 2001));
    const [one, other] = hosts.map(({ app }) => app.get(CardRepository));
    const stored = { state: 3, contentDigest: 'late' };
    const late = { status: 'sent' as const, verdict: {}, card: { shows: stored } };
    const unclear = async () => {
      const update = (await one.findUpdate(String(await claim(one, await one.find(id))))) as CardUpdateRecord;
      expect(await one.settle(update, { status: 'unknown', verdict: {}, card: {} })).toBe(true);
      return update;
    };
    const [first, second] = [await unclear(), await unclear()];
    expect(await other.settleLate(first, late)).toBe(true);
    expect((await one.find(id))?.state).toBe(1);
    await claim(one, await one.find(id));
    expect(await other.settleLate(second, late)).toBe(true);
    expect((await one.find(id))?.state).toBe(1);
    expect(await other.settleLate(second, late)).toBe(false);
  });

  it('cards whose time is over end, and go with what was done with them', async () => {
    const { id } = await services[0].start(newCard(simulator, 2001));
    const other = await services[0].start(newCard(simulator, 2001));
    await services[0].update(other.id, { state: 10, fields: fieldsFor(2001, 10) });
    const repository = hosts[0].app.get(CardRepository);
    expect(await repository.expired(10)).toEqual([]);
    pass(30 * 86_400_000);
    expect(await repository.expired(10)).toEqual([id]);
    expect(await repository.endExpired([id, other.id])).toBe(1);
    expect(await repository.endedBefore(new Date(hosts[0].clock.now()), 10)).toEqual([other.id]);
    expect(await repository.deleteEnded([other.id])).toBe(1);
    expect(await countRows(hosts[0].dataSource, 'weixin_card_update')).toBe(1);
    expect((await services[0].get(id)).appId).toBe(MINI_PROGRAM.appId);
  });

  it('are told by the history, the newest first, and what has no outcome by the metrics', async () => {
    const [cards] = services;
    const repository = hosts[0].app.get(CardRepository, { strict: false });
    const history = hosts[0].app.get(HistoryService);
    const input = newCard(simulator, 2001);
    const { id, openid } = await cards.start(input);
    pass(1000);
    await cards.update(id, { state: 2, fields: fieldsFor(2001, 2) });
    await cards.start(newCard(simulator, 2001));
    pass(1000);
    const asked = hosts[0].clock.now();
    simulator.fault({ kind: 'reset-before', path: SET });
    await cards.update(id, { state: 4, fields: fieldsFor(2001, 4) }).catch(() => undefined);
    expect(await repository.openUpdates(10)).toEqual([{ status: 'unknown', acceptedAt: asked }]);
    const { events } = await history.ofCard(id);
    expect(events.map(({ type, state, cardId }) => [type, state, cardId])).toEqual([
      ...[
        ['unknown', 4, id],
        ['accepted', 4, id],
        ['sent', 2, id],
        ['accepted', 2, id],
      ],
      ...[
        ['activated', undefined, id],
        ['sent', 1, id],
        ['accepted', 1, id],
      ],
    ]);
    const ofPerson = await history.ofPerson({ appId: MINI_PROGRAM.appId, openid });
    expect(ofPerson.events.filter(({ cardId }) => cardId === id)).toEqual(events);
    expect(new Set(ofPerson.events.map(({ cardId }) => cardId)).size).toBe(2);
    pass(61_000);
    await resumeAll();
    expect(await repository.openUpdates(10)).toEqual([]);
  });
});
