import { type FaultOptions, type WeixinSimulator } from 'weixin-simulator';
import {
  closeSimulators,
  confirmUrl,
  fetchStable,
  fetchToken,
  getJson,
  MOBILE,
  messageTo,
  OFFICIAL,
  SEND_PATH,
  send,
  startSimulator,
  tokenUrl,
} from './support.js';

afterEach(closeSimulators);

async function ready() {
  const simulator = await startSimulator();
  const openid = simulator.openid('xiaoming', OFFICIAL);
  simulator.confirm({ openid, scene: 1000 });
  const token = await fetchToken(simulator);
  return { simulator, openid, token };
}

/** A send as a client lives it: HTTP status and body, or `reset` or `silence` where there is no answer. */
async function attempt(simulator: WeixinSimulator, token: string, openid: string): Promise<string> {
  try {
    const response = await fetch(`${simulator.url}${SEND_PATH}?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify(messageTo(openid)),
      signal: AbortSignal.timeout(500),
    });
    return `${response.status} ${await response.text()}`;
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'silence' : 'reset';
  }
}

const OK = '200 {"errcode":0,"errmsg":"ok"}';

describe('what a caller lives through, and whether the message went out', () => {
  it.each<[FaultOptions, RegExp, number]>([
    [{ kind: 'reset-before' }, /^reset$/, 0],
    [{ kind: 'reset-after' }, /^reset$/, 1],
    [{ kind: 'hang' }, /^silence$/, 0],
    [{ kind: 'hang', when: 'after' }, /^silence$/, 1],
    [{ kind: 'latency', delayMs: 5000, when: 'after' }, /^silence$/, 1],
    [{ kind: 'latency', delayMs: 10 }, /^200 \{"errcode":0,/, 1],
    [{ kind: 'slow-body', delayMs: 5000 }, /^silence$/, 1],
    [{ kind: 'compressed' }, /^200 \{"errcode":0,"errmsg":"ok"\}$/, 1],
    [{ kind: 'compressed', encoding: 'br' }, /^200 \{"errcode":0,"errmsg":"ok"\}$/, 1],
    [{ kind: 'slow-body', delayMs: 10 }, /^200 \{"errcode":0,"errmsg":"ok"\}$/, 1],
    [{ kind: 'status' }, /^502 <html>/, 0],
    [{ kind: 'status', status: 503, when: 'after' }, /^503 <html>/, 1],
    [{ kind: 'html' }, /^200 <html>/, 0],
    [{ kind: 'empty' }, /^200 $/, 0],
    [{ kind: 'empty', when: 'after' }, /^200 $/, 1],
    [{ kind: 'truncated' }, /^200 \{"errcode":0,$/, 1],
    [{ kind: 'errcode' }, /^200 \{"errcode":-1,"errmsg":"system error rid: /, 0],
    [{ kind: 'errcode', when: 'after' }, /^200 \{"errcode":-1,/, 1],
    [{ kind: 'errcode', errcode: 43108 }, /^200 \{"errcode":43108,/, 0],
    [{ kind: 'errcode', errcode: 12345, errmsg: 'new' }, /^200 \{"errcode":12345,"errmsg":"new rid: /, 0],
    [{ kind: 'kill-token' }, /^200 \{"errcode":40001,/, 0],
  ])('%j', async (fault, answer, delivered) => {
    const { simulator, openid, token } = await ready();
    simulator.fault({ path: SEND_PATH, ...fault });
    expect(await attempt(simulator, token, openid)).toMatch(answer);
    expect(simulator.inbox(openid)).toHaveLength(delivered);
    expect(simulator.calls().at(-1)?.faults).toEqual([fault.kind]);
    // Only the next answer was bent. What was processed is 43101 now: the rule clients have to live with (row
    // 11).
    const fresh = fault.kind === 'kill-token' ? await fetchToken(simulator) : token;
    expect(await attempt(simulator, fresh, openid)).toMatch(delivered ? /"errcode":43101/ : OK);
    expect(simulator.inbox(openid)).toHaveLength(1);
  });
});

it.each<FaultOptions>([{ kind: 'reset-after' }, { kind: 'hang', when: 'after' }])(
  'records a call whose answer was lost with what would have been said: %j',
  async (fault) => {
    const { simulator, openid, token } = await ready();
    simulator.fault({ ...fault, path: SEND_PATH });
    await attempt(simulator, token, openid);
    expect(simulator.calls().at(-1)).toMatchObject({
      status: null,
      answer: { errcode: 0 },
      appId: OFFICIAL,
      openid,
    });
    expect(simulator.counters().errcodes[SEND_PATH]).toEqual({ lost: 1 });
  },
);

describe('aim', () => {
  it('meets only the path, account and person named', async () => {
    const { simulator, openid, token } = await ready();
    simulator.fault({ kind: 'errcode', path: '/cgi-bin/stable_token' });
    simulator.fault({ kind: 'errcode', appId: MOBILE });
    simulator.fault({ kind: 'errcode', openid: simulator.openid('laowang', OFFICIAL) });
    expect(await attempt(simulator, token, openid)).toBe(OK);
    expect((await fetchStable(simulator)).errcode).toBe(-1);
    expect((await send(simulator, await fetchToken(simulator, MOBILE).catch(() => ''), '')).errcode).toBe(
      41001,
    );
    expect((await send(simulator, token, messageTo(simulator.openid('laowang', OFFICIAL)))).errcode).toBe(-1);
    expect(simulator.faults()).toEqual([]);
  });

  it('meets the account in a token call, in a JSON body and behind a token', async () => {
    const { simulator, token } = await ready();
    simulator.fault({ kind: 'errcode', appId: OFFICIAL, times: 3 });
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(-1);
    expect((await fetchStable(simulator)).errcode).toBe(-1);
    expect((await send(simulator, token, '')).errcode).toBe(-1);
    expect((await send(simulator, token, '')).errcode).toBe(44002);
  });

  it('meets paths by a beginning', async () => {
    const { simulator, token } = await ready();
    simulator.fault({ kind: 'errcode', path: '/cgi-bin/message/*' });
    expect((await fetchStable(simulator)).errcode).toBeUndefined();
    expect((await send(simulator, token, '')).errcode).toBe(-1);
  });

  it('meets the confirm page too', async () => {
    const simulator = await startSimulator();
    simulator.fault({
      kind: 'status',
      path: '/mp/subscribemsg',
      openid: simulator.openid('laowang', OFFICIAL),
    });
    const tap = (person: string) =>
      fetch(confirmUrl(simulator), {
        method: 'POST',
        body: new URLSearchParams({ answer: 'confirm', person }),
        redirect: 'manual',
      });
    expect((await tap('xiaoming')).status).toBe(302);
    expect((await tap('laowang')).status).toBe(502);
  });

  it('lasts n calls, or until cleared', async () => {
    const { simulator, token } = await ready();
    simulator.fault({ kind: 'errcode', times: 2 });
    const id = simulator.fault({ kind: 'errcode', errcode: 50002, times: 'forever' });
    const errcodes: (number | undefined)[] = [];
    for (let call = 0; call < 5; call += 1) errcodes.push((await send(simulator, token, '')).errcode);
    expect(errcodes).toEqual([-1, -1, 50002, 50002, 50002]);
    expect(simulator.faults()).toMatchObject([{ id, used: 3 }]);
    simulator.clearFaults(id);
    expect((await send(simulator, token, '')).errcode).toBe(44002);
  });

  it('follows a probability under the seed', async () => {
    const run = async (): Promise<string> => {
      const simulator = await startSimulator({ seed: 'seed' });
      simulator.fault({ kind: 'errcode', probability: 0.5, times: 'forever' });
      let pattern = '';
      for (let call = 0; call < 20; call += 1)
        pattern += (await send(simulator, 'x', '')).errcode === -1 ? 'x' : '.';
      return pattern;
    };
    const pattern = await run();
    expect(pattern).toMatch(/x.*\.|\..*x/);
    expect(await run()).toBe(pattern);
  });
});

describe('tokens', () => {
  it('die upstream, one family or both', async () => {
    const { simulator, token } = await ready();
    const stable = (await fetchStable(simulator)).access_token ?? '';
    expect(simulator.killToken(OFFICIAL, 'token')).toBe(1);
    expect((await send(simulator, token, '')).errcode).toBe(40001);
    expect((await send(simulator, stable, '')).errcode).toBe(44002);
    expect(simulator.killToken(OFFICIAL)).toBe(1);
    expect((await send(simulator, stable, '')).errcode).toBe(40001);
    expect((await fetchStable(simulator)).access_token).not.toBe(stable);
  });

  it('are minted behind the back without being counted', async () => {
    const { simulator, token } = await ready();
    const other = simulator.mintBehindBack(OFFICIAL);
    simulator.advance(300_000);
    expect((await send(simulator, token, '')).errcode).toBe(40001);
    expect((await send(simulator, other, '')).errcode).toBe(44002);
    expect(simulator.counters().mints).toEqual({ [`${OFFICIAL}:token`]: 1 });
  });
});

describe('what happens upstream, as a call arrives', () => {
  const upstream: [FaultOptions, number][] = [
    [{ kind: 'kill-token' }, 40001],
    [{ kind: 'clock-jump' }, 42001],
    [{ kind: 'clock-jump', moveMs: 7_199_999 }, 0],
    [{ kind: 'quota-full' }, 45009],
    [{ kind: 'mint-behind-back' }, 0],
  ];

  it.each(upstream)('%j: %d', async (fault, errcode) => {
    const { simulator, openid, token } = await ready();
    simulator.fault({ ...fault, path: SEND_PATH });
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(errcode);
    expect(simulator.calls().at(-1)?.faults).toEqual([fault.kind]);
    expect(simulator.inbox()).toHaveLength(errcode === 0 ? 1 : 0);
  });

  it('a token minted behind the back ends the own one after five minutes', async () => {
    const { simulator, openid, token } = await ready();
    simulator.fault({ kind: 'mint-behind-back', path: SEND_PATH });
    await send(simulator, token, messageTo(openid));
    simulator.advance(300_000);
    expect((await send(simulator, token, '')).errcode).toBe(40001);
    expect(simulator.counters().mints).toEqual({ [`${OFFICIAL}:token`]: 1 });
  });

  it('a filled quota lasts until midnight in Shanghai, and shows in quota/get', async () => {
    const { simulator, token } = await ready();
    simulator.updateAccount(OFFICIAL, { dailyQuota: 10 });
    simulator.fillQuota(OFFICIAL);
    simulator.fillQuota(OFFICIAL, '/cgi-bin/token');
    expect((await getJson(tokenUrl(simulator))).errcode).toBe(45009);
    expect((await send(simulator, token, '')).errcode).toBe(45009);
    const quota = await fetch(`${simulator.url}/cgi-bin/openapi/quota/get?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify({ cgi_path: SEND_PATH }),
    });
    expect(await quota.json()).toMatchObject({ quota: { daily_limit: 10, used: 10, remain: 0 } });
    simulator.advance(12 * 60 * 60 * 1000);
    expect((await send(simulator, await fetchToken(simulator), '')).errcode).toBe(44002);
    expect(() => simulator.fillQuota(OFFICIAL, '/nowhere')).toThrow('path: no API "/nowhere"');
    expect(() => simulator.fillQuota('wx0')).toThrow('appId: no account "wx0"');
  });

  it('does nothing to a call of no account', async () => {
    const { simulator } = await ready();
    for (const kind of ['kill-token', 'mint-behind-back', 'quota-full'] as const)
      simulator.fault({ kind, path: '/cgi-bin/nothing' });
    expect((await getJson(`${simulator.url}/cgi-bin/nothing?appid=constructor`)).errcode).toBe(40066);
    expect(simulator.tokens()).toHaveLength(1);
  });
});

