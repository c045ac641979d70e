import { SAMPLES, type WeixinSimulator } from 'weixin-simulator';
import { closeSimulators, startSimulator } from './support.js';

// docs/platform.md §15.

afterEach(closeSimulators);

const { appId, appSecret } = SAMPLES.miniProgram;
const PERSON = 'xiaoming';
const GOODS = {
  wxa_path_query: 'pages/index/index',
  product_count: 1,
  product_list: {
    info_list: [{ product_img: 'https://e.com/a', product_name: '阿白', product_path_query: 'p' }],
  },
};
const HOUR = 3_600_000;

let simulator: WeixinSimulator;
let token: string;
async function newToken(): Promise<void> {
  const query = new URLSearchParams({ grant_type: 'client_credential', appid: appId, secret: appSecret });
  const answer = await fetch(`${simulator.url}/cgi-bin/token?${query}`);
  token = ((await answer.json()) as { access_token: string }).access_token;
}
beforeEach(async () => {
  simulator = await startSimulator({ people: [PERSON, 'xiaohong'] });
  await newToken();
});

async function call(name: string, body: unknown): Promise<Record<string, unknown> & { errcode: number }> {
  const url = `${simulator.url}/wxa/${name}?access_token=${token}`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return answer.json() as never;
}

/** A card of a payment; what is given wins. */
function order(person = PERSON) {
  const { transactionId, payAmount, payTime } = simulator.payOrder({ appId, person });
  const about = { openid: simulator.openid(PERSON, appId), notify_type: 2001, notify_code: transactionId };
  const check = { pay_amount: payAmount, pay_time: payTime };
  const set = (state: unknown, more: object = {}) =>
    call('set_user_notify', {
      ...about,
      content_json: JSON.stringify({ cur_status: state, ...GOODS }),
      ...(state === 1 && { check_json: JSON.stringify(check) }),
      ...more,
    });
  return { about, check, set, get: () => call('get_user_notify', about) };
}

const codeOf = async (answer: Promise<{ errcode: number }>) => (await answer).errcode;

it('a payment begins a card, which goes through its states', async () => {
  const { about, set, get } = order();
  expect(await get()).toMatchObject({ errcode: 0, notify_info: { content_json: '', code_state: 0 } });
  for (const state of [1, 2, 4, 6, 8]) expect(await set(state)).toEqual({ errcode: 0, errmsg: 'ok' });
  const { notify_info: info } = (await get()) as unknown as { notify_info: { content_json: string } };
  expect(JSON.parse(info.content_json)).toEqual({ cur_status: 8, ...GOODS });
  expect(simulator.cards()).toMatchObject([
    { code: about.notify_code, states: [1, 2, 4, 6, 8].map((state) => ({ state, notified: state !== 1 })) },
  ]);
});

it.each<[number, string, (made: ReturnType<typeof order>) => Promise<{ errcode: number }>]>([
  [85434, 'a type that does not exist', ({ set }) => set(1, { notify_type: 1002 })],
  [40003, 'somebody of another account', ({ set }) => set(1, { openid: 'o'.repeat(28) })],
  [85437, 'an unknown code', ({ set }) => set(1, { notify_code: '42' })],
  [85437, 'the code of somebody else', ({ set }) => set(1, { openid: simulator.openid('xiaohong', appId) })],
  [85437, 'a type of buttons', ({ set }) => set(1, { notify_type: 1003 })],
  [85433, 'no payment', ({ set }) => set(1, { check_json: undefined })],
  [
    85433,
    'another amount',
    ({ set, check }) => set(1, { check_json: JSON.stringify({ ...check, pay_amount: 1 }) }),
  ],
  [
    85438,
    'an old payment',
    ({ set, check }) => set(1, { check_json: JSON.stringify({ ...check, pay_time: 1 }) }),
  ],
  [85435, 'content that is no text', ({ set }) => set(1, { content_json: { cur_status: 1 } })],
  [85439, 'a state that begins nothing', ({ set, check }) => set(3, { check_json: JSON.stringify(check) })],
  [85439, 'a state that is a text', ({ set, check }) => set('1', { check_json: JSON.stringify(check) })],
  [85440, 'a missing field', ({ set }) => set(1, { content_json: '{"cur_status":1,"wxa_path_query":""}' })],
  [
    85441,
    'a field of another form',
    ({ set }) => set(1, { content_json: JSON.stringify({ cur_status: 1, ...GOODS, product_count: '1' }) }),
  ],
])('answers %i to %s, and stores nothing', async (errcode, _what, act) => {
  expect(await codeOf(act(order()))).toBe(errcode);
  expect(simulator.cards()[0].states).toEqual([]);
});

it('a state may follow what its page says, and itself only where it says so', async () => {
  const { set, check } = order();
  const payment = { check_json: JSON.stringify(check) };
  expect(await codeOf(set(1))).toBe(0);
  expect(await codeOf(set(1, payment))).toBe(85448);
  expect(await codeOf(set(1, { check_json: undefined }))).toBe(85439);
  for (const state of [3, 3, 4]) expect(await codeOf(set(state))).toBe(0);
  for (const state of [3, 1, 4, 12])
    expect([state, await codeOf(set(state))]).toEqual([state, state === 3 ? 85439 : 85439]);
});

