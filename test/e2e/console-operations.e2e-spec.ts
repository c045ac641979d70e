import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { WeixinConsoleModule } from 'nestjs-weixin-subscribe-console';
import { type Browser, chromium, type Page } from 'playwright-core';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import type { TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { defer, give, HOUR, record } from '../support/deferred.js';
import { push, pushAccounts, Received, ReceivedModule, sentXml } from '../support/pushes.js';
import { startSourced } from '../support/sourced-hosts.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';
import { mintsOf } from '../support/token-hosts.js';
import { until } from '../support/until.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-sync'];
const SCREENSHOTS = join('test-results', 'screenshots');
const NEW_SECRET = 'mobile-secret-after-the-reset-77';
/** As the API writes a moment, and no page does. */
const UTC = /\dT\d\d:\d\d/;
/** More than any page has to tab through. */
const MOST_TABS = 80;

if (existsSync(CHROMIUM)) describe('what operators press in the console', inBrowser);
else
  describe('what operators press in the console', () =>
    it.skip(`skipped: there is no ${CHROMIUM} (CHROMIUM_PATH)`, () => undefined));

/** Everything here is done with the keyboard alone. */
function inBrowser(): void {
  let browser: Browser;
  let database: TestDatabase;
  let host: TestApp;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    execFileSync(process.execPath, ['libs/weixin-console/build-web.mjs', '--if-older'], { stdio: 'ignore' });
    mkdirSync(SCREENSHOTS, { recursive: true });
    database = await createDatabase('sqlite', 'migrated');
    const [official] = pushAccounts();
    [host] = await startSourced(database, 1, {
      imports: [WeixinConsoleModule.forRoot(), ReceivedModule],
      options: { accounts: [official] },
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${host.url}/weixin/console`);
    await page.locator('#key').waitFor();
    await type('服务密钥', SERVICE_KEY);
    await page.keyboard.press('Enter');
    await page.locator('.shell').waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    await host?.simulator.close();
    await database?.drop();
  });
  afterEach(() => expect(complaints.splice(0)).toEqual([]));

  /** Tabs on until what has the focus has this name. */
  async function tabTo(name: string): Promise<void> {
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(nameOfFocus)) === name) return;
    }
    throw new Error(`${MOST_TABS} tabs lead nowhere near "${name}"`);
  }
  const press = async (name: string) => {
    await tabTo(name);
    await page.keyboard.press('Enter');
  };
  const type = async (name: string, text: string) => {
    await tabTo(name);
    await page.keyboard.type(text);
  };
  const goto = async (path: string) => {
    await page.goto(`${host.url}/weixin/console/${path}`);
    await page.locator('main h1').first().waitFor();
    await until(async () => (await page.locator('.skeleton').count()) === 0, 'all of it loaded');
  };
  const see = (name: string) => page.screenshot({ path: join(SCREENSHOTS, `console-${name}.png`) });
  const tag = (words: string) => page.locator('.page-head .tag', { hasText: words });
  /** As the audit log shows them, the newest first. */
  const audited = async () => {
    await goto('audit?all=1');
    await page.locator('tbody tr').first().waitFor();
    const rows = await page.locator('tbody tr').allTextContents();
    return rows.map((row) => row.replace(/^[\d/: ]+/, '').replace(/\s+/g, ' '));
  };

  it('an account is added, checked, given a new secret and switched off', async () => {
    await goto('accounts');
    await press('添加账号');
    await page.getByRole('dialog').waitFor();
    await type('appId', MOBILE.appId);
    await tabTo('类型');
    for (let down = 0; down < 3; down++) await page.keyboard.press('ArrowDown');
    await type('AppSecret', MOBILE.appSecret);
    await type('模板', MOBILE.templates[0]);
    await press('添加');
    await page.waitForURL(new RegExp(`/accounts/${MOBILE.appId}`));
    await page.getByText('账号已添加').waitFor();
    expect(await page.locator('main').textContent()).not.toContain(MOBILE.appSecret);
    await page.locator('main').getByText('移动应用').waitFor();

    await press('开始检查');
    const credential = page.locator('.checks li').filter({ hasText: '凭据' }).first();
    await credential.getByText('正常').waitFor();
    expect(mintsOf(host, MOBILE.appId)).toBe(1);

    await press('更换密钥…');
    await page.getByRole('dialog').waitFor();
    await type('AppSecret', NEW_SECRET);
    await press('更换密钥…');
    await page.getByText('已修改').waitFor();
    host.simulator.updateAccount(MOBILE.appId, { appSecret: NEW_SECRET });
    host.simulator.killToken(MOBILE.appId);
    const { accessToken } = await host.tokens.getToken(MOBILE.appId);
    await host.tokens.refresh(MOBILE.appId, accessToken);
    expect(mintsOf(host, MOBILE.appId)).toBe(2);

    await press('停用');
    await page.getByRole('dialog').getByText('停用该账号？').waitFor();
    await press('停用');
    await tag('停用').waitFor();
    await expect(host.tokens.getToken(MOBILE.appId)).rejects.toMatchObject({
      code: 'WEIXIN_ACCOUNT_DISABLED',
    });
    // Of one moment, since the clock stands still.
    const entries = (await audited()).filter((entry) => entry.includes(MOBILE.appId)).sort();
    expect(entries).toEqual([
      ...['修改账号', '修改账号'].map((words) => `courses${words}${MOBILE.appId}控制台200`),
      `courses添加账号${MOBILE.appId}控制台201`,
    ]);
  }, 60_000);

  it('what a dialog asks can be left, and nothing has changed', async () => {
    await goto(`accounts/${MOBILE.appId}`);
    await press('启用');
    await tag('启用').waitFor();
    await press('停用');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect((await audited()).filter((entry) => entry.includes('修改账号'))).toHaveLength(3);
    await expect(host.tokens.getToken(MOBILE.appId)).resolves.toBeDefined();
  }, 60_000);

  it('a push that failed is handed to its listeners once more', async () => {
    const received = host.app.get(Received);
    received.throws = 5;
    await push(host, sentXml());
    for (const pause of [0, 5, 30, 120, 600]) {
      host.clock.advance(pause * 1000);
      await host.tasks.run('push-events');
    }
    await goto(`?appId=${OFFICIAL.appId}`);
    await press('推送');
    await page.waitForURL(/\/pushes/);
    await page.getByText('subscribe_msg_sent_event').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('pushtoken');
    await press('重新处理');
    await page.getByText('已重新交给监听器').waitFor();
    await host.tasks.run('push-events');
    expect(received.sent).toHaveLength(1);
    await goto(`pushes?appId=${OFFICIAL.appId}&status=done`);
    await page.getByText('subscribe_msg_sent_event').waitFor();
    expect(await audited()).toContainEqual(expect.stringMatching(/^courses重新处理推送.*控制台200$/));
  }, 60_000);

  it('a broadcast that runs is paused, goes on, and is cancelled; nobody gets it twice', async () => {
    const people = crowd(host, 30);
    await confirmAll(
      host,
      people.map((openid) => ({ openid, scene: 7 })),
    );
    const inbox = () => host.simulator.inbox().filter(({ scene }) => scene === 7);
    const shown = async () =>
      Number(await page.locator('main [role=progressbar]').getAttribute('aria-valuenow'));
    const work = async () => {
      const before = inbox().length;
      await host.tasks.run('broadcasts');
      // The clock stands still, so no more than two of the twenty of a second are posted.
      await until(() => inbox().length > before, 'a message');
    };
    const { id } = await broadcastsOf(host).start(toScene(7, { rate: 20 }), { requestedBy: 'courses' });
    await work();
    await goto(`broadcasts/${id}?appId=${OFFICIAL.appId}`);
    await tag('进行中').waitFor();

    await press('暂停');
    await tag('已暂停').waitFor();
    await page.getByText('已由人暂停').waitFor();
    const { sent } = await workUntil(host, id, 'paused');
    expect(sent).toBe(inbox().length);
    expect(sent).toBeLessThan(10);
    await until(async () => (await shown()) === sent, 'the count of the sent ones');
    await see('broadcast-paused');

    await press('继续');
    await tag('进行中').waitFor();
    host.clock.advance(1000);
    await work();
    // By itself: nobody presses anything.
    await until(async () => (await shown()) > sent, 'more of them');
    await see('broadcast-running');

    await press('取消群发');
    await page.getByRole('dialog').getByText('结束后不能继续').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect((await broadcastsOf(host).get(id)).status).toBe('running');
    await press('取消群发');
    await page.getByRole('dialog').getByText('结束后不能继续').waitFor();
    await see('broadcast-cancel');
    await press('取消群发');
    await tag('已取消').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const ended = await workUntil(host, id, 'cancelled');
    expect(ended.sent).toBe(inbox().length);
    expect(new Set(inbox().map(({ openid }) => openid)).size).toBe(ended.sent);
    await until(async () => (await shown()) === ended.sent, 'the last count');
    for (const gone of ['暂停', '继续', '取消群发'])
      expect(await page.getByRole('button', { name: gone, exact: true }).count()).toBe(0);
    await see('broadcast-cancelled');
    expect((await audited()).filter((entry) => entry.includes(id)).sort()).toEqual(
      ['取消', '暂停', '继续'].map((does) => `courses${does}群发${id}控制台200`).sort(),
    );
  }, 60_000);

  it('a draft is reviewed as one types', async () => {
    await goto(`templates?appId=${OFFICIAL.appId}`);
    const findings = page.locator('main .finding');
    await type('标题', '上课');
    await type('关键词 1', '课程名称');
    await findings.getByText('标题须以“提醒”或“通知”结尾').waitFor();
    await findings.getByText('“课程名称”的示例没有实际内容').waitFor();
    await page.getByRole('status').getByText('2 个问题').waitFor();
    await type('示例', '高等数学');
    await press('添加关键词');
    await type('关键词 2', '课程名称');
    await findings.getByText('关键词“课程名称”重复').waitFor();
    await see('review');
    await page.getByLabel('标题').focus();
    await page.keyboard.press('End');
    await page.keyboard.type('提醒');
    await findings.getByText('标题须以').waitFor({ state: 'detached' });
    await press('移除 关键词 2');
    await page.getByRole('status').getByText('没有问题').waitFor();
    expect(await findings.count()).toBe(0);
  }, 60_000);

  it('a tester gets a message, and one who has not asked gets none', async () => {
    const openid = await give(host, 21);
    const got = () => host.simulator.inbox(openid).filter(({ scene }) => scene === 21);
    await goto(`templates?appId=${OFFICIAL.appId}`);
    const send = page.getByRole('dialog').getByRole('button', { name: '发送' });
    const isOff = async () => (await send.getAttribute('aria-disabled')) === 'true';
    await press('测试发送…');
    await page.getByRole('dialog').waitFor();
    await type('openid', openid);
    await type('标题', '测试提醒');
    await type('正文', '高等数学 8:50');
    // Without a scene it would be another question than the one that was asked.
    expect(await isOff()).toBe(true);
    await press('发送');
    await type('scene', '21');
    expect(await isOff()).toBe(false);
    await page.getByRole('article').getByText('高等数学 8:50').waitFor();
    await see('test-send');
    await press('发送');
    await page.getByText('微信已接收').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(got()).toMatchObject([{ title: '测试提醒', content: { value: '高等数学 8:50' } }]);

    // Once more, which nobody has asked for: by the key that submits a form.
    await press('测试发送…');
    await page.getByRole('dialog').waitFor();
    await type('openid', openid);
    await type('scene', '21');
    await type('标题', '测试提醒');
    await page.keyboard.press('Enter');
    await type('正文', '再来一次');
    await press('发送');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await see('test-send-refused');
    // What Chromium says of the refusal itself.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('status of 409')]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(got()).toHaveLength(1);
  }, 60_000);

  it('deferred messages are cancelled, and each says why it was not sent', async () => {
    const scenes = [22, 23, 24];
    const openid = await give(host, 22);
    for (const scene of [23, 24]) await record(host, openid, scene);
    const [first, second, third] = await Promise.all(scenes.map((scene) => defer(host, openid, scene, HOUR)));
    await goto(`messages?appId=${OFFICIAL.appId}&status=waiting`);
    for (const { id } of [first, third]) {
      await page.getByRole('checkbox', { name: id }).focus();
      await page.keyboard.press('Space');
    }
    await page.getByText('已选 2 条').waitFor();
    await see('messages-waiting');
    // Somebody else was faster with one of them.
    await host.subscribe.cancel(third.id);
    await press('取消发送');
    await page.getByText('已处理 1 条').waitFor();
    await page.getByText('1 条未处理：').waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('status of 409')]);
    for (const { id } of [first, third])
      await page.getByRole('checkbox', { name: id }).waitFor({ state: 'detached' });
    expect(await page.getByRole('checkbox', { name: second.id }).count()).toBe(1);

    await goto(`messages/${second.id}`);
    await tag('等待中').waitFor();
    await page.getByText('还没到时间').waitFor();
    expect(await page.locator('main').textContent()).not.toMatch(UTC);
    await see('message-waiting');
    await press('取消发送');
    await page.getByText('它在发送前于').waitFor();
    await page.locator('.story').getByText('已取消').waitFor();
    expect(await page.locator('main').textContent()).not.toMatch(UTC);
    await see('message-cancelled');
    expect(await page.getByRole('button', { name: '取消发送' }).count()).toBe(0);
    host.clock.advance(2 * HOUR);
    await host.tasks.run('message-dispatch');
    expect(host.simulator.inbox(openid).filter(({ scene }) => scenes.includes(Number(scene)))).toEqual([]);
    for (const { id } of [first, second])
      expect(await audited()).toContainEqual(`courses取消消息${id}控制台200`);
  }, 60_000);
}

/** Runs in the page: what a screen reader would say first. */
function nameOfFocus(): string {
  const focused = document.activeElement as HTMLInputElement | null;
  const label = focused?.labels?.[0]?.textContent;
  return (focused?.getAttribute('aria-label') ?? label ?? focused?.textContent ?? '').trim();
}
