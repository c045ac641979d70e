import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Clock, GrantRepository, WEIXIN_DATA_SOURCE } from 'nestjs-weixin-subscribe';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { DataSource } from 'typeorm';
import { WeixinSimulator } from 'weixin-simulator';
import {
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../support/accounts.js';
import { until } from '../support/until.js';
import { type Demo, startDemo } from './demo.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-sync',
  '--host-resolver-rules=MAP console.internal 127.0.0.1',
];
const SCREENSHOTS = join('test-results', 'screenshots');
const BUILT = 'libs/weixin-console/web-dist';
const READER_KEY = 'reader-key-2f6a91c4';
/** What a stranger could have put into each text that the console shows. */
const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
/** The same where no more than 64 and 15 characters fit. */
const HOSTILE_64 = HOSTILE.slice(0, 64);
const HOSTILE_60 = HOSTILE.slice(0, 60);
const HOSTILE_15 = '<img src=x a=1>';
const WIDTHS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const SEND = '/cgi-bin/message/template/subscribe';
const MINUTE = 60_000;
const FIRST_LOAD_BYTES = 250_000;

if (existsSync(CHROMIUM)) describe("the operators' console in a browser", inBrowser);
else
  describe("the operators' console in a browser", () =>
    it.skip(`skipped: there is no ${CHROMIUM} (CHROMIUM_PATH)`, () => undefined));

