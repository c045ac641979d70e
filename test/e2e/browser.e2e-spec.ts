import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GrantRepository, WEIXIN_DATA_SOURCE } from 'nestjs-weixin-subscribe';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { DataSource } from 'typeorm';
import { type LocalWorld, startLocalWorld } from '../../apps/demo/src/walkthrough/local-world.js';
import { OFFICIAL } from '../support/accounts.js';
import { until } from '../support/until.js';
import { type Demo, startDemo } from './demo.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-sync'];
const SCREENSHOTS = join('test-results', 'screenshots');
const PHONE = { width: 390, height: 844 };

if (existsSync(CHROMIUM)) describe('the demo in a browser', inBrowser);
else
  describe('the demo in a browser', () =>
    it.skip(`skipped: there is no ${CHROMIUM} (CHROMIUM_PATH)`, () => undefined));

function inBrowser(): void {
  let browser: Browser;
  let demo: Demo;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    demo = await startDemo();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });
  beforeEach(async () => {
    demo.simulator.reset();
    const phone = await browser.newContext({ viewport: PHONE, locale: 'zh-CN' });
    page = await phone.newPage();
    page.setDefaultTimeout(10_000);
    complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('requestfailed', (request) =>
      complaints.push(`${request.url()} ${request.failure()?.errorText}`),
    );
  });
  afterEach(() => page.context().close());

  const see = async (name: string) => {
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect([name, overflow]).toEqual([name, 0]);
  };
  const ask = async (course: string) => {
    await page.goto(demo.url);
    await page.locator('li', { hasText: course }).getByRole('link', { name: '提醒我' }).click();
    await page.waitForURL(/\/mp\/subscribemsg/);
  };
  const openInbox = () => page.goto(`${demo.simulator.url}/_simulator/inbox.html`);

  it('asks, takes the confirm, comes back, reminds, and the card is in the inbox', async () => {
    await page.goto(demo.url);
    await see('1-courses');
    await ask('高等数学');
    await see('2-confirm-page');
    await page.getByRole('button', { name: '确认' }).click();

    await page.waitForURL(`${demo.url}/courses/42?subscribe=confirmed`);
    await page.getByRole('status').getByText('订阅成功').waitFor();
    await see('3-subscribed');
    await page.getByRole('link', { name: '教师页面' }).click();
    await see('3-teacher');
    await page.getByRole('button', { name: '提醒' }).click();

    await page.waitForURL(/\/courses\/42\/teacher\?reminder=/);
    await page.getByRole('status').getByText('提醒已发送').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    await page.getByText('记录').click();
    await page.getByText('已提醒', { exact: true }).waitFor();
    await see('4-reminded');

    await openInbox();
    await page.getByText('高等数学 8:50 开始').waitFor();
    await see('5-inbox');
    await page.getByRole('link', { name: '查看详情' }).click();
    await page.waitForURL(`${demo.url}/courses/42`);
    expect(complaints).toEqual([]);
  });

  it('takes the cancel: nobody is subscribed', async () => {
    await ask('大学物理');
    await page.getByRole('button', { name: '取消' }).click();
    await page.waitForURL(`${demo.url}/courses/43?subscribe=cancelled`);
    await page.getByRole('status').getByText('已取消').waitFor();
    await see('6-cancelled');
    expect(complaints).toEqual([]);
  });

  it('works by keyboard alone', async () => {
    await page.goto(`${demo.url}/courses/44`);
    const pressUntil = async (name: RegExp) => {
      for (let tab = 0; tab < 20; tab++) {
        await page.keyboard.press('Tab');
        const text = (await page.locator(':focus').textContent()) ?? '';
        if (name.test(text.trim())) return page.keyboard.press('Enter');
      }
      throw new Error(`no way to ${name} by Tab`);
    };
    await pressUntil(/^提醒我$/);
    await page.waitForURL(/\/mp\/subscribemsg/);
    await pressUntil(/^确认$/);
    await page.waitForURL(/subscribe=confirmed/);
    await pressUntil(/^教师页面/);
    await page.waitForURL(/\/teacher$/);
    await pressUntil(/^提醒$/);
    await page.getByRole('status').getByText('提醒已发送').waitFor();
    expect(demo.simulator.inbox()).toMatchObject([{ scene: 44 }]);
  });

  it('shows a page for every way that leads nowhere', async () => {
    await page.goto(`${demo.url}/courses/1`);
    await page.getByRole('alert').getByText('没有这个页面').waitFor();
    await see('7-no-such-course');
    await page.goto(`${demo.url}/nowhere`);
    await page.getByRole('alert').getByText('没有这个页面').waitFor();
    const answers = await Promise.all(
      ['*/*', 'application/json'].map((accept) => fetch(`${demo.url}/nowhere`, { headers: { accept } })),
    );
    for (const { status, headers } of answers)
      expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);

    await ask('大学英语');
    const confirmPage = page.url();
    await page.context().clearCookies();
    await page.getByRole('button', { name: '确认' }).click();
    await page.waitForURL(/\/weixin\/callback/);
    await page.getByText('403 WEIXIN_STATE_FOREIGN').waitFor();
    await see('8-another-browser');

    demo.simulator.updateAccount(OFFICIAL.appId, { businessDomains: ['elsewhere.example'] });
    await page.goto(confirmPage);
    await page.getByRole('alert').getByText('应用跳转的域名非法').waitFor();
    await see('9-illegal-domain');
  });

  it('tells that it took too long when the intent has expired, and records nothing', async () => {
    await ask('大学英语');
    const ledger = demo.app.get<DataSource>(WEIXIN_DATA_SOURCE);
    await ledger.query("UPDATE weixin_intent SET expires_at = 1 WHERE status = 'pending'");
    await page.getByRole('button', { name: '确认' }).click();
    await page.getByText('410 WEIXIN_STATE_EXPIRED').waitFor();
    await page.getByText('操作超时').waitFor();
    await see('11-expired');
    const [{ n }] = await ledger.query('SELECT COUNT(*) AS n FROM weixin_live_grant WHERE scene = 44');
    expect(Number(n)).toBe(0);
  });

  it('does not take the form of another site', async () => {
    await ask('程序设计');
    await page.getByRole('button', { name: '确认' }).click();
    await page.waitForURL(/subscribe=confirmed/);
    await page.getByRole('link', { name: '教师页面' }).click();
    await page.getByRole('button', { name: '提醒' }).waitFor();
    const [form] = /<form.*<\/form>/s.exec(await page.content()) ?? [];

    const evil = `${demo.simulator.url}/evil`;
    const body = String(form).replace('action="/', `action="${demo.url}/`);
    await page.route(evil, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
    await page.goto(evil);
    await page.getByRole('button').click();
    await page.getByText('只能从本页面发起').waitFor();
    expect(demo.simulator.inbox()).toEqual([]);
  });

  describe('the channels', () => {
    let world: LocalWorld;
    beforeAll(async () => {
      world = await startLocalWorld({ demo: 0, simulator: 0 });
    });
    afterAll(() => world?.close());
    const tap = (name: string) => page.getByRole('button', { name }).click();

    it('ask, keep the grant, mend what is refused, send, and the card is in the inbox', async () => {
      await page.goto(world.url);
      await page.getByRole('link', { name: '订阅消息、订阅通知' }).click();
      await see('16-channels');
      await page.getByRole('link', { name: '小程序订阅消息' }).click();
      await page.getByText('还没有授权').waitFor();
      await tap('允许');
      await page.getByRole('status').getByText('已允许').waitFor();
      await page.getByText('签名推送', { exact: true }).waitFor();
      await see('17-accepted');

      await page.getByLabel('课程').fill('高等数学与线性代数及概率论与数理统计的期末复习');
      await tap('发送');
      await page.getByRole('alert').getByText('data.thing1.value must be text of 1 to 20').waitFor();
      expect(await page.getByLabel('课程').inputValue()).toMatch(/^高等数学与线性代数/);
      // The address leads to the form, not to the top of the page.
      expect(await page.evaluate('scrollY')).toBeGreaterThan(400);
      await see('18-a-wrong-value');
      await page.getByLabel('课程').fill('高等数学');
      await tap('发送');
      await page.getByRole('status').getByText('提醒已发送').waitFor();
      await page.locator('article', { hasText: '高等数学' }).waitFor();
      await see('19-sent');
      await page.getByRole('link', { name: '模拟器里的服务通知' }).click();
      await page.getByText('高等数学').waitFor();
      // The page that tells of the wrong value is a 400.
      expect(complaints.filter((complaint) => !complaint.includes('400 (Bad Request)'))).toEqual([]);
    });

    it('work without scripts, and fit on a phone, each of them', async () => {
      await page.context().close();
      const phone = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', javaScriptEnabled: false });
      page = await phone.newPage();
      await page.goto(`${world.url}/channels/service-notice`);
      await tap('允许');
      await page.getByText('前端上报', { exact: true }).waitFor();
      await tap('发送');
      await page.getByRole('status').getByText('提醒已发送').waitFor();
      await see('20-a-notice');
      await page.goto(`${world.url}/channels/mini-template`);
      await page.getByText('已下线 2020-01-10').waitFor();
      await tap('支付');
      await page.getByText('可发 3 条').waitFor();
      await page.getByText('真实前端的代码').click();
      await see('21-retired');
    });
  });

  it('shows the API', async () => {
    await page.setViewportSize({ width: 1100, height: 900 });
    await page.goto(`${demo.url}/docs`);
    await page.getByText('/weixin/messages', { exact: true }).first().click();
    await page.getByText('WEIXIN_NO_GRANT').or(page.getByText('idempotencyKey')).first().waitFor();
    await see('10-docs');
    expect(complaints).toEqual([]);
  });

  it('shows the API on a phone as wide as the phone', async () => {
    const phone = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true });
    const docs = await phone.newPage();
    await docs.goto(`${demo.url}/docs`);
    await docs.getByText('/weixin/messages', { exact: true }).first().waitFor();
    expect(await docs.evaluate('innerWidth')).toBe(PHONE.width);
    await docs.screenshot({ path: join(SCREENSHOTS, '10-docs-phone.png') });
    await phone.close();
  });

  describe('reminding a class', () => {
    let school: Demo;
    beforeAll(async () => {
      // A class of 60 takes three seconds.
      school = await startDemo('sqlite', { WEIXIN_BROADCAST_RATE: '20' });
    });
    afterAll(() => school?.close());

    async function classAsks(course: number, people: number) {
      const key = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: course };
      const grants = school.app.get(GrantRepository, { strict: false });
      for (let number = 0; number < people; number++) {
        school.simulator.addPerson(`student-${course}-${number}`);
        const openid = school.simulator.openid(`student-${course}-${number}`, OFFICIAL.appId);
        school.simulator.confirm({ ...key, openid });
        await grants.record({ ...key, openid, source: `${course}:${openid}` });
      }
    }
    const startClass = async (course: number) => {
      await page.goto(`${school.url}/courses/${course}/teacher`);
      await page.getByRole('link', { name: '提醒全班' }).click();
      await see('12-what-would-happen');
      await page.getByRole('button', { name: '开始，提醒 60 人' }).click();
      await page.waitForURL(/\/broadcasts\/[\da-f-]{36}$/);
    };
    const done = async () => Number((await page.locator('progress').getAttribute('value')) ?? 0);

    it('reminds a whole class, with a bar that moves, and can be stopped and resumed', async () => {
      await classAsks(42, 60);
      await startClass(42);
      // Without loading the page anew: what moves is the script's doing.
      await page.evaluate('window.sameLoad = true');
      await until(async () => (await done()) >= 10, 'ten of them');
      expect(await page.evaluate('window.sameLoad')).toBe(true);
      await see('13-reminding');
      await page.getByRole('button', { name: '暂停' }).click();
      await page.getByRole('status').getByText('已暂停').waitFor();
      await page.getByText('由人暂停').waitFor();
      await see('14-paused');
      expect(school.simulator.inbox().length).toBeLessThan(60);

      await page.getByRole('button', { name: '继续' }).click();
      await page.getByRole('status').getByText('已完成').waitFor();
      await page.getByText('60 / 60').waitFor();
      await see('15-reminded-all');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: '下载每个人的结果' }).click();
      const csv = readFileSync(await (await download).path(), 'utf8');
      expect(csv.match(/,sent,0,/g)).toHaveLength(60);
      expect(school.simulator.inbox()).toHaveLength(60);
      // A feed that is closed because its page goes away is no failure; so is a download.
      expect(complaints.filter((complaint) => !complaint.includes('ERR_ABORTED'))).toEqual([]);
    });

    it('shows how it goes on without scripts, too', async () => {
      await classAsks(43, 60);
      await page.context().close();
      const phone = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', javaScriptEnabled: false });
      page = await phone.newPage();
      await startClass(43);
      const before = await done();
      await page.getByRole('status').getByText('已完成').waitFor({ timeout: 20_000 });
      expect([before < 60, await done()]).toEqual([true, 60]);
      await page.getByRole('link', { name: '下载每个人的结果' }).waitFor();
    });
  });
}
