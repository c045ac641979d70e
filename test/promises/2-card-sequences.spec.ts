import {
  CardService,
  type StartCardInput,
  type WeixinHttpRequest,
  type WeixinHttpResponse,
  WeixinTransport,
  WeixinTransportError,
} from 'nestjs-weixin-subscribe';
import { CARD_KINDS } from '../../libs/weixin-simulator/src/card/card-kinds.js';
import { mayFollow } from '../../libs/weixin-simulator/src/card/card-states.js';
import { cardAccounts, cardSimulatorAccounts, fieldsFor, GET, newCard, SET } from '../support/cards.js';
import { Chance } from '../support/chance.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { DirectPlatform, UNREACHED } from '../support/direct-platform.js';
import { emptyLedger } from '../support/ledger.js';

/** `CARD_SEQUENCES=200` for 10,000 operations. */
const SEQUENCES = Number(process.env.CARD_SEQUENCES ?? 60);
const OPERATIONS = 50;
/** `CARD_SEED` repeats a run. */
const SEED = Number(process.env.CARD_SEED ?? new Chance().seed);
const TYPES = [2001, 2001, 2001, 2008, 1001, 1005];

/** What becomes of the next `set_user_notify`. */
type Fate = 'taken' | 'lost-before' | 'lost-after' | 'locked' | 'wrong' | 'late';

/** The card of a sequence, as its callers know it. */
interface Model {
  input: StartCardInput;
  id?: string;
  /** Marks of the updates that a caller asked for, in order. */
  asked: number[];
  /** Told that it was stored; told that it was not. */
  stored: Set<number>;
  refused: Set<number>;
}

let host: TestApp;
let cards: CardService;
let platform: DirectPlatform;
let chance: Chance;
let fate: Fate = 'taken';
let asksFail = false;
/** Answers that are kept back, with the calls that wait for them. */
const late: { release: () => void; call: Promise<void> }[] = [];

beforeAll(async () => {
  const memory = { options: { type: 'better-sqlite3', database: ':memory:' } as const, drop: async () => {} };
  host = await createTestApp({ shared: memory, options: { ...UNREACHED, accounts: cardAccounts() } });
  cards = host.app.get(CardService);
  platform = new DirectPlatform(['xiaoming'], host.clock.now(), cardSimulatorAccounts());
  chance = new Chance(SEED);
  const transport = host.app.get(WeixinTransport, { strict: false });
  jest.spyOn(transport, 'send').mockImplementation(carry);
});
afterAll(() => host?.close());

const lost = () => new WeixinTransportError('the platform gave no usable answer (ECONNRESET)', false);
const refusal = (errcode: number) => ({ status: 200, body: JSON.stringify({ errcode, errmsg: 'as told' }) });

async function carry(request: WeixinHttpRequest): Promise<WeixinHttpResponse> {
  if (request.path === GET && asksFail) throw lost();
  if (request.path !== SET) return platform.call(request);
  const now = fate;
  fate = 'taken';
  if (now === 'lost-before') throw lost();
  if (now === 'locked') return refusal(85449);
  if (now === 'wrong') return refusal(85441);
  const answer = platform.call(request);
  if (now === 'lost-after') throw lost();
  if (now === 'late') await new Promise<void>((release) => late.push({ release, call: Promise.resolve() }));
  return answer;
}

const pass = (ms: number) => {
  host.clock.advance(ms);
  platform.control.advance(ms);
};
const pick = <T>(of: readonly T[]): T => of[chance.below(of.length)];

const history = (code: string) => platform.control.cards().find((card) => card.code === code)?.states ?? [];
const markOf = (content: string) => Number(/pages\/(\d+)/.exec(content)?.[1]);
const marksAt = (model: Model) => history(model.input.notifyCode).map(({ content }) => markOf(content));

