import {
  AccountDisabledError,
  AccountKindError,
  CardBusyError,
  CardCodeUsedError,
  CardEndedError,
  CardFailedError,
  CardService,
  CardStateError,
  InvalidInputError,
  PersonalDataService,
  SendingPausedError,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import { Accounts } from '../../libs/weixin-subscribe/src/account/accounts.js';
import {
  libraryAccounts,
  MINI_PROGRAM,
  MOBILE,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../support/accounts.js';
import {
  cardAccounts,
  cardSimulatorAccounts,
  EXT,
  fieldsFor,
  GET,
  newCard,
  SET,
  statesAt,
} from '../support/cards.js';
import { Cli } from '../support/cli.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { endpointOf, PUSH_KEY, PUSH_TOKEN } from '../support/pushes.js';

const { appId } = MINI_PROGRAM;
const HOUR = 3_600_000;
const STRANGER_KEY = 'the-service-key-of-a-stranger';

let simulator: WeixinSimulator;
let host: TestApp;
let cards: CardService;

beforeAll(async () => {
  simulator = await WeixinSimulator.start({
    port: 0,
    accounts: [...cardSimulatorAccounts(), ...simulatorAccounts()],
    people: ['xiaoming', 'xiaohong'],
  });
  host = await createTestApp({
    simulator,
    options: {
      accounts: [...cardAccounts(), ...libraryAccounts()],
      serviceKeys: { courses: SERVICE_KEY, stranger: { keys: STRANGER_KEY, accounts: [MOBILE.appId] } },
    },
  });
  cards = host.app.get(CardService);
});
afterAll(async () => {
  await host?.close();
  await simulator?.close();
});
beforeEach(async () => {
  simulator.reset();
  simulator.setClock(host.clock.now());
  await emptyLedger(host.dataSource);
  await host.tasks.run('send-pauses');
  await host.tokens.refresh(appId, (await host.tokens.getToken(appId)).accessToken).catch(() => undefined);
});

const never = (): never => {
  throw new Error('a card of a payment has one');
};
const pass = (ms: number) => {
  host.clock.advance(ms);
  simulator.advance(ms);
};
const goOn = () => host.tasks.run('card-updates');
const calls = (path: string) => simulator.counters().calls[path] ?? 0;
/** A card of type 2001 that shows a state. */
async function shown(state = 1) {
  const input = newCard(simulator, 2001, state);
  const card = await cards.start(input);
  return { card, code: input.notifyCode };
}
const set = (id: string, state: number, more = {}) =>
  cards.update(id, { state, fields: fieldsFor(2001, state, more) });

describe('a card', () => {
  it('begins with a payment, goes through its states, and ends with its last', async () => {
    const { card, code } = await shown();
    expect(card).toMatchObject({ status: 'active', state: 1, notifyType: 2001 });
    expect(card.expiresAt.getTime() - host.clock.now()).toBe(30 * 24 * HOUR);
    for (const state of [2, 3, 4, 6, 8]) await set(card.id, state);
    expect(await cards.get(card.id)).toMatchObject({
      status: 'ended',
      end: 'terminal',
      state: 8,
      version: 6,
    });
    expect(statesAt(simulator, code)).toEqual([1, 2, 3, 4, 6, 8]);
    await expect(set(card.id, 7)).rejects.toThrow(CardEndedError);
  });

  it('begins with the code of a button, within five minutes of the tap', async () => {
    const input = newCard(simulator, 1001);
    const card = await cards.start(input);
    expect(card).toMatchObject({ status: 'active', state: 1 });
    expect(card.expiresAt.getTime() - host.clock.now()).toBe(24 * HOUR);
    const late = { ...newCard(simulator, 1001), tappedAt: new Date(host.clock.now() - 5 * 60_000) };
    await expect(cards.start(late)).rejects.toThrow('tappedAt must be less than 5 minutes ago');
  });

  it('is checked before it leaves, with the field and the limit', async () => {
    const input = newCard(simulator, 2001);
    const wrong = async (change: object, says: string) =>
      expect(cards.start({ ...input, ...change })).rejects.toThrow(says);
    await wrong(
      { fields: { wxa_path_query: '' } },
      'fields.product_count is required in state 1 of type 2001',
    );
    await wrong(
      { fields: fieldsFor(2001, 1, { product_count: '1' }) },
      'fields.product_count must be a whole number',
    );
    await wrong(
      { fields: fieldsFor(2001, 1, { send_time: 1_696_157_643_000 }) },
      'fields.send_time must be a moment in whole seconds',
    );
    await wrong({ fields: fieldsFor(2001, 1, { cur_status: 1 }) }, 'fields.cur_status is "state" here');
    await wrong({ fields: fieldsFor(2001, 1, { note: 'a\ud83d' }) }, 'fields.note holds U+D83D');
    await wrong({ notifyType: 1002 }, 'notifyType 1002 is not known');
    await wrong({ payment: undefined }, 'payment is required');
    await wrong(
      { payment: { ...input.payment, paidAt: new Date(host.clock.now() - 24 * HOUR) } },
      'less than 24 hours ago',
    );
    await expect(cards.start({ ...input, state: 3, fields: fieldsFor(2001, 3) })).rejects.toThrow(
      CardStateError,
    );
    await expect(cards.start({ ...input, appId: OFFICIAL.appId })).rejects.toThrow(AccountKindError);
    expect(calls(SET)).toBe(0);
    expect(await host.dataSource.query('SELECT * FROM weixin_card')).toEqual([]);
  });

  it('takes fields that the table does not know, as samples of WeChat have them', async () => {
    const input = newCard(simulator, 2004);
    await cards.start({ ...input, fields: { ...input.fields, order_no: 'X1' } });
    expect(simulator.cards()[0].states[0].content).toContain('"order_no":"X1"');
  });

  it('is not sent again with what it shows already', async () => {
    const input = newCard(simulator, 2001);
    const first = await cards.start(input);
    expect((await cards.start(input)).id).toBe(first.id);
    await set(first.id, 2);
    await set(first.id, 2);
    expect(statesAt(simulator, input.notifyCode)).toEqual([1, 2]);
    expect(calls(SET)).toBe(2);
    await expect(cards.start(input)).rejects.toThrow(CardCodeUsedError);
    await expect(set(first.id, 2, { send_time: 1_700_000_000 })).rejects.toThrow(CardStateError);
  });

  it('keeps its state where WeChat refuses an update, and can be updated again', async () => {
    const { card, code } = await shown();
    simulator.fault({ kind: 'errcode', errcode: 85442, path: SET });
    await expect(set(card.id, 2)).rejects.toThrow(CardFailedError);
    expect(await cards.get(card.id)).toMatchObject({ state: 1, updateId: undefined, status: 'active' });
    await set(card.id, 2);
    expect(statesAt(simulator, code)).toEqual([1, 2]);
  });

  it('that could not begin begins by the same call, with a payment that is put right', async () => {
    const input = newCard(simulator, 2001);
    const wrong = { ...input, payment: { amountFen: 1, paidAt: input.payment?.paidAt as Date } };
    await expect(cards.start(wrong)).rejects.toThrow('errcode 85433');
    const card = await cards.start(input);
    expect(card).toMatchObject({ status: 'active', version: 2 });
    expect(await host.dataSource.query('SELECT id FROM weixin_card')).toHaveLength(1);
  });

  it('refuses what WeChat blocked or the person refused, and ends', async () => {
    const { card, code } = await shown();
    simulator.changeCode({ code, codeState: 2 });
    await expect(set(card.id, 2)).rejects.toThrow('errcode 85436');
    expect(await cards.get(card.id)).toMatchObject({ status: 'ended', end: 'blocked' });
    const other = await shown();
    simulator.changeCode({ code: other.code, codeState: 10 });
    expect(await cards.status(other.card.id)).toMatchObject({ end: 'refused', weixin: { codeState: 10 } });
  });

  it('gets what stands beside its state, each member as text', async () => {
    const { card, code } = await shown();
    const ext = { store_info: { store_name: 'westore', latitude: 22 } };
    await cards.extend(card.id, ext);
    expect(simulator.cards()[0]).toMatchObject({
      code,
      ext: '{"store_info":"{\\"store_name\\":\\"westore\\",\\"latitude\\":22}"}',
    });
    expect((await cards.status(card.id)).weixin).toMatchObject({ state: 1, ext });
    const fresh = newCard(simulator, 2001);
    simulator.fault({ kind: 'errcode', errcode: 85440, path: SET });
    const { cardId } = await cards.start(fresh).catch((error) => error);
    await expect(cards.extend(cardId, ext)).rejects.toThrow(InvalidInputError);
  });

  it('ends when its time is over, and goes with its retention and its person', async () => {
    const { card } = await shown();
    pass(30 * 24 * HOUR);
    await expect(set(card.id, 2)).rejects.toThrow(CardEndedError);
    await host.tasks.run('card-expiry');
    expect(await cards.get(card.id)).toMatchObject({ status: 'ended', end: 'expired' });
    const report = await host.app.get(PersonalDataService).forget(appId, card.openid);
    expect(report).toMatchObject({ cards: 1, inFlight: 0 });
    const [row] = await host.dataSource.query('SELECT * FROM weixin_card');
    expect(row).toMatchObject({ openid: '', notify_code: null, code_digest: null, payment: null });
    const [update] = await host.dataSource.query('SELECT * FROM weixin_card_update');
    expect(update.content).toBeNull();
  });
});

describe('a payment that WeChat does not know yet', () => {
  it('is tried again after a minute, and the card begins once', async () => {
    simulator.updateAccount(appId, { cardOrderDelaySeconds: 90 });
    const input = newCard(simulator, 2001);
    const card = await cards.start(input);
    expect(card.updates).toMatchObject([{ status: 'waiting', errcode: 85437 }]);
    await expect(set(card.id, 2)).rejects.toThrow(CardBusyError);
    await goOn();
    expect(calls(SET)).toBe(1);
    for (let minute = 0; minute < 2; minute++) {
      pass(61_000);
      await goOn();
    }
    expect(await cards.get(card.id)).toMatchObject({ status: 'active', state: 1 });
    expect(statesAt(simulator, input.notifyCode)).toEqual([1]);
  });

  it('of another person is given up when its day is over', async () => {
    const input = { ...newCard(simulator, 2001), openid: simulator.openid('xiaohong', appId) };
    const { id } = await cards.start(input);
    pass(24 * HOUR);
    await goOn();
    expect(await cards.get(id)).toMatchObject({
      status: 'ended',
      end: 'expired',
      updates: [{ status: 'failed' }],
    });
  });
});

describe('an account', () => {
  it('whose quota is used up pauses: nothing is written and nothing sent', async () => {
    const { card } = await shown();
    simulator.fault({ kind: 'errcode', errcode: 45009, path: SET });
    await expect(set(card.id, 2)).rejects.toThrow('errcode 45009');
    await expect(set(card.id, 2)).rejects.toThrow(SendingPausedError);
    expect((await cards.get(card.id)).updates).toHaveLength(2);
    await host.subscribe.resume(appId, SET);
    await set(card.id, 2);
  });

  it('that is switched off has no card begun, updated, extended or asked about', async () => {
    const { card } = await shown();
    const { card: unclear } = await shown();
    simulator.fault({ kind: 'reset-before', path: SET });
    await expect(set(unclear.id, 2)).rejects.toMatchObject({ outcome: 'unknown' });
    const before = [calls(SET), calls(EXT), calls(GET)];
    const off = { ...host.app.get(Accounts).get(appId), enabled: false };
    const lookUp = jest.spyOn(Accounts.prototype, 'find').mockReturnValue(off);
    const get = jest.spyOn(Accounts.prototype, 'get').mockReturnValue(off);
    const isEnabled = jest.spyOn(Accounts.prototype, 'isEnabled').mockReturnValue(false);
    try {
      for (const call of [
        () => cards.start(newCard(simulator, 2001)),
        () => set(card.id, 2),
        () => cards.extend(card.id, { store_info: { store_name: 'westore' } }),
        () => cards.status(card.id),
      ])
        await expect(call()).rejects.toThrow(AccountDisabledError);
      pass(61_000);
      await goOn();
    } finally {
      for (const spy of [lookUp, get, isEnabled]) spy.mockRestore();
    }
    expect([calls(SET), calls(EXT), calls(GET)]).toEqual(before);
    expect(await countRows(host.dataSource, 'weixin_card')).toBe(2);
    expect((await cards.get(card.id)).updates).toHaveLength(1);
    const [update] = (await cards.get(unclear.id)).updates;
    expect(update).toMatchObject({ status: 'unknown', dueAt: new Date(host.clock.now() + 600_000) });
    // Switched on again, what was left open has its end.
    pass(601_000);
    await goOn();
    expect((await cards.get(unclear.id)).updates[0].status).toBe('sent');
  });

  it('whose token died gets another one, and the state is set once', async () => {
    const { card, code } = await shown();
    simulator.killToken(appId);
    await set(card.id, 2);
    expect(statesAt(simulator, code)).toEqual([1, 2]);
  });
});

describe("WeChat's report that a person was not notified", () => {
  const report = async (failRet: -10001 | -1004) => {
    const push = { token: PUSH_TOKEN, encodingAesKey: PUSH_KEY, url: endpointOf(host, appId) };
    simulator.updateAccount(appId, { push, cardFailRet: failRet });
  };
  const handled = async () => {
    await simulator.settledPushes(appId);
    await host.tasks.run('push-events');
  };

  it('is written down, and the state stays', async () => {
    await report(-10001);
    const { card } = await shown();
    await handled();
    const read = await cards.get(card.id);
    expect(read).toMatchObject({ status: 'active', state: 1 });
    expect(read.updates).toMatchObject([{ status: 'sent', failRet: -10001, failMsg: 'system error' }]);
  });

  it('ends an update whose answer was lost, without asking', async () => {
    await report(-10001);
    const { card } = await shown();
    simulator.fault({ kind: 'reset-after', path: SET });
    simulator.fault({ kind: 'status', path: GET, times: 'forever' });
    await expect(set(card.id, 2)).rejects.toMatchObject({ outcome: 'unknown' });
    await handled();
    // It may have come before the update was written down as unknown, and comes again then.
    pass(6000);
    await handled();
    expect(await cards.get(card.id)).toMatchObject({
      state: 2,
      updateId: undefined,
      updates: [{ status: 'sent' }, {}],
    });
  });

  it('of a state that came before ends no newer update to it, which WeChat may not have', async () => {
    await report(-10001);
    const { card, code } = await shown();
    await set(card.id, 7);
    simulator.updateAccount(appId, { cardFailRet: 0 });
    simulator.fault({ kind: 'reset-before', path: SET });
    await expect(set(card.id, 1)).rejects.toMatchObject({ outcome: 'unknown' });
    await handled();
    const read = await cards.get(card.id);
    expect(read.updates.map(({ state, status, failRet }) => [state, status, failRet])).toEqual([
      [1, 'unknown', undefined],
      [7, 'sent', -10001],
      [1, 'sent', -10001],
    ]);
    pass(61_000);
    await goOn();
    expect(statesAt(simulator, code)).toEqual([1, 7, 1]);
  });

  it('that the person refuses the template ends the card', async () => {
    await report(-1004);
    const { card } = await shown();
    await handled();
    expect(await cards.get(card.id)).toMatchObject({ status: 'ended', end: 'refused', state: 1 });
  });
});

describe('over HTTP', () => {
  const api = () => request(host.url);
  const KEY = { Authorization: `Bearer ${SERVICE_KEY}` };

  it('is told by the history of its person, page by page, and by explain', async () => {
    const { card } = await shown();
    pass(1000);
    simulator.fault({ kind: 'errcode', path: SET, errcode: 85441 });
    await set(card.id, 2).catch(() => undefined);
    pass(1000);
    simulator.fault({ kind: 'reset-before', path: SET });
    await set(card.id, 4).catch(() => undefined);
    const other = await cards.start({
      ...newCard(simulator, 2001, 1, 'xiaohong'),
      openid: simulator.openid('xiaohong', appId),
    });
    const { openid } = card;
    const get = async (query: object, path = '/weixin/history') =>
      (await api().get(path).set(KEY).query(query)).body;
    const { events } = await get({ appId, openid });
    const told = [
      { type: 'unknown', state: 4, reason: expect.stringContaining('ECONNRESET') },
      { type: 'accepted', state: 4 },
      {
        type: 'failed',
        state: 2,
        errcode: 85441,
        meaning: { en: expect.any(String), zh: expect.any(String) },
      },
      { type: 'accepted', state: 2 },
      { type: 'activated' },
      { type: 'sent', state: 1 },
      { type: 'accepted', state: 1 },
    ];
    const common = { appId, openid, channel: 'service-card', notifyType: 2001, scene: 0, cardId: card.id };
    expect(events).toMatchObject(told.map((event) => ({ ...common, ...event })));
    expect(JSON.stringify(events)).not.toContain(other.id);
    const paged: unknown[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await get({ appId, openid, limit: 2, cursor });
      paged.push(...page.events);
      ({ cursor } = page);
      if (!cursor) break;
    }
    expect(paged).toEqual(events);
    // A card has no template.
    const [templateId] = MINI_PROGRAM.templates;
    expect((await get({ appId, openid, templateId })).events).toEqual([]);

    pass(61_000);
    await goOn();
    for (const state of [6, 8]) await set(card.id, state);
    const [ended, ...earlier] = (await get({ appId, openid })).events;
    expect(ended).toMatchObject({ type: 'ended', end: 'terminal', meaning: { zh: '已到最终状态' } });
    expect(earlier).toHaveLength(11);
    expect(await get({}, `/weixin/cards/${card.id}/explain`)).toMatchObject({
      ...{ cardId: card.id, openid, notifyType: 2001, state: 8, verdict: 'sent' },
      findings: [{ code: 'card-stored' }, { code: 'card-ended' }],
      nextStep: { en: expect.stringContaining('Service Notifications'), zh: expect.any(String) },
    });
    await host.app.get(PersonalDataService).forget(appId, openid);
    expect((await get({ appId, openid })).events).toEqual([]);
    expect(await get({}, `/weixin/cards/${card.id}/explain`)).not.toHaveProperty('openid');
  });

  it('begins, updates and shows a card', async () => {
    const { payment = never(), ...input } = newCard(simulator, 2001);
    const body = {
      ...input,
      payment: { amountFen: payment.amountFen, paidAt: (payment.paidAt as Date).toISOString() },
    };
    const begun = await api().post('/weixin/cards').set(KEY).send(body);
    expect(begun.status).toBe(201);
    expect(begun.body).toMatchObject({
      status: 'active',
      state: 1,
      updates: [{ status: 'sent', requestedBy: 'courses' }],
    });
    expect(JSON.stringify(begun.body)).not.toContain(input.notifyCode);
    const at = `/weixin/cards/${begun.body.id}`;
    const updated = await api()
      .patch(at)
      .set(KEY)
      .send({ state: 2, fields: fieldsFor(2001, 2) });
    expect([updated.status, updated.body.state]).toEqual([200, 2]);
    const ext = await api()
      .patch(at)
      .set(KEY)
      .send({ ext: { store_info: { store_name: 'a' } } });
    expect(ext.status).toBe(200);
    const live = await api().get(`${at}?live=true`).set(KEY);
    expect(live.body.weixin).toMatchObject({
      state: 2,
      codeState: 0,
      ext: { store_info: { store_name: 'a' } },
    });
    const wrong = await api()
      .patch(at)
      .set(KEY)
      .send({ state: 1, fields: fieldsFor(2001, 1) });
    expect([wrong.status, wrong.body.code]).toEqual([409, 'WEIXIN_CARD_STATE']);
    const both = await api()
      .patch(at)
      .set(KEY)
      .send({ state: 3, ext: { a: 1 } });
    expect([both.status, both.body.code]).toEqual([400, 'WEIXIN_INVALID_INPUT']);
    expect((await api().get(at)).status).toBe(401);
    const stranger = { Authorization: `Bearer ${STRANGER_KEY}` };
    for (const foreign of [
      api().get(at),
      api().get(`${at}/explain`),
      api()
        .patch(at)
        .send({ state: 3, fields: fieldsFor(2001, 3) }),
    ])
      expect((await foreign.set(stranger)).status).toBe(404);
    expect((await api().get(at).set(KEY)).body.state).toBe(2);
    expect(
      (
        await api()
          .get(`/weixin/cards/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`)
          .set(KEY)
      ).status,
    ).toBe(404);
  });

  it('is shown on a terminal, and as WeChat has it', async () => {
    const { id } = await cards.start(newCard(simulator, 2001));
    simulator.fault({ kind: 'errcode', path: SET, errcode: 85441 });
    await cards.update(id, { state: 2, fields: fieldsFor(2001, 2) }).catch(() => undefined);
    const run = async (...args: string[]) => called('show', ...args);
    const called = async (...args: string[]) => {
      const env = { WEIXIN_SUBSCRIBE_URL: `${host.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: SERVICE_KEY };
      const cli = new Cli(['card', ...args], { env });
      cli.close();
      return { code: await cli.exit(), out: cli.stdout.trim().split('\n'), err: cli.stderr };
    };
    const { code, out, err } = await run(id, '--live');
    expect(err).toBe('');
    expect([code, out]).toEqual([
      0,
      [
        expect.stringMatching(`^card ${id} of ${appId}, type 2001, to o`),
        expect.stringMatching('^active, state 1, until 2'),
        'at WeChat: state 1, code 0',
        expect.stringMatching(/^ {2}2 2\S+ state 2 failed errcode 85441$/),
        expect.stringMatching(/^ {2}1 2\S+ state 1 sent$/),
      ],
    ]);
    const explained = await called('explain', id, '--lang', 'zh');
    expect(explained.err).toBe('');
    expect(explained.out).toEqual(
      expect.arrayContaining([
        'NOT-SENT',
        expect.stringMatching(/^request-refused +微信拒绝了请求（errcode 85441）/),
        expect.stringMatching(/^2\S+ failed state 2 \(errcode 85441\)$/),
        expect.stringMatching(/^2\S+ activated$/),
      ]),
    );
    const unknown = await run(`${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`);
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('there is no card')]);
    expect((await run('x')).err).toContain('"x" is not the id of a card');
  }, 60_000);

  it('answers 202 and where to look, while a payment is not known', async () => {
    simulator.updateAccount(appId, { cardOrderDelaySeconds: 90 });
    const answer = await api().post('/weixin/cards').set(KEY).send(newCard(simulator, 2001));
    expect(answer.status).toBe(202);
    expect(answer.headers.location).toBe(`cards/${answer.body.id}`);
  });
});