describe('whether an unclear answer used the grant up (row 11)', () => {
  it.each<[FaultOptions, object, number]>([
    [{ kind: 'errcode' }, {}, 0],
    [{ kind: 'errcode' }, { systemErrorUses: true }, 1],
    [{ kind: 'errcode', when: 'before' }, { systemErrorUses: true }, 0],
    [{ kind: 'errcode', errcode: 45011 }, { systemErrorUses: true }, 0],
    [{ kind: 'hang' }, {}, 0],
    [{ kind: 'hang' }, { silenceUses: true }, 1],
    [{ kind: 'hang', when: 'before' }, { silenceUses: true }, 0],
    [{ kind: 'hang', when: 'after' }, {}, 1],
  ])('%j under %j: %d', async (fault, switches, delivered) => {
    const { simulator, openid, token } = await ready();
    simulator.updateAccount(OFFICIAL, switches);
    simulator.fault({ path: SEND_PATH, ...fault });
    await attempt(simulator, token, openid);
    expect(simulator.inbox(openid)).toHaveLength(delivered);
    expect(simulator.grants(openid)).toMatchObject([{ status: delivered ? 'used' : 'outstanding' }]);
  });
});

describe('sends to one person at the same time (row 40)', () => {
  const overlap = async (overlappingSends: 'allow' | 'refuse') => {
    const { simulator, openid, token } = await ready();
    const other = simulator.openid('laowang', OFFICIAL);
    simulator.updateAccount(OFFICIAL, { overlappingSends });
    simulator.confirm({ openid, scene: 2 });
    simulator.confirm({ openid: other, scene: 1000 });
    simulator.fault({ kind: 'latency', delayMs: 50, times: 3 });
    const bodies = [messageTo(openid), messageTo(openid, { scene: 2 }), messageTo(other)];
    const answers = await Promise.all(bodies.map((body) => send(simulator, token, body)));
    const later = await send(simulator, token, messageTo(openid, { scene: 2 }));
    return [...answers, later].map((answer) => answer.errcode);
  };

  it('are all accepted', async () => {
    expect(await overlap('allow')).toEqual([0, 0, 0, 43101]);
  });

  it('answer 43108 to all but the first under the switch, and keep the grant', async () => {
    const errcodes = await overlap('refuse');
    expect(errcodes.slice(0, 2).sort()).toEqual([0, 43108]);
    expect(errcodes[2]).toBe(0);
  });
});

