import { CARD_TABLE, CardService, type CardUpdateStatus } from 'nestjs-weixin-subscribe';
import { type FaultOptions, WeixinSimulator } from 'weixin-simulator';
import { MINI_PROGRAM } from '../support/accounts.js';
import {
  cardAccounts,
  cardSimulatorAccounts,
  fieldsFor,
  GET,
  newCard,
  SET,
  statesAt,
} from '../support/cards.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { emptyLedger } from '../support/ledger.js';

/** What a caller is told, and what it has become a while later; how often WeChat has stored the state. */
interface End {
  told: CardUpdateStatus;
  later: CardUpdateStatus;
  stored: 0 | 1;
}

const STORED: End = { told: 'sent', later: 'sent', stored: 1 };
const FAILED: End = { told: 'failed', later: 'failed', stored: 0 };
/** It did not arrive: asked about, and posted once more. */
const REPEATED: End = { told: 'unknown', later: 'sent', stored: 1 };

type Fault = Omit<FaultOptions, 'path'>;

/** The answer is lost, and the state was stored: asking tells at once, and nothing is posted again. */
const LOST_AFTER: [string, Fault, End][] = [
  ['a reset after processing', { kind: 'reset-after' }, STORED],
  ['HTTP 502, processed', { kind: 'status', when: 'after' }, STORED],
  ['an empty body, processed', { kind: 'empty', when: 'after' }, STORED],
  ['half a body', { kind: 'truncated' }, STORED],
  ['85431, processed', { kind: 'errcode', errcode: 85431, when: 'after' }, STORED],
  ['-1, processed', { kind: 'errcode', errcode: -1, when: 'after' }, STORED],
  ['a code that nobody knows, processed', { kind: 'errcode', errcode: 85460, when: 'after' }, STORED],
];
const LOST_BEFORE: [string, Fault, End][] = [
  ['a reset before processing', { kind: 'reset-before' }, REPEATED],
  ['HTTP 502', { kind: 'status' }, REPEATED],
  ['85431', { kind: 'errcode', errcode: 85431 }, REPEATED],
  ['85448', { kind: 'errcode', errcode: 85448 }, REPEATED],
  ['85449, a lock', { kind: 'errcode', errcode: 85449 }, REPEATED],
];
const REFUSED: [string, Fault, End][] = [
  ...[40003, 45011, 47001, 48001, 85433, 85434, 85435, 85440, 85441, 85442, 85443, 85461, 85462].map(
    (errcode): [string, Fault, End] => [`${errcode}`, { kind: 'errcode', errcode }, FAILED],
  ),
  // Asked whether an attempt before was stored: none was.
  ['85439', { kind: 'errcode', errcode: 85439 }, FAILED],
  ['no fault', { kind: 'latency', delayMs: 0 }, STORED],
];
const ALL = [...LOST_AFTER, ...LOST_BEFORE, ...REFUSED];
/** At every change of every type. */
const FEW = ALL.filter(([what]) =>
  ['a reset after processing', 'a reset before processing', '85449, a lock', 'no fault'].includes(what),
);

/** Every change that is known of each type: to a state from none, or from one that can be reached. */
function changesOf({ notifyType, states }: (typeof CARD_TABLE)[number]) {
  const path = new Map<number, number[]>();
  for (const { state, activation } of states) if (activation) path.set(state, [state]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { state, from } of states)
      for (const before of from ?? [])
        if (path.has(before) && !path.has(state)) {
          path.set(state, [...(path.get(before) as number[]), state]);
          grown = true;
        }
  }
  return states.flatMap(({ state, activation, from }) => [
    ...(activation ? [{ notifyType, way: [] as number[], to: state }] : []),
    ...(from ?? []).flatMap((before) => {
      const way = path.get(before);
      return way ? [{ notifyType, way, to: state }] : [];
    }),
  ]);
}

const CHANGES = CARD_TABLE.flatMap(changesOf);
const TWO_OF_2001 = CHANGES.filter(
  ({ notifyType, way, to }) =>
    notifyType === 2001 && ((to === 1 && way.length === 0) || (to === 4 && way.length === 1)),
).slice(0, 2);

let simulator: WeixinSimulator;
let host: TestApp;
let cards: CardService;

beforeAll(async () => {
  simulator = await WeixinSimulator.start({
    port: 0,
    accounts: cardSimulatorAccounts(),
    people: ['xiaoming'],
  });
  host = await createTestApp({ simulator, options: { accounts: cardAccounts() } });
  simulator.setClock(host.clock.now());
  cards = host.app.get(CardService);
});
afterAll(async () => {
  await host?.close();
  await simulator?.close();
});

