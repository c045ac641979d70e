import {
  closeSimulators,
  fetchStable,
  fetchToken,
  getJson,
  messageTo,
  NOON,
  OFFICIAL,
  send,
  startSimulator,
  tokenUrl,
} from './support.js';

afterEach(closeSimulators);

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** 2026-10-08 00:00 in Shanghai. */
const MIDNIGHT = NOON + 12 * HOUR;

describe('two hours of platform time pass in a moment', () => {
  it('for a host that refreshes hourly, as the guide advises: never without a valid token, three mints', async () => {
    const simulator = await startSimulator();
    const openid = simulator.openid('xiaoming', OFFICIAL);
    let token = await fetchToken(simulator);
    for (let minute = 0; minute <= 120; minute += 1) {
      if (minute > 0 && minute % 60 === 0) token = await fetchToken(simulator);
      simulator.confirm({ openid, scene: 1000 });
      expect((await send(simulator, token, messageTo(openid))).errcode).toBe(0);
      simulator.advance(MINUTE);
    }
    expect(simulator.inbox()).toHaveLength(121);
    expect(simulator.counters().mints).toEqual({ [`${OFFICIAL}:token`]: 3 });
  });

  it('for a host that never refreshes: 42001 after exactly 7200 seconds', async () => {
    const simulator = await startSimulator();
    const token = await fetchToken(simulator);
    const received: (number | undefined)[] = [];
    for (const wait of [0, HOUR, HOUR - 1, 1]) {
      simulator.advance(wait);
      received.push((await send(simulator, token, '')).errcode);
    }
    expect(received).toEqual([44002, 44002, 44002, 42001]);
  });

  it('for two hosts on stable_token: always the same token, one rotation, both tokens valid around it', async () => {
    const simulator = await startSimulator();
    const seen: string[] = [];
    for (let minute = 0; minute < 120; minute += 1) {
      const [one, other] = [await fetchStable(simulator), await fetchStable(simulator)];
      expect(other).toEqual(one);
      expect(one.expires_in).toBeGreaterThan(300);
      if (seen.at(-1) !== one.access_token) seen.push(one.access_token ?? '');
      for (const token of seen) expect((await send(simulator, token, '')).errcode).toBe(44002);
      simulator.advance(MINUTE);
    }
    expect(seen).toHaveLength(2);
    expect((await send(simulator, seen[0] ?? '', '')).errcode).toBe(42001);
  });
});

it("a day's token quota: 2000 mints, then 45009 until midnight in Shanghai", async () => {
  const simulator = await startSimulator();
  const url = tokenUrl(simulator);
  let last = '';
  for (let mint = 0; mint < 2000; mint += 1) last = (await getJson(url)).access_token ?? '';
  expect((await getJson(url)).errcode).toBe(45009);
  expect((await send(simulator, last, '')).errcode).toBe(44002);
  simulator.setClock(MIDNIGHT - 1);
  expect((await getJson(url)).errcode).toBe(45009);
  simulator.advance(1);
  expect((await getJson(url)).access_token).toBeDefined();
  expect(simulator.counters()).toMatchObject({
    mints: { [`${OFFICIAL}:token`]: 2001 },
    errcodes: { '/cgi-bin/token': { 0: 2001, 45009: 2 } },
  });
}, 120_000);

it('a force-refresh day: twenty at least thirty seconds apart, the rest of the day none, the next day again', async () => {
  const simulator = await startSimulator();
  simulator.setClock(MIDNIGHT);
  const tokens = new Set<string>();
  const received: Record<string, number> = {};
  // A host that panics: a forced refresh every ten seconds for half an hour.
  for (let second = 0; second < 1800; second += 10) {
    const { errcode = 0, access_token: token } = await fetchStable(simulator, { force_refresh: true });
    received[errcode] = (received[errcode] ?? 0) + 1;
    if (token) tokens.add(token);
    simulator.advance(10 * SECOND);
  }
  expect(tokens.size).toBe(20);
  // Every third call refreshes, the two after it get the same token; the twentieth token is followed by no
  // other.
  expect(received).toEqual({ 0: 60, 45009: 120 });
  expect(simulator.counters().mints).toEqual({ [`${OFFICIAL}:stable`]: 20 });
  const current = [...tokens].at(-1) ?? '';
  expect((await fetchStable(simulator)).access_token).toBe(current);
  expect((await send(simulator, current, '')).errcode).toBe(44002);
  expect((await send(simulator, [...tokens].at(-2) ?? '', '')).errcode).toBe(40001);
  simulator.setClock(MIDNIGHT + 24 * HOUR - 1);
  expect((await fetchStable(simulator, { force_refresh: true })).errcode).toBe(45009);
  simulator.advance(1);
  expect((await fetchStable(simulator, { force_refresh: true })).access_token).toBeDefined();
});
