import fc from 'fast-check';
import type { WeixinSimulator } from 'weixin-simulator';
import {
  type ApiAnswer,
  closeSimulators,
  getJson,
  MINI,
  messageTo,
  OFFICIAL,
  SEND_PATH,
  startSimulator,
  TEMPLATE,
  tokenUrl,
} from './support.js';

afterAll(closeSimulators);

const PEOPLE = ['xiaoming', 'laowang'];
const person = fc.constantFrom(...PEOPLE);
const scene = fc.constantFrom(0, 1, 10_000);
/** Dot segments would be resolved by fetch and leave the API. */
const path = fc.webPath().filter((each) => !/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(each));

const junkFields = fc.record(
  {
    touser: fc.oneof(fc.string(), fc.jsonValue()),
    template_id: fc.oneof(fc.constant(TEMPLATE), fc.jsonValue()),
    scene: fc.oneof(fc.integer(), fc.jsonValue()),
    title: fc.oneof(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
    url: fc.jsonValue(),
    data: fc.oneof(
      fc.record({ content: fc.record({ value: fc.jsonValue(), color: fc.jsonValue() }) }),
      fc.jsonValue(),
    ),
    miniprogram: fc.oneof(
      fc.record({ appid: fc.constantFrom(MINI, 'x'), pagepath: fc.jsonValue() }),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('confirm' as const), person, scene }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), person, scene }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      person,
      scene,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('junk' as const), person, fields: junkFields }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('raw' as const), body: fc.uint8Array({ maxLength: 40 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('path' as const),
      path,
      method: fc.constantFrom('GET', 'POST', 'PUT'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mint' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      seconds: fc.integer({ min: 0, max: 9000 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What this test knows by itself: who may be sent one message, and which answers came. */
class Model {
  readonly open = new Set<string>();
  accepted = 0;
  token = '';

  constructor(private readonly simulator: WeixinSimulator) {}

  async run(each: Step): Promise<void> {
    const { simulator } = this;
    switch (each.kind) {
      case 'confirm':
        simulator.confirm({ appId: OFFICIAL, ...pick(each) });
        this.open.add(`${each.person} ${each.scene}`);
        return;
      case 'cancel':
        simulator.cancel({ appId: OFFICIAL, ...pick(each) });
        return;
      case 'send': {
        const body = JSON.stringify(
          messageTo(simulator.openid(each.person, OFFICIAL), { scene: each.scene }),
        );
        const answers = await Promise.all(Array.from({ length: each.times }, () => this.post(body)));
        const zeros = answers.filter((answer) => answer.errcode === 0).length;
        const expected =
          this.open.has(`${each.person} ${each.scene}`) && !answers.some((answer) => isTokenError(answer))
            ? 1
            : 0;
        expect(zeros).toBe(expected);
        if (zeros === 1) this.open.delete(`${each.person} ${each.scene}`);
        this.accepted += zeros;
        return;
      }
      case 'junk': {
        const body = { ...messageTo(simulator.openid(each.person, OFFICIAL), { scene: 5 }), ...each.fields };
        expect((await this.post(JSON.stringify(body))).errcode).not.toBe(0);
        return;
      }
      case 'raw':
        expect((await this.post(each.body)).errcode).not.toBe(0);
        return;
      case 'path': {
        const url = `${simulator.url}/cgi-bin${each.path}`;
        check(await getJson(url, { method: each.method, ...(each.method === 'GET' ? {} : { body: '{}' }) }));
        return;
      }
      case 'mint': {
        const answer = await getJson(tokenUrl(simulator));
        this.token = answer.access_token ?? this.token;
        return;
      }
      case 'kill':
        simulator.killToken(OFFICIAL);
        return;
      case 'advance':
        simulator.advance(each.seconds * 1000);
    }
  }

  private async post(body: string | Uint8Array): Promise<ApiAnswer> {
    const init = { method: 'POST', body: body as BodyInit };
    return check(await getJson(`${this.simulator.url}${SEND_PATH}?access_token=${this.token}`, init));
  }
}

const pick = ({ person, scene }: { person: string; scene: number }) => ({ person, scene });
const isTokenError = ({ errcode = 0 }: ApiAnswer) => [40001, 40014, 41001, 42001].includes(errcode);

/** Every answer has an errcode, and never the one that would mean a crash inside. */
function check(answer: ApiAnswer): ApiAnswer {
  expect(typeof answer.errcode).toBe('number');
  expect(answer.errcode).not.toBe(-1);
  return answer;
}

it('survives any sequence of calls, always answers an errcode, and never gives two messages for one grant', async () => {
  const simulator = await startSimulator({ tokenDailyQuota: null });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      simulator.reset();
      const model = new Model(simulator);
      await model.run({ kind: 'mint' });
      for (const each of steps) await model.run(each);
      expect(simulator.inbox()).toHaveLength(model.accepted);
      expect(simulator.counters().maxDeliveriesPerGrant).toBeLessThanOrEqual(1);
      const used = simulator.grants().filter((grant) => grant.status === 'used');
      expect(used).toHaveLength(model.accepted);
    }),
    { numRuns: 150, interruptAfterTimeLimit: 4000 },
  );
}, 20_000);