const pass = (ms: number) => {
  host.clock.advance(ms);
  simulator.advance(ms);
};

async function change({ notifyType, way, to }: (typeof CHANGES)[number], fault: Fault) {
  const input = newCard(simulator, notifyType, way[0] ?? to);
  let id = '';
  if (way.length > 0) ({ id } = await cards.start(input));
  for (const state of way.slice(1)) await cards.update(id, { state, fields: fieldsFor(notifyType, state) });
  // A state that follows itself comes with something new.
  const fields = fieldsFor(notifyType, to, { wxa_path_query: 'pages/new' });
  simulator.fault({ ...fault, path: SET });
  const told = await (id === ''
    ? cards.start({ ...input, fields })
    : cards.update(id, { state: to, fields })
  ).then(
    () => 'sent',
    (error) => {
      id = error.cardId ?? id;
      return error.outcome ?? String(error);
    },
  );
  simulator.clearFaults();
  if (id === '')
    [{ id }] = await host.dataSource.query('SELECT id FROM weixin_card ORDER BY id DESC LIMIT 1');
  pass(20_000);
  await host.tasks.run('card-updates');
  const card = await cards.get(id);
  const stored = statesAt(simulator, input.notifyCode);
  const later = card.updates[0].status;
  return {
    told,
    later,
    stored: stored.length - way.length,
    shows: card.state === stored.at(-1),
    held: card.updateId,
  };
}

/**
 * One after the other, and all that went wrong at once: a test for each would cost more than what it tests.
 */
async function expectEnds(rows: [(typeof CHANGES)[number], [string, Fault, End]][]) {
  const wrong: unknown[] = [];
  for (const [each, [what, fault, end]] of rows) {
    const got = await change(each, fault);
    const wanted = { ...end, shows: true, held: undefined };
    if (JSON.stringify(got) !== JSON.stringify({ ...wanted })) wrong.push({ ...each, what, got });
  }
  expect(wrong).toEqual([]);
}

it('knows a change of every type whose states are known', () => {
  const types = new Set(CHANGES.map(({ notifyType }) => notifyType));
  // Of 2006 no state has a row that could be read.
  expect(
    CARD_TABLE.filter(({ notifyType }) => !types.has(notifyType)).map(({ notifyType }) => notifyType),
  ).toEqual([2006]);
  expect(CHANGES.length).toBeGreaterThan(60);
});

it.each([...new Set(CHANGES.map(({ notifyType }) => notifyType))])(
  'type %i: every change, whatever happens to its answer, is stored once or not at all',
  async (notifyType) => {
    const own = CHANGES.filter((each) => each.notifyType === notifyType);
    await expectEnds(own.flatMap((each) => FEW.map((row): [typeof each, typeof row] => [each, row])));
    await emptyLedger(host.dataSource);
  },
);

it.each(ALL)('%s, at the beginning of a card and at an update', async (...row) => {
  await expectEnds(TWO_OF_2001.map((each): [typeof each, typeof row] => [each, row]));
});

it('a lost answer, and nobody to ask: it is not posted again before WeChat has spoken', async () => {
  const { appId } = MINI_PROGRAM;
  const input = newCard(simulator, 2001);
  const { id } = await cards.start(input);
  const sets = () => simulator.counters().calls[SET];
  const before = sets();
  simulator.fault({ kind: 'reset-before', path: SET });
  simulator.fault({ kind: 'status', path: GET, times: 'forever' });
  const update = { state: 2, fields: fieldsFor(2001, 2) };
  await expect(cards.update(id, update)).rejects.toMatchObject({ outcome: 'unknown' });
  for (let minute = 0; minute < 5; minute++) {
    pass(60_000);
    await host.tasks.run('card-updates');
    await expect(cards.update(id, update)).rejects.toMatchObject({ code: 'WEIXIN_CARD_BUSY' });
  }
  expect(sets()).toBe(before + 1);
  expect(simulator.counters().calls[GET]).toBeGreaterThan(5);
  simulator.clearFaults();
  pass(600_000);
  await host.tasks.run('card-updates');
  expect(statesAt(simulator, input.notifyCode)).toEqual([1, 2]);
  expect(await cards.get(id)).toMatchObject({ appId, state: 2, updateId: undefined });
});
