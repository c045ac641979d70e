import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { SAMPLES, type WeixinSimulator } from 'weixin-simulator';
import {
  closeSimulators,
  confirmUrl,
  fetchToken,
  MINI,
  MOBILE,
  messageTo,
  OFFICIAL,
  SAMPLE_APP,
  send,
  startSimulator,
} from './support.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const SHOTS = 'test-results/simulator';
const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip;

inBrowser(`pages in Chromium (skipped without ${CHROMIUM}; CHROMIUM_PATH names another)`, () => {
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    const args = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-sync'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  }, 120_000);
  afterAll(() => browser?.close());

  beforeEach(async () => {
    page = await (
      await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
    ).newPage();
    problems = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
  });
  afterEach(async () => {
    await page.context().close();
    await closeSimulators();
    expect(problems).toEqual([]);
  });

  const shoot = (name: string) => page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  const toInbox = (simulator: WeixinSimulator, fields = {}) =>
    confirmUrl(simulator, { redirect_url: `${simulator.url}/_simulator/inbox.html`, ...fields });

  it('asked, confirmed with the keyboard alone, and the card is in the inbox', async () => {
    const simulator = await startSimulator();
    await page.goto(toInbox(simulator));
    await shoot('confirm');
    await page.keyboard.press('Tab');
    await page.keyboard.type('laowang');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('确认');
    await page.keyboard.press('Enter');
    await page.waitForURL(/inbox\.html\?openid=/);
    const openid = simulator.openid('laowang', OFFICIAL);
    expect(new URL(page.url()).searchParams.get('openid')).toBe(openid);
    const message = messageTo(openid, {
      url: 'https://example.com/',
      miniprogram: { appid: MINI, pagepath: 'a' },
    });
    expect((await send(simulator, await fetchToken(simulator), message)).errcode).toBe(0);
    await page.getByText('刷新').click();
    const card = page.getByRole('article');
    await expect(card.getByRole('heading').textContent()).resolves.toBe('上课提醒');
    const text = card.locator('.text');
    expect(await text.textContent()).toBe('第一行\n第二行');
    const style = await text.evaluate((element) => {
      const { color, whiteSpace } = getComputedStyle(element);
      return { color, whiteSpace };
    });
    expect(style).toEqual({ color: 'rgb(255, 0, 0)', whiteSpace: 'pre-wrap' });
    expect(await card.getByRole('link').getAttribute('href')).toBe('https://example.com/');
    await shoot('inbox');
  }, 120_000);

  it('cancelled, and refused with an error page', async () => {
    const simulator = await startSimulator();
    await page.goto(toInbox(simulator));
    await page.getByRole('button', { name: '取消' }).click();
    await page.waitForURL(/action=cancel/);
    expect(page.url()).not.toContain('openid=');
    await page.goto(toInbox(simulator, { scene: '10001' }));
    expect(await page.getByRole('alert').getByRole('heading').textContent()).toBe('应用访问参数错误');
    await shoot('error');
    expect(simulator.grants()).toEqual([]);
  }, 120_000);

  it('sends the browser to the landing address twice under that fault', async () => {
    const landings: string[] = [];
    const host: Server = createServer((request, response) => {
      if (request.url?.startsWith('/back')) landings.push(request.url);
      response.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,"><p>back</p>');
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-twice' });
    const { port } = host.address() as AddressInfo;
    await page.goto(confirmUrl(simulator, { redirect_url: `http://127.0.0.1:${port}/back` }));
    await page.getByRole('button', { name: '确认' }).click();
    await page.waitForURL(/\/back\?/);
    expect(landings).toHaveLength(2);
    expect(landings[0]).toBe(landings[1]);
    await new Promise((resolve) => host.close(resolve).closeAllConnections());
  }, 120_000);

  it('moves clock and faults by buttons, keeps no press for a reload, and resets', async () => {
    const simulator = await startSimulator();
    const before = simulator.now();
    await page.goto(simulator.url);
    await page.getByRole('button', { name: '+2 小时' }).click();
    await page.reload();
    expect(simulator.now() - before).toBe(7_200_000);
    expect(await page.getByRole('status').textContent()).toContain('时钟已拨快');
    await page.getByRole('link', { name: '故障' }).click();
    await page.getByLabel('次数').selectOption('forever');
    await page.getByRole('button', { name: '处理后断开' }).click();
    expect(simulator.faults()).toMatchObject([{ kind: 'reset-after', times: 'forever' }]);
    await page.getByRole('button', { name: /移除.*reset-after/ }).click();
    expect(simulator.faults()).toEqual([]);
    await page.getByRole('link', { name: '面板' }).click();
    await page.getByRole('button', { name: '全部重置' }).click();
    expect(simulator.now()).toBe(before);
  }, 120_000);

  it('is readable on every page: language, labels, contrast, nothing wider than the phone', async () => {
    const simulator = await startSimulator();
    const openid = simulator.openid('xiaohong', OFFICIAL);
    const token = await fetchToken(simulator);
    simulator.confirm({ openid, scene: 1000 });
    await send(simulator, token, messageTo(openid, { data: { content: { value: 'x'.repeat(200) } } }));
    await send(simulator, token, messageTo(openid));
    simulator.confirm({ openid, scene: 3 });
    await sendWithKeywords(simulator);
    simulator.killToken(OFFICIAL);
    simulator.fault({ kind: 'errcode', path: '/cgi-bin/token', times: 'forever', probability: 0.5 });
    const app = { appid: MOBILE, template_id: SAMPLE_APP.templateId, redirect_url: `${MOBILE}://` };
    const pages: Record<string, string> = {
      panel: `${simulator.url}/_simulator/?done=reset`,
      people: `${simulator.url}/_simulator/people.html`,
      grants: `${simulator.url}/_simulator/grants.html`,
      calls: `${simulator.url}/_simulator/calls.html`,
      faults: `${simulator.url}/_simulator/faults.html`,
      'inbox-wide': `${simulator.url}/_simulator/inbox.html?person=xiaohong`,
      'inbox-keywords': `${simulator.url}/_simulator/inbox.html?person=laowang`,
      'confirm-app': toInbox(simulator, app),
      'error-template': toInbox(simulator, { template_id: 'x' }),
    };
    for (const [name, url] of Object.entries(pages)) {
      await page.goto(url);
      // One call is two or three lines, also where its path is long.
      if (name === 'calls') expect(await page.evaluate(tallestSummary)).toBeLessThan(100);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      await shoot(name);
      expect([name, await page.evaluate(findFlaws)]).toEqual([name, []]);
      await page.setViewportSize({ width: 1440, height: 900 });
      expect([name, await page.evaluate(findFlaws)]).toEqual([name, []]);
      await page.setViewportSize({ width: 390, height: 844 });
    }
    await page.goto(toInbox(simulator, app));
    await page.getByRole('button', { name: '确认' }).click();
    await shoot('back-in-app');
    expect(await page.evaluate(findFlaws)).toEqual([]);
  }, 120_000);
});

/** A subscription message and a template message, and a permission of each kind left over. */
async function sendWithKeywords(simulator: WeixinSimulator): Promise<void> {
  const { subscribeTemplateId, formTemplateId } = SAMPLES.miniProgram;
  const openid = simulator.openid('laowang', MINI);
  const answers = { [subscribeTemplateId]: 'accept' } as const;
  for (const _time of [1, 2]) simulator.requestSubscribeMessage({ openid, answers });
  const { prepayId } = simulator.pay({ openid });
  const token = await fetchToken(simulator, MINI);
  const post = (path: string, fields: object) =>
    fetch(`${simulator.url}/cgi-bin/message/${path}?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify({ touser: openid, page: 'pages/lesson?id=1', ...fields }),
    });
  const data = { thing1: { value: '高等数学'.repeat(5) }, time2: { value: '2019年10月1日 15:01~17:00' } };
  await post('subscribe/send', { template_id: subscribeTemplateId, data });
  const keywords = { keyword1: { value: 'x'.repeat(200), color: '#173177' }, keyword2: { value: '15:01' } };
  await post('wxopen/template/send', {
    ...{ template_id: formTemplateId, form_id: prepayId, data: keywords, emphasis_keyword: 'keyword2.DATA' },
  });
  expect(simulator.inbox(openid)).toHaveLength(2);
}

/**
 * Runs in the page. Contrast as WCAG computes it, 4.5 to 1 for all text; what is hidden from readers does not
 * count.
 */
function findFlaws(): string[] {
  const flaws: string[] = [];
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element: Element | null): string => {
    if (!element) return 'rgb(255, 255, 255)';
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? background(element.parentElement) : color;
  };
  for (const element of document.body.querySelectorAll('*')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    if (!hasText || element.closest('[aria-hidden=true]')) continue;
    const pair = [getComputedStyle(element).color, background(element)].map(luminance).sort((a, b) => b - a);
    const contrast = ((pair[0] ?? 0) + 0.05) / ((pair[1] ?? 0) + 0.05);
    if (contrast < 4.5) flaws.push(`contrast ${contrast.toFixed(2)}: ${element.outerHTML.slice(0, 80)}`);
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), select')) {
    if (!(field as HTMLInputElement).labels?.length) flaws.push(`no label: ${field.outerHTML.slice(0, 80)}`);
  }
  for (const pressed of document.querySelectorAll('button, a, summary')) {
    if (!pressed.textContent?.trim()) flaws.push(`no name: ${pressed.outerHTML.slice(0, 80)}`);
  }
  if (document.documentElement.lang !== 'zh-CN') flaws.push('no lang');
  if (document.querySelectorAll('h1').length === 0) flaws.push('no heading');
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) flaws.push(`${scrollWidth} wide in ${clientWidth}`);
  return flaws;
}

/** Runs in the page. */
function tallestSummary(): number {
  const summaries = [...document.querySelectorAll('.calls summary')];
  return Math.max(...summaries.map((summary) => summary.getBoundingClientRect().height));
}
