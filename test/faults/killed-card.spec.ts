import { CardService } from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import { cardAccounts, cardSimulatorAccounts, fieldsFor, newCard, SET, statesAt } from '../support/cards.js';
import { createTestApp, testOptions } from '../support/create-test-app.js';
import { LineProcess } from '../support/line-process.js';
import { createDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

it.each([
  ['after WeChat had stored it', 'after', 1],
  ['before it arrived', 'before', 2],
] as const)('an update whose process is killed -9 %s is stored once', async (_what, when, posts) => {
  const simulator = await WeixinSimulator.start({
    port: 0,
    accounts: cardSimulatorAccounts(),
    people: ['xiaoming'],
  });
  const database = await createDatabase('sqlite');
  const options = { accounts: cardAccounts() };
  const host = await createTestApp({ simulator, shared: database, options });
  host.clock.advance(Date.now() - host.clock.now());
  const cards = host.app.get(CardService);
  const victim = await LineProcess.spawn('card-process.ts', {
    database: database.options,
    options: { ...testOptions(simulator.url), ...options },
  });
  try {
    const input = newCard(simulator, 2001);
    const { id } = await cards.start(input);
    const before = simulator.counters().calls[SET];
    simulator.fault({ kind: 'hang', path: SET, when });
    victim.say({ id, state: 2, fields: fieldsFor(2001, 2) });
    await until(() => simulator.counters().calls[SET] > before, 'the post');
    await victim.kill();

    const held = await cards.get(id);
    expect(held).toMatchObject({ state: 1, updates: [{ status: 'sending' }, {}] });
    await expect(cards.update(id, { state: 4, fields: fieldsFor(2001, 4) })).rejects.toMatchObject({
      code: 'WEIXIN_CARD_BUSY',
    });
    await host.tasks.run('card-updates');
    expect((await cards.get(id)).updates[0].status).toBe('sending');
    // The process went by real time.
    host.clock.advance(Date.now() + 61_000 - host.clock.now());
    simulator.advance(61_000);
    await host.tasks.run('card-updates');
    expect(await cards.get(id)).toMatchObject({
      state: 2,
      updateId: undefined,
      updates: [{ status: 'sent' }, {}],
    });
    expect(statesAt(simulator, input.notifyCode)).toEqual([1, 2]);
    expect(simulator.counters().calls[SET]).toBe(before + posts);
  } finally {
    await victim.kill();
    await host.close();
    await simulator.close();
    await database.drop();
  }
});