/** Asks for a state, as a caller does, and keeps what it was told. */
async function ask(model: Model, state: number, mark: number): Promise<void> {
  const fields = fieldsFor(model.input.notifyType, state, { wxa_path_query: `pages/${mark}` });
  const known = model.id === undefined ? undefined : await cards.get(model.id);
  model.asked.push(mark);
  const told = async () => {
    try {
      const card = await (model.id === undefined || known?.status === 'new'
        ? cards.start({ ...model.input, state, fields })
        : cards.update(model.id, { state, fields }));
      model.id = card.id;
      if (card.updates[0].status !== 'waiting') model.stored.add(mark);
    } catch (error) {
      const { code, cardId, outcome } = error as { code: string; cardId?: string; outcome?: string };
      model.id ??= cardId;
      if (outcome !== 'unknown') model.refused.add(mark);
      if (code === 'WEIXIN_CARD_STATE') {
        const now = model.id === undefined ? undefined : (await cards.get(model.id)).state;
        // Refused here exactly where the pages refuse it.
        expect(mayFollow(CARD_KINDS[model.input.notifyType], now, state, 'any')).toBe(false);
      } else if (!outcome) {
        expect([
          'WEIXIN_CARD_BUSY',
          'WEIXIN_CARD_ENDED',
          'WEIXIN_CARD_CODE_USED',
          'WEIXIN_INVALID_INPUT',
        ]).toContain(code);
      }
    }
  };
  const before = late.length;
  const call = told();
  for (let turn = 0; turn < 200 && late.length === before; turn++) {
    const isDone = await Promise.race([
      call.then(() => true),
      new Promise((r) => setImmediate(() => r(false))),
    ]);
    if (isDone) return;
  }
  if (late.length === before) return call;
  late[late.length - 1].call = call;
}

async function releaseAll(): Promise<void> {
  for (const { release, call } of late.splice(0)) {
    release();
    await call;
  }
}

async function operate(model: Model, mark: number): Promise<void> {
  const kind = CARD_KINDS[model.input.notifyType];
  const states = Object.keys(kind.rows).map(Number);
  switch (chance.below(10)) {
    case 0:
      pass(pick([1000, 11_000, 61_000, 600_000]));
      return;
    case 1:
    case 2:
      await host.tasks.run('card-updates');
      return;
    case 3:
      asksFail = !asksFail;
      return;
    case 4:
      await releaseAll();
      return;
    default: {
      fate = pick([
        'taken',
        'taken',
        'taken',
        'lost-before',
        'lost-after',
        'lost-after',
        'locked',
        'wrong',
        'late',
      ]);
      // Nobody finds the state that comes next by chance alone.
      const from = history(model.input.notifyCode).at(-1)?.state;
      const good = states.filter((state) => mayFollow(kind, from, state, 'forward'));
      // The worker's own posts are answered.
      const done = () => (fate = 'taken');
      await ask(model, chance.below(5) > 0 && good.length > 0 ? pick(good) : pick(states), mark).then(done);
    }
  }
}

/** What must hold at every moment. */
function expectInOrder(model: Model): void {
  const marks = marksAt(model);
  // Never twice, and never one after a later one.
  expect(marks).toEqual([...new Set(marks)].sort((one, other) => one - other));
  expect([...model.stored].filter((mark) => !marks.includes(mark))).toEqual([]);
  expect([...model.refused].filter((mark) => marks.includes(mark))).toEqual([]);
}

/** The world becomes calm, and everything has its end. */
async function expectSettled(model: Model): Promise<void> {
  asksFail = false;
  fate = 'taken';
  await releaseAll();
  for (let minutes = 0; minutes < 6; minutes++) {
    pass(360_000);
    await host.tasks.run('card-updates');
  }
  expectInOrder(model);
  if (model.id === undefined) return;
  const card = await cards.get(model.id);
  const marks = marksAt(model);
  expect(card.updateId).toBeUndefined();
  expect(card.state).toBe(history(model.input.notifyCode).at(-1)?.state);
  const sent = card.updates.filter(({ status }) => status === 'sent');
  expect(sent.map(({ content }) => markOf(JSON.stringify(content))).reverse()).toEqual(marks);
  expect(card.updates.filter(({ status }) => !['sent', 'failed'].includes(status))).toEqual([]);
}

it(`${SEQUENCES * OPERATIONS} operations, seed ${SEED}: a card is never moved twice, nor out of order`, async () => {
  let stored = 0;
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    platform.control.setClock(host.clock.now());
    const notifyType = pick(TYPES);
    const input = newCard(platform.control, notifyType);
    const model: Model = { input, asked: [], stored: new Set(), refused: new Set() };
    for (let operation = 0; operation < OPERATIONS; operation++) {
      await operate(model, sequence * OPERATIONS + operation);
      expectInOrder(model);
    }
    await expectSettled(model);
    stored += marksAt(model).length;
    if (sequence % 20 === 19) await emptyLedger(host.dataSource);
  }
  // The sequences do come somewhere.
  expect(stored).toBeGreaterThan(SEQUENCES);
});
