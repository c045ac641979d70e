import { WeixinSimulator } from 'weixin-simulator';
import { miniProgram, SubscribeClient, webPage } from 'weixin-subscribe-client';
import { channelAccounts, channelSimulatorAccounts, MINI_PROGRAM, NOTICES } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { subjectFromHeaders } from '../support/people.js';
import { type Answer, type Answers, SimulatedMiniProgram } from '../support/simulated-mini-program.js';

const { appId } = MINI_PROGRAM;
const [TEMPLATE, OTHER] = MINI_PROGRAM.templates;
const TEMPLATES = [TEMPLATE, OTHER];

describe('the client kit', () => {
  let host: TestApp;
  let simulator: WeixinSimulator;
  let openid: string;
  let phone: SimulatedMiniProgram;
  let waited: number[];

  beforeAll(async () => {
    simulator = await WeixinSimulator.start({ port: 0, accounts: channelSimulatorAccounts() });
    host = await createTestApp({
      simulator,
      options: { accounts: channelAccounts(), authorization: { subject: subjectFromHeaders } },
    });
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });
  beforeEach(async () => {
    simulator.reset();
    await emptyLedger(host.dataSource);
    openid = simulator.openid('xiaoming', appId);
    phone = new SimulatedMiniProgram(simulator, { appId, person: 'xiaoming' });
    waited = [];
  });

  const client = (more: Partial<ConstructorParameters<typeof SubscribeClient>[0]> = {}) =>
    new SubscribeClient({
      baseUrl: `${host.url}/weixin`,
      appId,
      frontEnd: miniProgram(phone),
      headers: () => ({ 'x-user': 'u1', 'x-openid': openid }),
      wait: async (ms) => void waited.push(ms),
      now: () => host.clock.now(),
      ...more,
    });
  const grants = () => countRows(host.dataSource, 'weixin_grant');
  const says = (answer: Answer) => phone.says({ [TEMPLATE]: answer, [OTHER]: 'reject' });

  it('prepares, asks, reports: one grant for each accept, and each tap is a new intent', async () => {
    const page = client();
    await page.prepare(TEMPLATES);
    says('accept');
    expect(await page.ask(TEMPLATES)).toEqual({
      results: { [TEMPLATE]: 'confirmed', [OTHER]: 'cancelled' },
      ...{ confirmed: true, reported: 'yes' },
    });
    expect(await page.ask(TEMPLATES)).toMatchObject({ confirmed: true, reported: 'yes' });
    expect(await grants()).toBe(2);
    expect(page.pendingCount).toBe(0);
  });

  it('calls WeChat within the tap, also where no intent was prepared', async () => {
    says('accept');
    const asked = client().ask(TEMPLATES);
    expect(phone.panels).toBe(1);
    expect(await asked).toMatchObject({ confirmed: true, reported: 'yes' });
  });

  it('opens one panel for a double tap', async () => {
    says('accept');
    const page = client();
    const [one, two] = await Promise.all([page.ask(TEMPLATES), page.ask([OTHER, TEMPLATE])]);
    expect(one).toBe(two);
    expect(phone.panels).toBe(1);
    expect(await grants()).toBe(1);
  });

  it('replaces an intent that was prepared long ago', async () => {
    const page = client();
    await page.prepare(TEMPLATES);
    host.clock.advance(11 * 60_000);
    says('accept');
    expect(await page.ask(TEMPLATES)).toMatchObject({ reported: 'yes' });
  });

  it('keeps a report that the host did not get, over a restart of the page, and adds one grant', async () => {
    const page = client();
    await page.prepare(TEMPLATES);
    says('accept');
    phone.offline = true;
    expect(await page.ask(TEMPLATES)).toMatchObject({ confirmed: true, reported: 'later' });
    expect(waited).toEqual([1000, 3000]);
    expect(await grants()).toBe(0);

    phone.offline = false;
    const restarted = client();
    expect(restarted.pendingCount).toBe(1);
    await restarted.flush();
    await restarted.flush();
    expect(restarted.pendingCount).toBe(0);
    expect(await grants()).toBe(1);
  });

  it('repeats a report whose response was lost: still one grant', async () => {
    const page = client();
    await page.prepare(TEMPLATES);
    says('accept');
    phone.loseResponses = 1;
    expect(await page.ask(TEMPLATES)).toMatchObject({ reported: 'yes' });
    expect(waited).toEqual([1000]);
    expect(await grants()).toBe(1);
  });

  it('reports under an intent of afterwards where the host was away when the person tapped', async () => {
    says('accept');
    phone.offline = true;
    const page = client();
    expect(await page.ask(TEMPLATES)).toMatchObject({ confirmed: true, reported: 'later' });
    phone.offline = false;
    await page.flush();
    expect(await grants()).toBe(1);

    // After five minutes WeChat's own push might be counted beside it.
    phone.offline = true;
    await page.ask(TEMPLATES);
    host.clock.advance(5 * 60_000);
    expect(page.pendingCount).toBe(0);
  });

  it('adds one grant where a page comes back while the report of another waits for its next attempt', async () => {
    const other = client();
    const pages: SubscribeClient[] = [
      client({ wait: () => comesBack(() => pages[0]) }),
      client({ wait: () => comesBack(() => other) }),
    ];
    const comesBack = async (page: () => SubscribeClient) => {
      phone.offline = false;
      await page().flush();
    };
    for (const page of pages) {
      await emptyLedger(host.dataSource);
      says('accept');
      phone.offline = true;
      expect(await page.ask(TEMPLATES)).toMatchObject({ confirmed: true, reported: 'yes' });
      expect(await grants()).toBe(1);
      expect(page.pendingCount).toBe(0);
    }
  });

  it('keeps a report while the page lives where the storage is full', async () => {
    const { storage, ...rest } = miniProgram(phone);
    const full = () => {
      throw new Error('QuotaExceededError');
    };
    const page = client({ frontEnd: { ...rest, storage: { ...storage, set: full } } });
    says('accept');
    phone.offline = true;
    expect(await page.ask(TEMPLATES)).toMatchObject({ reported: 'later' });
    expect(page.pendingCount).toBe(1);
    phone.offline = false;
    await page.flush();
    expect([await grants(), page.pendingCount]).toEqual([1, 0]);
  });

  it('adds one grant where two pages repeat a kept report at once', async () => {
    says('accept');
    phone.offline = true;
    expect(await client().ask(TEMPLATES)).toMatchObject({ reported: 'later' });
    phone.offline = false;
    await Promise.all([client().flush(), client().flush()]);
    expect(await grants()).toBe(1);
    expect(client().pendingCount).toBe(0);
  });

  it('waits for a new session where the host says 401, and gives up where it refuses for good', async () => {
    let user: Record<string, string> = { 'x-user': 'u1', 'x-openid': openid };
    const page = client({ headers: () => user });
    await page.prepare(TEMPLATES);
    says('accept');
    phone.status = 401;
    expect(await page.ask(TEMPLATES)).toMatchObject({ reported: 'later', problem: { status: 401 } });
    phone.status = undefined;

    user = { 'x-user': 'somebody-else', 'x-openid': openid };
    await page.flush();
    expect(page.pendingCount).toBe(0);
    expect(await grants()).toBe(0);
    user = {};
    expect(await page.ask(TEMPLATES)).toMatchObject({
      reported: 'no',
      problem: { status: 403, code: 'WEIXIN_OPENID_UNKNOWN', remedy: expect.any(String) },
    });
    await expect(page.prepare(TEMPLATES)).rejects.toMatchObject({
      message: expect.stringContaining('POST'),
      problem: { status: 403 },
    });
  });

  it('names why there was no panel', async () => {
    const page = client();
    const failure = async (answer: Answers | number | Error) => {
      phone.says(answer);
      return (await page.ask(TEMPLATES)).failure;
    };
    simulator.switchTemplate({ appId, person: 'xiaoming', on: false });
    expect(await failure({ [TEMPLATE]: 'accept' })).toMatchObject({ reason: 'switched-off', errCode: 20004 });
    expect(await failure(20005)).toMatchObject({ reason: 'banned' });
    expect(await failure(10002)).toMatchObject({ reason: 'network' });
    expect(await failure(20002)).toMatchObject({ reason: 'templates' });
    expect(
      await failure(new Error('requestSubscribeMessage:fail can only be invoked by user TAP gesture.')),
    ).toMatchObject({ reason: 'not-shown' });
    expect(await grants()).toBe(0);
  });

  it.each(['acceptWithAudio', 'acceptWithAlert'] as const)('takes %s for an accept', async (answer) => {
    says(answer);
    expect(await client().ask(TEMPLATES)).toMatchObject({ confirmed: true, reported: 'yes' });
    expect(await grants()).toBe(1);
  });

  it('tells what to offer by the settings of the person', async () => {
    const page = client();
    const at = { appId, person: 'xiaoming' };
    expect(await page.advice(TEMPLATES)).toBe('ask');
    simulator.requestSubscribeMessage({ ...at, answers: { [TEMPLATE]: 'accept' }, alwaysKeep: true });
    expect(await page.settings(TEMPLATES)).toEqual({
      mainSwitch: true,
      templates: { [TEMPLATE]: 'accept', [OTHER]: 'ask' },
    });
    expect(await page.advice([TEMPLATE])).toBe('ask-silently');
    simulator.switchTemplate({ ...at, templateId: TEMPLATE, on: false });
    expect(await page.advice([TEMPLATE])).toBe('open-settings');
    expect(await page.advice(TEMPLATES)).toBe('ask');
    simulator.switchTemplate({ ...at, on: false });
    expect(await page.advice(TEMPLATES)).toBe('open-settings');
    phone.inSettings = () => simulator.switchTemplate({ ...at, on: true });
    expect(await page.openSettings(TEMPLATES)).toBe('ask');
  });

  it('refuses what WeChat would refuse, at once', () => {
    const page = client();
    expect(() => page.ask([])).toThrow('one to 5 different ids, not 0');
    expect(() => page.ask(['1', '2', '3', '4', '5', '6'])).toThrow('not 6');
    expect(() => client({ frontEnd: webPage() }).ask(TEMPLATES)).toThrow('bindOpenSubscribe');
    expect(() => client({ appId: '' })).toThrow('needs the option "appId"');
  });

  it('takes what <wx-open-subscribe> gives', async () => {
    const notice = { appId: NOTICES.appId, person: 'xiaoming' };
    const element = new EventTarget();
    const page = client({
      appId: NOTICES.appId,
      headers: () => ({ 'x-user': 'u1', 'x-openid': simulator.openid('xiaoming', NOTICES.appId) }),
    });
    const outcomes: unknown[] = [];
    const tapped = (name: string, detail: object) =>
      new Promise<void>((resolve) => {
        const stop = page.bindOpenSubscribe(element, [NOTICES.template], (outcome) => {
          outcomes.push(outcome);
          stop();
          resolve();
        });
        element.dispatchEvent(Object.assign(new Event(name), { detail }));
      });
    await tapped(
      'success',
      simulator.openSubscribe({ ...notice, answers: { [NOTICES.template]: 'accept' } }).result,
    );
    await tapped(
      'error',
      simulator.openSubscribe({ ...notice, answers: { [NOTICES.template]: 'accept' }, fail: 20004 }).result,
    );
    expect(outcomes).toEqual([
      { results: { [NOTICES.template]: 'confirmed' }, confirmed: true, reported: 'yes' },
      {
        ...{ results: { [NOTICES.template]: 'cancelled' }, confirmed: false, reported: 'yes' },
        failure: { reason: 'switched-off', errCode: 20004, errMsg: expect.stringContaining(':fail') },
      },
    ]);
    expect(await grants()).toBe(1);
  });
});