it('closes at once while calls hang, wait and trickle', async () => {
  const { simulator, openid, token } = await ready();
  for (const kind of ['hang', 'latency', 'slow-body'] as const)
    simulator.fault({ kind, delayMs: 600_000, path: SEND_PATH });
  const calls = [1, 2, 3].map(() =>
    fetch(`${simulator.url}${SEND_PATH}?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify(messageTo(openid)),
    })
      .then((response) => response.text())
      .catch(() => 'lost'),
  );
  while (simulator.faults().length > 0) await new Promise(setImmediate);
  await simulator.close();
  expect(await Promise.all(calls)).toEqual(['lost', 'lost', 'lost']);
});

it.each<[object, string]>([
  [{}, 'fault.kind: is required'],
  [{ kind: 'explode' }, 'fault.kind: must be one of "latency"'],
  [{ kind: 'hang', times: 0 }, 'fault.times: must be a number from 1'],
  [{ kind: 'hang', probability: 2 }, 'fault.probability: must be a number from 0 to 1'],
  [{ kind: 'hang', pathh: '/' }, 'fault.pathh: is not a known field'],
])('refuses the fault %j', async (fault, message) => {
  const simulator = await startSimulator();
  expect(() => simulator.fault(fault as FaultOptions)).toThrow(message);
});