function inBrowser(): void {
  let browser: Browser;
  let demo: Demo;
  let simulator: WeixinSimulator;
  let page: Page;
  let complaints: string[];
  const sessions = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>();
  const { appId } = OFFICIAL;
  const [templateId] = OFFICIAL.templates;
  const openids: string[] = [];
  const ids: Record<'unknown' | 'refused', string> = { unknown: '', refused: '' };
  let recurringId = '';

  beforeAll(async () => {
    execFileSync(process.execPath, ['libs/weixin-console/build-web.mjs', '--if-older'], { stdio: 'ignore' });
    mkdirSync(SCREENSHOTS, { recursive: true });
    const { appId: mini, appSecret, kind, templates } = MINI_PROGRAM;
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [...simulatorAccounts(), ...channelSimulatorAccounts().slice(0, 1)],
    });
    const accounts = [...libraryAccounts(), { appId: mini, appSecret, kind, templates }];
    const variables = {
      WEIXIN_ACCOUNTS: JSON.stringify(accounts),
      WEIXIN_SERVICE_KEYS: JSON.stringify({
        courses: SERVICE_KEY,
        reader: { keys: READER_KEY, scopes: ['messages:read', 'history:read', 'broadcasts:read'] },
      }),
    };
    demo = await startDemo('sqlite', variables, simulator);
    await seed();
    await seedRecurring();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
    await simulator?.close();
  });
  beforeEach(() => open('zh-CN', WIDTHS.desktop));
  afterEach(async () => {
    expect(complaints).toEqual([]);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await page.context().close();
  });

  async function open(locale: string, viewport: { width: number; height: number }): Promise<void> {
    await page?.context().close();
    const context = await browser.newContext({ viewport, locale, acceptDownloads: true });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  }

  /** Five people have asked; one message is sent, one refused, one unknown. */
  async function seed(): Promise<void> {
    const grants = demo.app.get(GrantRepository, { strict: false });
    for (let number = 0; number < 5; number++) {
      const person = `person-${number}`;
      demo.simulator.addPerson(person);
      const openid = demo.simulator.openid(person, appId);
      demo.simulator.confirm({ appId, templateId, scene: 7, openid });
      await grants.record({
        appId,
        templateId,
        scene: 7,
        openid,
        source: `${HOSTILE_60}${number}`,
      });
      openids.push(openid);
    }
    for (const [index, outcome] of (['sent', 'refused', 'unknown'] as const).entries()) {
      if (outcome === 'refused')
        demo.simulator.fault({ kind: 'errcode', errcode: 43101, errmsg: HOSTILE, path: SEND });
      if (outcome === 'unknown') demo.simulator.fault({ kind: 'reset-after', path: SEND });
      const said = { title: '<b>课</b>', content: { value: HOSTILE } };
      const { body } = await api('POST', 'messages', {
        ...{ appId, templateId, scene: 7 },
        openid: openids[index],
        ...said,
      });
      if (outcome !== 'sent') ids[outcome] = body.messageId ?? body.id;
    }
  }

  /** One that no test waits for, with a time of each kind behind it. */
  async function seedRecurring(): Promise<void> {
    const said = { title: '周报', content: { value: HOSTILE } };
    const { body } = await api('POST', 'broadcasts/recurring', {
      ...{ appId, templateId, scene: 7, ...said },
      ...{ name: HOSTILE_64, cron: '30 8 * * 1-5', timeZone: 'Pacific/Kiritimati' },
    });
    recurringId = body.id;
    await api('POST', `broadcasts/recurring/${recurringId}/pause`);
    const source = demo.app.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
    const now = Date.now();
    for (const [at, outcome] of ['started', 'missed', 'skipped', 'failed'].entries()) {
      const due = now - (at + 1) * 86_400_000;
      const through = outcome === 'missed' ? due + 3_600_000 : 'NULL';
      const id = `00000000-0000-7000-8000-00000000000${at}`;
      const broadcast = outcome === 'started' ? `'${id}'` : 'NULL';
      await source.query(
        `INSERT INTO weixin_broadcast_occurrence (id, recurring_id, due_at, outcome, through_at, broadcast_id, reason, decided_at)
          VALUES ('${id}', '${recurringId}', ${due}, '${outcome}', ${through}, ${broadcast}, '${HOSTILE}', ${due})`,
      );
    }
  }

  async function api(method: string, path: string, body?: object) {
    const response = await fetch(`${demo.url}/weixin/${path}`, {
      method,
      headers: { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  const home = () => `${demo.url}/weixin/console`;
  const goto = async (path: string) => {
    await page.goto(`${home()}/${path}${path.includes('?') ? '&' : '?'}appId=${appId}`);
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    await until(async () => (await page.locator('.skeleton').count()) === 0, 'all of it loaded');
  };
  /** Ten sign-ins a minute are looked at, so a key types itself once. */
  const signIn = async (key = SERVICE_KEY) => {
    await page.context().addCookies(sessions.get(key) ?? []);
    await page.goto(home());
    if (sessions.has(key)) return void (await page.locator('.shell').waitFor());
    await page.locator('#key').fill(key);
    await page.keyboard.press('Enter');
    await page.locator('.shell').waitFor();
    sessions.set(key, await page.context().cookies());
  };
  const see = async (name: string) => {
    await page.screenshot({ path: join(SCREENSHOTS, `console-${name}.png`) });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect([name, overflow]).toEqual([name, 0]);
  };
  const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
  const RULES = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']);
  const findings = () =>
    page.evaluate(`${axe};axe.run(document, { runOnly: ${RULES} }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(', ')))`);

  it('refuses a wrong key in words, keeps a right one where no script reads it, and signs out', async () => {
    const response = await page.goto(home());
    expect(response?.headers()['content-security-policy']).toMatch(/script-src 'self'; style-src 'self'/);
    await page.locator('#key').fill('not-a-key');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('alert').waitFor();
    // What Chromium says of the 401 itself.
    expect(complaints.splice(0)).toHaveLength(1);
    await see('sign-in');

    await signIn();
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain(SERVICE_KEY);
    expect((await page.context().cookies()).map(({ httpOnly }) => httpOnly)).toEqual([true]);
    await page.getByRole('button', { name: '退出登录' }).first().click();
    await page.locator('#key').waitFor();
    await page.reload();
    await page.locator('#key').waitFor();
  });

  const PAGES = () => ({
    overview: '',
    messages: 'messages?status=unknown',
    message: `messages/${ids.refused}`,
    broadcasts: 'broadcasts',
    'broadcast-new': 'broadcasts/new',
    recurring: 'broadcasts/recurring',
    'recurring-one': `broadcasts/recurring/${recurringId}`,
    people: `people?openid=${openids[1]}`,
    templates: 'templates',
    accounts: 'accounts',
    account: `accounts/${appId}`,
    pushes: 'pushes',
    audit: 'audit',
  });

  it.each([
    ['zh-CN', 'desktop', 'light'],
    ['en-GB', 'phone', 'dark'],
  ] as const)(
    'each page in %s on a %s, %s: nothing runs out of it, axe finds nothing, no complaint',
    async (locale, device, colorScheme) => {
      await open(locale, WIDTHS[device]);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await signIn();
      for (const [name, path] of Object.entries(PAGES())) {
        await goto(path);
        await see(`${name}-${device}-${locale.slice(0, 2)}-${colorScheme}`);
        // The same elements stand below each other on a phone: three pages have all of their kinds.
        if (device === 'phone' && !['overview', 'messages', 'broadcast-new'].includes(name)) continue;
        expect([name, await findings()]).toEqual([name, []]);
      }
    },
    120_000,
  );

  it('shows an openid only when asked for', async () => {
    await signIn();
    await goto(`messages/${ids.refused}`);
    await page.getByText(HOSTILE).first().waitFor();
    expect(await page.locator('main').textContent()).not.toContain(openids[1]);
    await page.getByRole('button', { name: '显示 openid' }).click();
    await page.getByText(openids[1]).waitFor();
  });

  it('shows, and asks about, the person of the page and no other', async () => {
    await signIn();
    for (const openid of openids.slice(0, 2)) {
      await page.getByRole('link', { name: '用户' }).first().click();
      await page.getByRole('textbox', { name: 'openid' }).fill(openid);
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`openid=${openid}`));
    }
    await page.getByRole('button', { name: '抹除该用户…' }).click();
    await page.getByRole('dialog').waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'hidden', timeout: 5000 });

    await page.goto(`${home()}/people?appId=${appId}&openid=${openids[0]}`);
    let late: () => Promise<void> = async () => undefined;
    await page.route('**/weixin/explain?*', (route) => {
      late = () => route.continue();
    });
    await page.getByLabel('scene', { exact: true }).fill('7');
    await page.getByRole('button', { name: '分析' }).click();
    await page.getByRole('textbox', { name: 'openid' }).fill(String(openids[1]));
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`openid=${openids[1]}`));
    const arrived = page.waitForResponse(/weixin\/explain/);
    await late();
    await (await arrived).finished();
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
    expect(await page.getByText('下一步').count()).toBe(0);
  });

  it('resolves an unknown message from the list of problems', async () => {
    await signIn();
    await goto('');
    await page.getByText('不知道这些消息是否送达').waitFor();
    await page.getByRole('link', { name: '去处理' }).click();
    await page.getByRole('checkbox', { name: ids.unknown }).check();
    await page.getByRole('button', { name: '处理…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '已发送' }).click();
    await page.getByText('没有结果未知的消息').waitFor();
    await goto(`messages/${ids.unknown}`);
    await page.getByText('已人工处理').first().waitFor();
  });

  it('starts a broadcast after a dry run, and watches it to its end', async () => {
    await signIn();
    await goto('broadcasts');
    await page.getByRole('button', { name: '新建群发' }).click();
    await page.getByRole('combobox', { name: '模板' }).selectOption(templateId);
    await page.getByLabel('scene', { exact: true }).fill('7');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByLabel('标题').fill('这是一个超过十五个字的很长的标题呀');
    await page.getByLabel('正文', { exact: true }).fill('线性代数改到周五');
    await page.getByText('17 / 15').waitFor();
    expect(await page.getByRole('button', { name: '下一步' }).isDisabled()).toBe(true);
    await page.getByLabel('标题').fill('调课通知');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByText('现在会有 2 人收到').waitFor();
    expect(demo.simulator.inbox().filter(({ title }) => title === '调课通知')).toEqual([]);
    await see('dry-run');
    await page.getByRole('button', { name: '开始，发送给 2 人' }).click();
    await page.waitForURL(/\/broadcasts\/[\da-f-]{36}/);
    await page.getByText('已完成').first().waitFor();
    await page.getByText('2 / 2').waitFor();
    await until(
      () => demo.simulator.inbox().filter(({ title }) => title === '调课通知').length === 2,
      'both',
    );
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    expect(readFileSync(await (await downloading).path(), 'utf8').match(/,sent,/g)).toHaveLength(2);
  });

  it('starts one with the keywords of a template of the mini-program, to all who accepted', async () => {
    const [subscribe] = MINI_PROGRAM.templates;
    const key = { appId: MINI_PROGRAM.appId, templateId: subscribe };
    const openid = simulator.openid('person-0', key.appId);
    const answers = { [subscribe]: 'accept' as const };
    simulator.requestSubscribeMessage({ appId: key.appId, person: 'person-0', answers });
    await demo.app.get(GrantRepository, { strict: false }).record({ ...key, openid, source: 'console:mini' });
    await signIn();
    await page.goto(`${home()}/broadcasts/new?appId=${key.appId}`);
    await page.getByRole('combobox', { name: '模板' }).selectOption(subscribe);
    expect(await page.getByRole('radio', { name: '该模板的所有人' }).isChecked()).toBe(true);
    expect(await page.getByLabel('scene', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByLabel('thing1').fill('线性代数');
    await page.getByLabel('time2').fill('25:00');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByText('a 24-hour time').first().waitFor();
    expect(await page.getByRole('button', { name: '开始', exact: true }).isDisabled()).toBe(true);
    // The refusal is told, and logged by the browser.
    complaints = complaints.filter((text) => !text.includes('status of 400'));
    await page.getByRole('button', { name: '返回' }).click();
    await page.getByLabel('time2').fill('15:01');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByText('现在会有 1 人收到').waitFor();
    await see('dry-run-keywords');
    await page.getByRole('button', { name: '开始，发送给 1 人' }).click();
    await page.getByText('已完成').first().waitFor();
    expect(simulator.inbox(openid)).toMatchObject([{ data: { thing1: { value: '线性代数' } } }]);
    // A template of keywords has no scenes, and its text is that of the keywords.
    await page.getByText('该模板的所有人').waitFor();
    await page.getByRole('article').getByText('线性代数').waitFor();
    await see('broadcast-keywords');
    await page.goto(`${home()}/broadcasts?appId=${key.appId}&cursor=${ids.refused}`);
    await page.getByText('没有更多了').waitFor();
    await page.getByRole('link', { name: '回到第一页' }).click();
    await page.getByText('线性代数 · 15:01').waitFor();
    await page.getByText('该模板的所有人').waitFor();
  });

  it('starts a long list once, also where the response of its start is lost', async () => {
    demo.simulator.addPerson('of-a-long-list');
    const openid = demo.simulator.openid('of-a-long-list', appId);
    const asked = { appId, templateId, scene: 9, openid };
    demo.simulator.confirm(asked);
    await demo.app.get(GrantRepository, { strict: false }).record({ ...asked, source: 'long-list' });
    await signIn();
    await goto('broadcasts/new');
    await page.getByRole('combobox', { name: '模板' }).selectOption(templateId);
    await page.getByRole('radio', { name: 'openid 名单' }).check();
    const list = [openid, ...Array.from({ length: 1000 }, (_, at) => `oNobody${at}`)];
    await page.locator('#list').fill(list.join('\n'));
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByLabel('标题').fill('名单');
    await page.getByLabel('正文', { exact: true }).fill('线性代数改到周五');
    await page.getByRole('button', { name: '下一步' }).click();
    const start = page.getByRole('button', { name: '开始，发送给 1 人' });
    await page.route('**/start', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await start.click();
    await page.locator('.notice.bad').waitFor();
    complaints = complaints.filter((text) => !/ERR_FAILED/.test(text));
    await page.unroute('**/start');
    await start.click();
    await page.waitForURL(/\/broadcasts\/[\da-f-]{36}/);
    await page.getByText('已完成').first().waitFor();
    expect(demo.simulator.inbox(openid)).toHaveLength(1);
  });

  it('makes a recurring one, pauses it, goes on, and deletes it', async () => {
    await signIn();
    await goto('broadcasts');
    await page.getByRole('link', { name: '定期群发…' }).click();
    await page.getByRole('button', { name: '新建群发' }).click();
    await page.getByRole('combobox', { name: '模板' }).selectOption(templateId);
    await page.getByLabel('scene', { exact: true }).fill('7');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByLabel('标题').fill('每周提醒');
    await page.getByLabel('正文', { exact: true }).fill('{{date}} 交作业');
    expect(await page.getByRole('radio', { name: '定期' }).isChecked()).toBe(true);
    await page.getByLabel('名称').fill('交作业');
    await page.getByLabel('重复').selectOption('week');
    await page.getByLabel('星期').selectOption('5');
    await page.getByLabel('时间', { exact: true }).fill('18:30');
    await see('recurring-form');
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByText('如果现在开始，会有').waitFor();
    await page.getByText('每星期五 18:30').waitFor();
    await page.getByRole('button', { name: '创建' }).click();
    await page.waitForURL(/\/recurring\/[\da-f-]{36}/);
    await page.getByText('还没有到过一次').waitFor();
    await see('recurring-made');
    const { body } = await api('GET', `broadcasts/recurring?appId=${appId}`);
    const made = body.recurring.find(({ name }: { name: string }) => name === '交作业');
    expect(made).toMatchObject({
      cron: '30 18 * * 5',
      timeZone: 'Asia/Shanghai',
      title: '每周提醒',
      scene: 7,
    });
    await page.getByRole('button', { name: '暂停' }).click();
    await page.getByText('暂停期间的时间不补发').waitFor();
    await page.getByRole('button', { name: '继续' }).click();
    await page.getByText('后续时间').waitFor();
    await page.getByRole('button', { name: '删除' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
    await page.waitForURL(/\/recurring\?/);
    expect((await api('GET', `broadcasts/recurring/${made.id}`)).status).toBe(404);
  });

  it('tells of a bad night and what to do; a person ends it, and the sums are exact', async () => {
    const SCENE = 8;
    const grants = demo.app.get(GrantRepository, { strict: false });
    const clock = demo.app.get(Clock, { strict: false });
    let nightMs = 0;
    clock.now = () => Date.now() + nightMs;
    let night = 0;
    /** Somebody who has asked, and the message for them. */
    const send = async () => {
      const person = `night-${++night}`;
      demo.simulator.addPerson(person);
      const openid = demo.simulator.openid(person, appId);
      demo.simulator.confirm({ appId, templateId, scene: SCENE, openid });
      await grants.record({ appId, templateId, scene: SCENE, openid, source: person });
      const said = { title: '夜间提醒', content: { value: `第 ${night} 位` } };
      const { status, body } = await api('POST', 'messages', {
        appId,
        templateId,
        scene: SCENE,
        openid,
        ...said,
      });
      return { status, id: String(body.messageId ?? body.id), code: body.code, openid };
    };
    const arrived = () => demo.simulator.inbox().filter(({ scene }) => scene === SCENE).length;

    // Another system takes the token, twice: each time ours dies at once, is replaced, and the message goes.
    for (let theft = 0; theft < 2; theft++) {
      nightMs += 2 * MINUTE;
      for (const _ of ['the token before overlaps', 'and is dead now']) demo.simulator.mintBehindBack(appId);
      expect((await send()).status).toBe(201);
    }
    // For ten minutes nobody hears from WeChat. Of four messages two have arrived all the same.
    const silent: { id: string; arrives: boolean }[] = [];
    for (const arrives of [true, false, true, false]) {
      nightMs += 2.5 * MINUTE;
      demo.simulator.fault({ kind: arrives ? 'reset-after' : 'reset-before', path: SEND });
      const { id, code } = await send();
      expect(code).toBe('WEIXIN_MESSAGE_UNKNOWN');
      silent.push({ id, arrives });
    }
    // Somebody has deleted a template at WeChat, which the comparison of the night finds out.
    const { appId: mini, templates } = MINI_PROGRAM;
    const listed = channelSimulatorAccounts()[0].subscribeTemplates ?? [];
    await api('POST', 'templates/drift', { appId: mini });
    demo.simulator.updateAccount(mini, {
      subscribeTemplates: listed.filter(({ priTmplId }) => priTmplId !== templates[1]),
    });
    await api('POST', 'templates/drift', { appId: mini });

    await signIn();
    await goto('');
    const problem = (words: string) => page.locator('.problems li').filter({ hasText: words });
    for (const [words, remedy, next] of [
      ['有别的程序在为该账号获取 access_token', '让它从这里读取 token', '账号'],
      ['微信上已没有这个模板', '在微信重新添加模板', '模板'],
      ['不知道这些消息是否送达', '询问本人', '去处理'],
    ]) {
      await problem(words).getByText(remedy).waitFor();
      await problem(words).getByRole('link', { name: next }).waitFor();
    }
    await see('bad-night');

    await problem('不知道这些消息是否送达').getByRole('link', { name: '去处理' }).click();
    for (const [outcome, arrives] of [
      ['已发送', true],
      ['未发送', false],
    ] as const) {
      for (const one of silent.filter((each) => each.arrives === arrives))
        await page.getByRole('checkbox', { name: one.id }).check();
      await page.getByRole('button', { name: '处理…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: outcome }).click();
      await page.getByText('已处理 2 条').last().waitFor();
      await page.getByText('已选').waitFor({ state: 'detached' });
    }
    const sums = async () => {
      const today = new Date(clock.now() + 8 * 60 * MINUTE).toISOString().slice(0, 10);
      const yesterday = new Date(Date.now() + 8 * 60 * MINUTE).toISOString().slice(0, 10);
      const query = new URLSearchParams({ appId, scene: String(SCENE), from: yesterday, to: today });
      const { counts } = (await api('GET', `counts?${query}`)).body;
      const sum = (of: string, name: string) =>
        counts.reduce((all: number, day: Record<string, Record<string, number>>) => all + day[of][name], 0);
      return {
        ...{ sent: sum('messages', 'sent'), failed: sum('messages', 'failed') },
        ...{ unknown: sum('messages', 'unknown'), spent: sum('grants', 'spent') },
        ...{ available: sum('grants', 'available'), arrived: arrived() },
      };
    };
    expect(await sums()).toEqual({ sent: 4, failed: 2, unknown: 0, spent: 4, available: 2, arrived: 4 });

    // The two who got nothing get it now; a filter that finds them is an address that can be shared.
    await page.goto(`${home()}/messages?appId=${appId}&status=failed&requestedBy=courses`);
    await page.getByRole('checkbox', { name: '选择本页全部' }).check();
    await see('messages-failed');
    await page.getByRole('button', { name: '再发一次…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '再发一次' }).click();
    await page.getByText('已处理 2 条').last().waitFor();
    await until(() => arrived() === 6, 'all six');
    await until(async () => (await sums()).sent === 6, 'both are recorded');
    expect(await sums()).toEqual({ sent: 6, failed: 2, unknown: 0, spent: 6, available: 0, arrived: 6 });
    // Asked for once more, nothing goes out.
    for (const { id, arrives } of silent) {
      const { status, body } = await api('POST', `messages/${id}/resend`);
      expect([status, body.code ?? body.status]).toEqual(
        arrives ? [409, 'WEIXIN_MESSAGE_NOT_RESENDABLE'] : [202, 'sent'],
      );
    }
    expect(arrived()).toBe(6);
  }, 60_000);

  it('reads an address as far as it can', async () => {
    await signIn();
    await goto('?range=toString');
    expect(await page.locator('.notice.bad').count()).toBe(0);
  });

  it('works by plain HTTP inside a network, where browsers give a page less', async () => {
    const address = `http://console.internal:${new URL(demo.url).port}/weixin/console`;
    await page.goto(address);
    await page.locator('#key').fill(SERVICE_KEY);
    await page.keyboard.press('Enter');
    await page.locator('.shell').waitFor();
    await page.goto(`${address}/broadcasts/new?appId=${appId}`);
    await page.getByRole('combobox', { name: '模板' }).waitFor();
    await page.goto(`${address}/messages/${ids.unknown}`);
    await page.evaluate(
      `addEventListener('copy', ({ clipboardData }) => { window.taken = clipboardData.getData('text/plain'); })`,
    );
    await page.getByRole('button', { name: `复制 ${ids.unknown}` }).click();
    expect(await page.evaluate('window.taken')).toBe(ids.unknown);
    complaints = complaints.filter((text) => !/Cross-Origin-Opener-Policy/.test(text));
  });

  it('says which scope a key lacks, and does nothing then', async () => {
    await open('en-GB', WIDTHS.desktop);
    await signIn(READER_KEY);
    await goto('broadcasts');
    expect(await page.getByRole('link', { name: 'Templates' }).count()).toBe(0);
    const begin = page.getByRole('button', { name: 'New broadcast' });
    expect(await begin.getAttribute('title')).toBe('Your key lacks the scope broadcasts:send');
    await begin.click({ force: true });
    await Promise.all([
      page.waitForResponse(/\/broadcasts\?/),
      page.getByRole('button', { name: 'Refresh' }).click(),
    ]);
    expect(page.url()).toContain('/broadcasts?');
  });

  it('works by keyboard, in both languages and both looks', async () => {
    await signIn();
    await goto('');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('跳到正文');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('main');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    for (const name of ['Colours: as the system', 'Colours: light'])
      await page.getByRole('button', { name }).click();
    expect(await page.evaluate('document.documentElement.className')).toBe('dark');
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.evaluate('document.documentElement.className')).toBe('dark');
  });

  it('asks to sign in again when the session has ended, and goes on where it was', async () => {
    await signIn();
    await goto('broadcasts');
    await page.context().clearCookies();
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByText('会话已结束').waitFor();
    expect(complaints.splice(0)).toHaveLength(1);
    await page.locator('#key').fill(SERVICE_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '群发' }).waitFor();
  });

  it('loads less script at first than the limit', async () => {
    const scripts: string[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.endsWith('.js')) scripts.push(pathname.slice(pathname.lastIndexOf('/') + 1));
    });
    await signIn();
    await goto('');
    const sizes = [...new Set(scripts)].map(
      (name) => gzipSync(readFileSync(join(BUILT, 'assets', name))).length,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_LOAD_BYTES);
    expect(readdirSync(BUILT).some((name) => statSync(join(BUILT, name)).isFile())).toBe(true);
  });

  // The last one: its rows are of no use to another.
  it('shows what strangers wrote as text, on every page', async () => {
    const source = demo.app.get<DataSource>(WEIXIN_DATA_SOURCE, { strict: false });
    const set = (table: string, columns: Record<string, string | number>, where: string) =>
      source.query(
        `UPDATE weixin_${table} SET ${Object.keys(columns).map((name) => `${name} = ?`)} WHERE ${where}`,
        Object.values(columns),
      );
    const now = Date.now();
    const { appId: mini, templates } = MINI_PROGRAM;
    // Of people, and of WeChat in the name of people.
    const ofPerson = { openid: HOSTILE_64, requested_by: HOSTILE_64, rid: HOSTILE_64 };
    await set('message', ofPerson, `id = '${ids.refused}'`);
    await source.query(
      `INSERT INTO weixin_push_event (id, app_id, identity, name, openid, status, attempts, reason, received_at, ended_at)
        VALUES ('${crypto.randomUUID()}', ?, 'x', ?, ?, 'failed', 5, ?, ${now}, ${now})`,
      [appId, HOSTILE, HOSTILE_64, HOSTILE],
    );
    // Of WeChat.
    const failure = { at: now, until: now, pauseMs: 1000, message: HOSTILE, errcode: 40164 };
    await set('token', { failure: JSON.stringify(failure) }, `app_id = '${appId}'`);
    const [listed, other] = channelSimulatorAccounts()[0].subscribeTemplates ?? [];
    simulator.updateAccount(mini, {
      subscribeTemplates: [
        { ...listed, title: HOSTILE_15, content: `${HOSTILE_15}:{{thing1.DATA}}\n时间:{{time2.DATA}}` },
        other,
      ],
    });
    const drift = { finding: 'keywords-changed', found_at: now, detail: HOSTILE };
    await set('template', drift, `template_id = '${templates[0]}'`);
    // Of those who call the REST API.
    const said = { title: HOSTILE_15, content: { value: HOSTILE }, draft: true };
    const { body } = await api('POST', 'broadcasts', { appId, templateId, scene: 9, ...said });
    const stopped = { status: 'paused', pause_cause: 'refused', started_at: now, reason: HOSTILE };
    await set('broadcast', { ...stopped, requested_by: HOSTILE_64 }, `id = '${body.id}'`);
    await set(
      'broadcast_event',
      { reason: HOSTILE, requested_by: HOSTILE_64 },
      `broadcast_id = '${body.id}'`,
    );
    await set('recurring_broadcast', { requested_by: HOSTILE_64 }, `id = '${recurringId}'`);
    await api('DELETE', `templates/${mini}/${encodeURIComponent(HOSTILE_64)}`);
    await set('audit', { operator: HOSTILE_64, client: HOSTILE_15 }, "action = 'templates.delete'");

    await open('en-GB', WIDTHS.desktop);
    await signIn();
    /** All of them are in the page as they were written, and it has nothing that they could have made. */
    const shows = async (name: string, ...texts: string[]) => {
      for (const each of texts) await page.getByText(each).first().waitFor();
      const made = await page.evaluate(`[
        ...document.querySelectorAll('img, iframe, object, embed, base, [onerror], [onload], body script'),
        ...[...document.links].filter(({ origin }) => origin !== location.origin),
      ].map(({ outerHTML }) => outerHTML)`);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([name, made, overflow]).toEqual([name, [], 0]);
    };
    const masked = page.getByRole('button', { name: 'Show the openid' });
    const visit = async (path: string, ...texts: string[]) => {
      await goto(path);
      while ((await masked.count()) > 0) await masked.first().click();
      await shows(path, ...texts);
    };
    await visit('', HOSTILE, HOSTILE_15);
    await visit('messages?status=refused', HOSTILE, HOSTILE_64);
    await visit(`messages/${ids.refused}`, HOSTILE, HOSTILE_64, '<b>课</b>');
    await visit('broadcasts', HOSTILE, HOSTILE_15, HOSTILE_64);
    await visit(`broadcasts/${body.id}`, HOSTILE, HOSTILE_15, HOSTILE_64);
    await visit('broadcasts/recurring', HOSTILE_64);
    await visit(`broadcasts/recurring/${recurringId}`, HOSTILE, HOSTILE_64);
    await visit('accounts');
    await visit(`accounts/${appId}`, HOSTILE);
    await visit('pushes', HOSTILE, HOSTILE_64);
    await visit('audit?all=1', HOSTILE_64, HOSTILE_15);
    await page.getByRole('link', { name: recurringId }).first().click();
    await page.waitForURL(new RegExp(`/broadcasts/recurring/${recurringId}`));
    await visit(`people?openid=${openids[0]}`, HOSTILE_60);
    // Where it is part of the address, and refused.
    const typed = encodeURIComponent(HOSTILE_64);
    await visit(`people?openid=${typed}`, HOSTILE_64);
    await page.getByRole('button', { name: 'Erase this person' }).click();
    await page.getByRole('dialog').getByText(HOSTILE_64).waitFor();
    await shows('the dialog before somebody is erased');
    await page.keyboard.press('Escape');
    await visit(`messages/${typed}`, HOSTILE_64);
    await visit(typed);
    // What somebody pressed, and was refused.
    await goto(`messages/${ids.refused}`);
    await page.getByRole('button', { name: 'Send once more' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send once more' }).click();
    await page.locator('.el-message').getByText(HOSTILE_64).waitFor();
    await shows('a notice');
    complaints = complaints.filter((text) => !/status of (400|409)/.test(text));

    await page.goto(`${home()}/templates?appId=${mini}`);
    await shows('templates', HOSTILE, HOSTILE_15);
    await page.goto(`${home()}/broadcasts/new?appId=${mini}`);
    await page.getByRole('combobox', { name: 'Template' }).selectOption(templates[0]);
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await shows('the keywords of a new broadcast', HOSTILE_15);
  }, 120_000);
}
