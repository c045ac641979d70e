import type { SimulatorOptions, WeixinSimulator } from 'weixin-simulator';
import { closeSimulators, fetchToken, messageTo, OFFICIAL, send, startSimulator } from './support.js';

afterEach(closeSimulators);

type Step = `confirm ${number}` | `cancel ${number}` | `send ${number}` | `wait ${number}s`;

/** Runs the steps for one person and gives the errcodes of the sends; the number is the scene. */
async function play(options: SimulatorOptions, steps: Step[]): Promise<number[]> {
  const simulator = await startSimulator(options);
  const openid = simulator.openid('xiaoming', OFFICIAL);
  const token = await fetchToken(simulator);
  const errcodes: number[] = [];
  for (const step of steps) {
    const [verb, number = ''] = step.split(' ');
    const scene = Number.parseInt(number, 10);
    if (verb === 'confirm') simulator.confirm({ openid, scene });
    else if (verb === 'cancel') simulator.cancel({ openid, scene });
    else if (verb === 'wait') simulator.advance(scene * 1000);
    else errcodes.push((await send(simulator, token, messageTo(openid, { scene }))).errcode ?? -1);
  }
  expect(simulator.counters().maxDeliveriesPerGrant).toBeLessThanOrEqual(1);
  return errcodes;
}

describe('rules of a grant', () => {
  it.each<[string, SimulatorOptions, Step[], number[]]>([
    [
      'row 1: two confirms of one scene are one grant',
      {},
      ['confirm 1', 'confirm 1', 'send 1', 'send 1'],
      [0, 43101],
    ],
    [
      'row 1, switch: they count',
      { grantRule: 'count' },
      ['confirm 1', 'confirm 1', 'send 1', 'send 1', 'send 1'],
      [0, 0, 43101],
    ],
    [
      'row 2: scenes are independent',
      {},
      ['confirm 1', 'confirm 2', 'send 2', 'send 1', 'send 1'],
      [0, 0, 43101],
    ],
    [
      'row 3: a confirm after the use is a new grant',
      {},
      ['confirm 1', 'send 1', 'confirm 1', 'send 1'],
      [0, 0],
    ],
    ['row 4: a cancel takes nothing away', {}, ['confirm 1', 'cancel 1', 'send 1'], [0]],
    ['row 4, switch: it revokes', { cancelRevokes: true }, ['confirm 1', 'cancel 1', 'send 1'], [43101]],
    ['a cancel gives nothing', {}, ['cancel 1', 'send 1'], [43101]],
    ['row 6: the scene must be the confirmed one', {}, ['confirm 1', 'send 2', 'send 1'], [43101, 0]],
    ['row 8: a grant is used once', {}, ['confirm 0', 'send 0', 'send 0'], [0, 43101]],
    ['row 12: grants do not end', {}, ['confirm 1', 'wait 7000s', 'send 1'], [0]],
    ['row 12, switch: they do', { grantLifetimeSeconds: 60 }, ['confirm 1', 'wait 60s', 'send 1'], [43101]],
    [
      'row 12, switch: a renewal counts anew',
      { grantLifetimeSeconds: 60 },
      ['confirm 1', 'wait 59s', 'confirm 1', 'wait 59s', 'send 1'],
      [0],
    ],
  ])('%s', async (_name, options, steps, errcodes) => {
    expect(await play(options, steps)).toEqual(errcodes);
  });

  it('belongs to one person', async () => {
    const simulator = await startSimulator();
    simulator.confirm({ appId: OFFICIAL, person: 'xiaoming', scene: 1000 });
    const token = await fetchToken(simulator);
    expect((await send(simulator, token, messageTo(simulator.openid('laowang', OFFICIAL)))).errcode).toBe(
      43101,
    );
  });
});

async function sendAtOnce(simulator: WeixinSimulator, times: number): Promise<number[]> {
  const token = await fetchToken(simulator);
  const body = messageTo(simulator.openid('xiaoming', OFFICIAL));
  const answers = await Promise.all(Array.from({ length: times }, () => send(simulator, token, body)));
  return answers.map((answer) => answer.errcode ?? -1).sort((a, b) => a - b);
}

it('gives one message to fifty senders at once (row 9)', async () => {
  const simulator = await startSimulator();
  const { grantId = '' } = simulator.confirm({ appId: OFFICIAL, person: 'xiaoming', scene: 1000 });
  expect(await sendAtOnce(simulator, 50)).toEqual([0, ...Array(49).fill(43101)]);
  expect(simulator.inbox()).toHaveLength(1);
  expect(simulator.counters()).toMatchObject({
    sends: { [OFFICIAL]: 1 },
    deliveriesPerGrant: { [grantId]: 1 },
    maxDeliveriesPerGrant: 1,
    errcodes: { '/cgi-bin/message/template/subscribe': { 0: 1, 43101: 49 } },
  });
});

it('does so also while every call is delayed', async () => {
  const simulator = await startSimulator();
  simulator.confirm({ appId: OFFICIAL, person: 'xiaoming', scene: 1000 });
  simulator.fault({ kind: 'latency', delayMs: 20, times: 'forever' });
  expect(await sendAtOnce(simulator, 20)).toEqual([0, ...Array(19).fill(43101)]);
});

it('tells what became of each grant', async () => {
  const simulator = await startSimulator({ grantLifetimeSeconds: 60, cancelRevokes: true });
  const openid = simulator.openid('xiaoming', OFFICIAL);
  for (const scene of [1, 2, 3]) simulator.confirm({ openid, scene });
  simulator.cancel({ openid, scene: 3 });
  await send(simulator, await fetchToken(simulator), messageTo(openid, { scene: 1 }));
  simulator.advance(60_000);
  simulator.confirm({ openid, scene: 4 });
  simulator.confirm({ openid, scene: 4 });
  expect(simulator.grants(openid).map(({ scene, status, confirms }) => [scene, status, confirms])).toEqual([
    [1, 'used', 1],
    [2, 'expired', 1],
    [3, 'revoked', 1],
    [4, 'outstanding', 2],
  ]);
  expect(simulator.grants(simulator.openid('laowang', OFFICIAL))).toEqual([]);
});