it('its time passes on the clock of the simulator', async () => {
  const late = order();
  const { set } = order();
  await set(1);
  simulator.advance(24 * HOUR);
  await newToken();
  expect(await codeOf(late.set(1))).toBe(85438);
  expect(await codeOf(set(2))).toBe(0);
  simulator.advance(29 * 24 * HOUR);
  await newToken();
  expect(await codeOf(set(3))).toBe(85438);
});

it('a payment may be unknown for a while', async () => {
  simulator.updateAccount(appId, { cardOrderDelaySeconds: 60 });
  const { set } = order();
  expect(await codeOf(set(1))).toBe(85437);
  simulator.advance(60_000);
  expect(await codeOf(set(1))).toBe(0);
});

it('a button gives a code for its type, for five minutes', async () => {
  const tap = () => {
    const { code } = simulator.tapActivityButton({ appId, person: PERSON, activityType: '1001' });
    return { openid: simulator.openid(PERSON, appId), notify_type: 1001, notify_code: code };
  };
  const content_json = JSON.stringify({ cur_status: 1, car_kind_count: 0, wxa_path_query: '' });
  const first = tap();
  expect(await codeOf(call('set_user_notify', { ...first, content_json }))).toBe(0);
  expect(await codeOf(call('set_user_notify', { ...first, notify_type: 1005, content_json }))).toBe(85437);
  const second = tap();
  simulator.advance(300_000);
  expect(await codeOf(call('set_user_notify', { ...second, content_json }))).toBe(85438);
});

it('what stands beside a state is text in text', async () => {
  const { about, set, get } = order();
  const ext = (members: object) =>
    call('set_user_notifyext', { ...about, ext_json: JSON.stringify(members) });
  const store = JSON.stringify({ store_name: 'westore' });
  expect(await codeOf(ext({ store_info: store }))).toBe(85470);
  await set(1);
  expect(await codeOf(ext({ store_info: { store_name: 'westore' } }))).toBe(85470);
  expect(await codeOf(ext({ store_info: 'westore' }))).toBe(85445);
  expect(await codeOf(ext({ toString: 'westore' } as never))).toBe(0);
  expect(await codeOf(ext({ store_info: store }))).toBe(0);
  expect(await get()).toMatchObject({ notify_ext_info: { ext_json: JSON.stringify({ store_info: store }) } });
});

it('a blocked code is refused, and its state is said to who asks', async () => {
  const { about, set, get } = order();
  simulator.changeCode({ code: about.notify_code, codeState: 2 });
  expect(await codeOf(set(1))).toBe(85436);
  expect(await get()).toMatchObject({ errcode: 0, notify_info: { code_state: 2 } });
});

it('an update of a card while another one is at work is locked out', async () => {
  const { about, set } = order();
  await set(1);
  simulator.fault({ kind: 'latency', path: '/wxa/set_user_notify', delayMs: 50, times: 2 });
  const answers = await Promise.all([codeOf(set(3)), codeOf(set(3))]);
  expect(answers.sort((one, other) => one - other)).toEqual([0, 85449]);
  expect(simulator.cards()[0].code).toBe(about.notify_code);
});

it.each([
  [{ cardTemplate: 'denied' }, 85461],
  [{ cardAdmission: 'denied' }, 85462],
] as const)('an account with %p hears %i', async (change, errcode) => {
  simulator.updateAccount(appId, change);
  expect(await codeOf(order().set(1))).toBe(errcode);
});

it('a card of an official account does not exist', async () => {
  expect(() => simulator.payOrder({ appId: SAMPLES.officialAccount.appId, person: PERSON })).toThrow('appId');
});

it('asks about a card whose type is denied, but does not set it', async () => {
  const { set, get } = order();
  for (const [denied, errcode] of [
    [{ cardTemplate: 'denied' as const }, 85461],
    [{ cardTemplate: 'added' as const, cardAdmission: 'denied' as const }, 85462],
  ] as const) {
    simulator.updateAccount(appId, denied);
    expect(await codeOf(set(1))).toBe(errcode);
    expect(await codeOf(get())).toBe(0);
  }
});

it.each(['\u0007', '\ud83d'])('refuses ext_json with %j in a text', async (bad) => {
  const { about, set } = order();
  await set(1);
  const ext = (text: string) =>
    call('set_user_notifyext', {
      ...about,
      ext_json: JSON.stringify({ pay_info: JSON.stringify({ text }) }),
    });
  expect(await codeOf(ext('a'))).toBe(0);
  const told = { ...about, ext_json: JSON.stringify({ store_info: `{"name":"${bad}"}` }) };
  expect(await codeOf(call('set_user_notifyext', told))).toBe(85471);
});
