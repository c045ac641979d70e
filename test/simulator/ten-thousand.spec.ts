import fc from 'fast-check';
import { type Received, startInProcess } from './in-process.js';
import { messageTo, NOON, OFFICIAL, SECRETS, SEND_PATH, TEMPLATE } from './support.js';

const PEOPLE = ['xiaoming', 'laowang'];
const person = fc.constantFrom(...PEOPLE);
const scene = fc.constantFrom(0, 1, 10_000);
const nonsense = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('', '%', '%00', '<script>', '字'));
const anyJson = fc.jsonValue({ maxDepth: 1, stringUnit: 'binary' });
const asked = fc.oneof(
  anyJson,
  fc.record({
    cgi_path: fc.constantFrom(SEND_PATH, '/cgi-bin/nothing', 'x'),
    appid: fc.constant(OFFICIAL),
    rid: nonsense,
  }),
);
const kind = <T extends string>(name: T) => fc.constant(name);

const UPKEEP = [
  'clear_quota',
  'clear_quota/v2',
  'openapi/quota/get',
  'openapi/quota/clear',
  'openapi/rid/get',
];
const READERS = ['get_api_domain_ip', 'getcallbackip', 'callback/check', 'token', 'stable_token'];
const PLATFORM_FAULTS = ['kill-token', 'mint-behind-back', 'clock-jump', 'quota-full'] as const;

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind('confirm'), person, scene }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('tap'),
      person,
      scene,
      answer: fc.constantFrom('confirm', 'cancel', 'x'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: kind('send'), person, scene, times: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('bent'),
      person,
      scene,
      errcode: fc.constantFrom(-1, 45011),
      when: fc.constantFrom('before', 'after'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('upstream'),
      person,
      scene,
      fault: fc.constantFrom(...PLATFORM_FAULTS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('junk'),
      field: fc.constantFrom('touser', 'template_id', 'scene', 'title', 'url', 'data', 'miniprogram'),
      value: anyJson,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('raw'), body: fc.uint8Array({ maxLength: 30 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('upkeep'),
      path: fc.constantFrom(...UPKEEP, ...READERS),
      method: fc.constantFrom('GET', 'POST', 'PUT'),
      body: asked,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('page'), name: nonsense, value: nonsense }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('control'),
      path: fc.constantFrom(
        'confirm',
        'tap',
        'faults',
        'people',
        'tokens/kill',
        'quotas/fill',
        'clock/advance',
        'nothing',
      ),
      body: anyJson,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('panel'),
      do: fc.constantFrom('advance', 'kill', 'fault', 'person', 'toString'),
      value: nonsense,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('mint'), family: fc.constantFrom('token', 'stable', 'force') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('advance'), seconds: fc.integer({ min: 0, max: 9000 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Simulator = Awaited<ReturnType<typeof startInProcess>>;

/** Like `expect`, which would take longer than everything that is looked at here. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Documented successes without an errcode. */
const SUCCESSES = ['access_token', 'ip_list', 'dns', 'ping'];

/**
 * What the API said; never a crash, never silence, never anything without an errcode that is not a documented
 * success.
 */
function errcodeOf({ status, body }: Received): number {
  const answer = JSON.parse(body) as Record<string, unknown>;
  must(status === 200, `status ${status}`);
  if (SUCCESSES.some((field) => field in answer)) return 0;
  must(typeof answer.errcode === 'number', `no errcode: ${body}`);
  return answer.errcode as number;
}

/** Knows by itself who may be sent one message. */
class Model {
  readonly open = new Set<string>();
  delivered = 0;
  token = '';

  constructor(private readonly simulator: Simulator) {}

  async run(each: Step): Promise<void> {
    const { control, call } = this.simulator;
    switch (each.kind) {
      case 'confirm':
        control.confirm({ appId: OFFICIAL, person: each.person, scene: each.scene });
        this.open.add(`${each.person} ${each.scene}`);
        return;
      case 'tap': {
        const query = {
          action: 'get_confirm',
          appid: OFFICIAL,
          scene: String(each.scene),
          template_id: TEMPLATE,
        };
        const url = `/mp/subscribemsg?${new URLSearchParams({ ...query, redirect_url: 'http://localhost/' })}`;
        const form = String(new URLSearchParams({ answer: each.answer, person: each.person }));
        const { status } = await call('POST', url, form);
        must(status === (each.answer === 'x' ? 200 : 302), `status ${status} after a tap`);
        if (each.answer === 'confirm') this.open.add(`${each.person} ${each.scene}`);
        return;
      }
      case 'send':
        return this.send(each, each.times);
      case 'bent':
        control.fault({
          kind: 'errcode',
          errcode: each.errcode,
          when: each.when as 'before',
          path: SEND_PATH,
        });
        return this.send(each, 1, each.errcode);
      case 'upstream':
        control.fault({ kind: each.fault, path: SEND_PATH });
        return this.send(each, 1);
      case 'junk':
        return this.refused({ ...this.message('xiaoming', 5), [each.field]: each.value });
      case 'raw':
        must(errcodeOf(await this.post(Buffer.from(each.body))) !== 0, 'bytes were accepted');
        return;
      case 'upkeep': {
        const body = each.method === 'GET' ? undefined : JSON.stringify(each.body);
        errcodeOf(await call(each.method, `/cgi-bin/${each.path}?access_token=${this.token}`, body));
        return;
      }
      case 'page': {
        const query = new URLSearchParams({ [each.name]: each.value, appid: OFFICIAL });
        const { status, body } = await call('GET', `/mp/subscribemsg?${query}&action=get_confirm`);
        must(status === 200 && !body.includes('<script'), `page: ${status} ${body}`);
        return;
      }
      case 'control': {
        const answer = await call(
          'POST',
          `/_simulator/${each.path}`,
          JSON.stringify(each.body),
          'application/json',
        );
        must(answer.status < 500, `control: ${answer.status} ${answer.body}`);
        // What it may have changed is not this model's business.
        control.clearFaults();
        return;
      }
      case 'panel': {
        const form = String(
          new URLSearchParams({ do: each.do, ms: each.value, name: each.value, appId: each.value }),
        );
        const type = 'application/x-www-form-urlencoded';
        const answer = await call('POST', '/_simulator/panel', form, type);
        must([303, 400].includes(answer.status), `panel: ${answer.status}`);
        return;
      }
      case 'mint':
        return this.mint(each.family);
      case 'advance':
        control.advance(each.seconds * 1000);
    }
  }

  async mint(family: string): Promise<void> {
    const { call } = this.simulator;
    const fields = { grant_type: 'client_credential', appid: OFFICIAL, secret: SECRETS[OFFICIAL] as string };
    const answer =
      family === 'token'
        ? await call('GET', `/cgi-bin/token?${new URLSearchParams(fields)}`)
        : await call(
            'POST',
            '/cgi-bin/stable_token',
            JSON.stringify({ ...fields, force_refresh: family === 'force' }),
          );
    errcodeOf(answer);
    this.token = JSON.parse(answer.body).access_token ?? this.token;
  }

  /** Sends the same message at once; `bentTo` is what one of them is told whatever happened. */
  private async send(to: { person: string; scene: number }, times: number, bentTo?: number): Promise<void> {
    const key = `${to.person} ${to.scene}`;
    const before = this.simulator.control.inbox().length;
    const body = JSON.stringify(this.message(to.person, to.scene));
    const answers = await Promise.all(Array.from({ length: times }, () => this.post(body)));
    const errcodes = answers.map(errcodeOf);
    const delivered = this.simulator.control.inbox().length - before;
    must(delivered <= (this.open.has(key) ? 1 : 0), `${delivered} messages for ${key}`);
    const said = errcodes.filter((errcode) => errcode === 0).length;
    if (bentTo === undefined) must(said === delivered, `${said} successes, ${delivered} messages`);
    else must(errcodes[0] === bentTo, `${errcodes[0]} instead of ${bentTo}`);
    // With a good token and quota an outstanding grant always gives its message.
    const unused = errcodes.includes(43101) && said === 0 && this.open.has(key);
    must(bentTo !== undefined || !unused, `${key} was refused though outstanding`);
    if (delivered === 1) this.open.delete(key);
    this.delivered += delivered;
  }

  private async refused(body: object): Promise<void> {
    must(errcodeOf(await this.post(JSON.stringify(body))) !== 0, `accepted: ${JSON.stringify(body)}`);
  }

  private message(to: string, sceneNumber: number): object {
    return messageTo(this.simulator.control.openid(to, OFFICIAL), { scene: sceneNumber });
  }

  private post(body: string | Buffer): Promise<Received> {
    return this.simulator.call('POST', `${SEND_PATH}?access_token=${this.token}`, body);
  }
}

const RUNS = 10_000;

it(`survives ${RUNS} random sequences: always an errcode, never two messages for one grant`, async () => {
  const simulator = await startInProcess({ clock: { frozen: true, startAt: NOON }, tokenDailyQuota: null });
  const errcodes = new Set<string>();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      simulator.control.reset();
      const model = new Model(simulator);
      await model.mint('token');
      for (const each of steps) await model.run(each);
      const counters = simulator.control.counters();
      must(
        simulator.control.inbox().length === model.delivered,
        'the inbox does not hold what was delivered',
      );
      must(counters.maxDeliveriesPerGrant <= 1, 'one grant gave two messages');
      const used = simulator.control.grants().filter((grant) => grant.status === 'used');
      must(used.length === model.delivered, `${used.length} grants used for ${model.delivered} messages`);
      for (const tally of Object.values(counters.errcodes))
        for (const code of Object.keys(tally)) errcodes.add(code);
      runs += 1;
    }),
    { numRuns: RUNS },
  );
  await simulator.close();
  expect(runs).toBe(RUNS);
  // The sequences went where it matters.
  for (const code of ['0', '-1', '40001', '40003', '42001', '43101', '45009', '47001', '76021'])
    expect([...errcodes]).toContain(code);
}, 240_000);
