import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { WeixinSimulator } from 'weixin-simulator';
import { channelAccounts, channelSimulatorAccounts, MINI_PROGRAM } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { subjectFromHeaders } from '../support/people.js';
import { until } from '../support/until.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-sync'];
const { appId } = MINI_PROGRAM;
const [TEMPLATE] = MINI_PROGRAM.templates;
const PERSON = { appId, person: 'xiaoming' };
const PACKAGE = join('libs', 'weixin-subscribe-client');

/**
 * A page of a mini-program as a browser can hold it: `wx` asks the simulator, and a panel asks the person.
 */
const PAGE = (openid: string) => `<!doctype html><meta charset="utf-8"><title>Course</title>
<p id="advice"></p><button id="ask">提醒我</button><button id="open">设置</button><p id="outcome"></p>
<dialog id="panel"><button value="accept">允许</button><button value="reject">取消</button></dialog>
<script src="/kit.js"></script>
<script>
  const { SubscribeClient, miniProgram, webPage, adviceText } = WeixinSubscribeClient;
  const panel = document.getElementById('panel');
  panel.addEventListener('click', ({ target }) => panel.close(target.value));
  const person = () => new Promise((resolve) => {
    panel.showModal();
    panel.onclose = () => resolve(panel.returnValue);
  });
  const wx = {
    request: ({ method, url, data, header, success, fail }) =>
      webPage().request({ method, url, body: data, headers: header, timeoutMs: 5000 })
        .then(({ status, body }) => success({ statusCode: status, data: body }), fail),
    async requestSubscribeMessage({ tmplIds, success, fail }) {
      const setting = await askSimulator('setting');
      const answer = setting.mainSwitch && !setting.itemSettings ? await person() : 'accept';
      const result = await askSimulator('ask', Object.fromEntries(tmplIds.map((id) => [id, answer])));
      (result.errCode ? fail : success)(result);
    },
    getSetting: ({ success }) => askSimulator('setting').then((subscriptionsSetting) => success({ subscriptionsSetting })),
    openSetting: ({ success }) => askSimulator('switch on').then(success),
    getStorageSync: (key) => localStorage.getItem(key) ?? '',
    setStorageSync: (key, value) => localStorage.setItem(key, value),
  };
  const client = new SubscribeClient({
    baseUrl: '/weixin', appId: '${appId}', frontEnd: miniProgram(wx), retryDelaysMs: [],
    headers: () => ({ 'x-user': 'u1', 'x-openid': '${openid}' }),
  });
  const ids = ['${TEMPLATE}'];
  const show = (id, text) => { document.getElementById(id).textContent = text; };
  const advise = async () => show('advice', adviceText(await client.advice(ids)));
  document.getElementById('ask').onclick = async () => {
    const { confirmed, reported, failure } = await client.ask(ids);
    show('outcome', [confirmed ? '已订阅' : '未订阅', reported, failure?.reason].filter(Boolean).join(' '));
    await advise();
  };
  document.getElementById('open').onclick = async () => show('advice', adviceText(await client.openSettings(ids)));
  client.prepare(ids).then(() => client.flush()).then(advise);
</script>`;

if (existsSync(CHROMIUM)) describe('the client kit in a browser', inBrowser);
else
  describe('the client kit in a browser', () =>
    it.skip(`skipped: there is no ${CHROMIUM} (CHROMIUM_PATH)`, () => undefined));

function inBrowser(): void {
  let browser: Browser;
  let simulator: WeixinSimulator;
  let host: TestApp;
  let page: Page;

  beforeAll(async () => {
    // What is published: the package's main, as a script tag loads it.
    execFileSync(process.execPath, ['libs/build.mjs', 'weixin-subscribe-client'], { stdio: 'pipe' });
    const kit = readFileSync(join(PACKAGE, 'dist/index.js'), 'utf8');
    simulator = await WeixinSimulator.start({ port: 0, accounts: channelSimulatorAccounts() });
    host = await createTestApp({
      simulator,
      options: { accounts: channelAccounts(), authorization: { subject: subjectFromHeaders } },
      configure: (app) => {
        const routes = app.getHttpAdapter();
        const send = (type: string, body: () => string) => (_: unknown, response: unknown) =>
          (response as { type(name: string): { send(text: string): void } }).type(type).send(body());
        routes.get(
          '/page',
          send('html', () => PAGE(simulator.openid('xiaoming', appId))),
        );
        routes.get(
          '/kit.js',
          send('js', () => kit),
        );
      },
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    await simulator?.close();
  });
  beforeEach(async () => {
    simulator.reset();
    await emptyLedger(host.dataSource);
    page = await (await browser.newContext()).newPage();
    await page.exposeFunction(
      'askSimulator',
      (verb: string, answers: Record<string, 'accept' | 'reject'>) => {
        if (verb === 'ask') return simulator.requestSubscribeMessage({ ...PERSON, answers }).result;
        if (verb === 'switch on') return simulator.switchTemplate({ ...PERSON, on: true });
        return simulator.subscriptionsSetting(PERSON);
      },
    );
    await page.goto(`${host.url}/page`);
    await page.locator('#advice:not(:empty)').waitFor();
  });
  afterEach(() => page.context().close());

  const ask = () => page.getByRole('button', { name: '提醒我' }).click();
  const outcome = (text: string) => page.locator('#outcome', { hasText: text }).waitFor();
  const advice = (text: string) => page.locator('#advice', { hasText: text }).waitFor();
  const answer = (name: '允许' | '取消') => page.getByRole('button', { name }).click();
  const grants = () => countRows(host.dataSource, 'weixin_grant');

  it('asks; accept is a grant, reject is none', async () => {
    await ask();
    await answer('允许');
    await outcome('已订阅 yes');
    await ask();
    await answer('取消');
    await outcome('未订阅 yes');
    expect(await grants()).toBe(1);
  });

  it('reports after the connection is back and the page was loaded anew', async () => {
    await page.context().setOffline(true);
    await ask();
    await answer('允许');
    await outcome('已订阅 later');
    expect(await grants()).toBe(0);
    await page.context().setOffline(false);
    await page.reload();
    await until(async () => (await grants()) === 1);
  });

  it('leads to the settings where they are off, and goes on from there', async () => {
    simulator.switchTemplate({ ...PERSON, on: false });
    await ask();
    await outcome('未订阅 yes switched-off');
    await advice('您已关闭订阅消息');
    await page.getByRole('button', { name: '设置' }).click();
    await advice('点击按钮订阅提醒');
    await ask();
    await answer('允许');
    await outcome('已订阅 yes');
  });

  it('adds a grant for each tap where "always keep" shows no panel', async () => {
    simulator.requestSubscribeMessage({ ...PERSON, answers: { [TEMPLATE]: 'accept' }, alwaysKeep: true });
    await page.reload();
    await advice('总是保持以上选择');
    await ask();
    await outcome('已订阅 yes');
    await ask();
    await until(async () => (await grants()) === 2);
  });
}
