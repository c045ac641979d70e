/**
 * The console beside a ledger of 100,000 messages: how long the overview takes, how much script it loads, how
 * many rows each page reads, and with `--shots` each page in both widths, languages and looks, as a file.
 *
 * npm run bench:console [-- --messages 100000 --database postgres --rounds 9 --shots test-results/console]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { GrantRepository } from 'nestjs-weixin-subscribe';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { DataSource } from 'typeorm';
import { WeixinSimulator } from 'weixin-simulator';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import type { SqlValue } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { startDemo } from '../../test/e2e/demo.js';
import {
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../../test/support/accounts.js';
import { costsOf } from '../../test/support/cost.js';
import { type Filled, fillSchool } from '../../test/support/school.js';
import type { DatabaseKind } from '../../test/support/test-databases.js';
import { LABELS } from '../support/databases.js';
import { machine } from '../support/machine.js';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    database: { type: 'string', default: 'postgres' },
    rounds: { type: 'string', default: '9' },
    shots: { type: 'string', default: 'test-results/console' },
    parts: { type: 'string', default: 'time,reads,looks' },
    only: { type: 'string' },
  },
});
const kind = values.database as DatabaseKind;
if (!(kind in LABELS)) throw new Error(`--database: one of ${Object.keys(LABELS).join(', ')}`);
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-sync'];
const WIDTHS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const RULES = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']);
const BUILT = 'libs/weixin-console/web-dist';
const CLASS = 60;
const SCENE = 45;
const { appId } = OFFICIAL;
const [templateId] = OFFICIAL.templates;

execFileSync(process.execPath, ['libs/weixin-console/build-web.mjs', '--if-older'], { stdio: 'inherit' });
const simulator = await WeixinSimulator.start({
  port: 0,
  accounts: [...simulatorAccounts(), ...channelSimulatorAccounts().slice(0, 1)],
});
const { appSecret, templates } = MINI_PROGRAM;
const mini = { appId: MINI_PROGRAM.appId, appSecret, kind: MINI_PROGRAM.kind, templates };
const demo = await startDemo(
  kind,
  { WEIXIN_ACCOUNTS: JSON.stringify([...libraryAccounts(), mini]), WEIXIN_BROADCAST_RATE: '1' },
  simulator,
);
let browser: Browser | undefined;
try {
  const dataSource = demo.app.get(DataSource);
  const begun = performance.now();
  const filled = await fillSchool(dataSource, {
    appId,
    templateId,
    now: Date.now(),
    messages: Number(values.messages),
  });
  if (kind === 'mysql')
    await dataSource.query(
      'ANALYZE TABLE weixin_grant, weixin_live_grant, weixin_message, weixin_push_event, weixin_audit',
    );
  else await dataSource.query('ANALYZE');
  say(
    `${values.messages} messages on ${LABELS[kind]}, written in ${seconds(performance.now() - begun)}; ${machine()}`,
  );
  const running = await startBroadcast();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const cookies = await signIn(browser);
  const pages = pagesOf(filled, running);
  const parts = values.parts.split(',');
  if (parts.includes('time')) await timeOverview(browser, cookies);
  if (parts.includes('reads')) await readByPages(browser, cookies, pages);
  if (parts.includes('looks')) await look(browser, cookies, pages, values.shots);
} finally {
  await browser?.close();
  await demo.close();
  await simulator.close();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** A broadcast that is under way while the pages are looked at. */
async function startBroadcast(): Promise<string> {
  const grants = demo.app.get(GrantRepository, { strict: false });
  for (let n = 0; n < CLASS; n++) {
    demo.simulator.addPerson(`class-${n}`);
    const openid = demo.simulator.openid(`class-${n}`, appId);
    demo.simulator.confirm({ appId, templateId, scene: SCENE, openid });
    await grants.record({ appId, templateId, scene: SCENE, openid, source: `class:${n}` });
  }
  const content = { title: '上课提醒', content: { value: '线性代数 8:50 开始，教室 3-402' } };
  const begin = { appId, templateId, scene: SCENE, rate: 1, ...content };
  const { id } = await post('broadcasts', { ...begin, idempotencyKey: 'bench' });
  return String(id);
}

async function post(path: string, body: object) {
  const response = await fetch(`${demo.url}/weixin/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

async function signIn(chrome: Browser): Promise<Cookies> {
  const context = await chrome.newContext();
  const page = await context.newPage();
  await page.goto(`${demo.url}/weixin/console`);
  await page.locator('#key').fill(SERVICE_KEY);
  await page.keyboard.press('Enter');
  await page.locator('.shell').waitFor();
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

function pagesOf(
  { messages, broadcasts, openids, failedPush }: Filled,
  running: string,
): Record<string, string> {
  return {
    overview: '',
    'overview-7d': '?range=7d',
    messages: 'messages',
    'messages-unknown': 'messages?status=unknown',
    'messages-waiting': 'messages?status=waiting',
    'messages-refused': 'messages?status=refused',
    'messages-rare': 'messages?errcode=43004',
    'messages-person': `messages?openid=${openids[0]}`,
    'message-sent': `messages/${messages.sent}`,
    'message-refused': `messages/${messages.refused}`,
    'message-unknown': `messages/${messages.unknown}`,
    'message-waiting': `messages/${messages.waiting ?? messages.sent}`,
    people: 'people',
    person: `people?openid=${openids[0]}`,
    broadcasts: 'broadcasts',
    'broadcasts-cancelled': 'broadcasts?status=cancelled',
    'broadcast-running': `broadcasts/${running}`,
    'broadcast-finished': `broadcasts/${broadcasts[0]}`,
    'broadcast-new': 'broadcasts/new',
    templates: 'templates',
    'templates-mini': `templates?appId=${MINI_PROGRAM.appId}`,
    accounts: 'accounts',
    account: `accounts/${appId}`,
    pushes: 'pushes',
    'pushes-failed': 'pushes?status=failed',
    audit: 'audit',
    'audit-action': 'audit?action=people.erase&actor=reader',
    nowhere: `nowhere/${failedPush}`,
  };
}

async function goto(page: Page, path: string): Promise<void> {
  const account = /[?&]appId=/.test(path) ? '' : `${path.includes('?') ? '&' : '?'}appId=${appId}`;
  await page.goto(`${demo.url}/weixin/console/${path}${account}`);
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => document.querySelectorAll('.skeleton').length === 0);
}

/** From the navigation to figures, chart and problems, each time with an empty cache. */
async function timeOverview(chrome: Browser, cookies: Cookies): Promise<void> {
  const took: number[] = [];
  const scripts = new Set<string>();
  for (let round = 0; round < Number(values.rounds); round++) {
    const context = await chrome.newContext({ viewport: WIDTHS.desktop, locale: 'zh-CN' });
    await context.addCookies(cookies);
    const page = await context.newPage();
    page.on('response', (response) => {
      const name = new URL(response.url()).pathname.split('/').at(-1) ?? '';
      if (name.endsWith('.js')) scripts.add(name);
    });
    const begun = performance.now();
    await page.goto(`${demo.url}/weixin/console/?appId=${appId}`, { waitUntil: 'commit' });
    await page.waitForFunction(
      () =>
        /\d/.test(document.querySelector('.figure b')?.textContent ?? '') &&
        document.querySelector('.u-over') !== null &&
        document.querySelectorAll('.skeleton').length === 0,
    );
    took.push(performance.now() - begun);
    await context.close();
  }
  took.sort((one, other) => one - other);
  const bytes = [...scripts].map((name) => gzipSync(readFileSync(join(BUILT, 'assets', name))).length);
  say(
    `overview, cold cache, ${took.length} rounds: median ${seconds(took[took.length >> 1] ?? 0)}, longest ${seconds(took.at(-1) ?? 0)}`,
  );
  say(
    `scripts of the first load: ${(bytes.reduce((sum, size) => sum + size, 0) / 1000).toFixed(1)} kB compressed`,
  );
}

/** Which statements each page makes the database run, and how many rows the largest of them reads. */
async function readByPages(chrome: Browser, cookies: Cookies, pages: Record<string, string>): Promise<void> {
  if (kind === 'sqlite') return;
  const sql = demo.app.get(SqlExecutor, { strict: false });
  const original = sql.all.bind(sql);
  const ran: { sql: string; params: SqlValue[] }[] = [];
  sql.all = (text: string, params: SqlValue[]) => {
    ran.push({ sql: text, params });
    return original(text, params);
  };
  const context = await chrome.newContext({ viewport: WIDTHS.desktop, locale: 'zh-CN' });
  await context.addCookies(cookies);
  const page = await context.newPage();
  for (const [name, path] of Object.entries(pages)) {
    ran.length = 0;
    const begun = performance.now();
    await goto(page, path);
    const took = performance.now() - begun;
    const costs: { rows: number; sql: string }[] = [];
    for (const step of [...ran]) {
      for (const { examined = 0 } of await costsOf(demo.app.get(DataSource), kind, {
        name: 'page',
        ...step,
      } as never))
        costs.push({ rows: examined, sql: step.sql.replace(/\s+/g, ' ').slice(0, 150) });
    }
    costs.sort((one, other) => other.rows - one.rows);
    const [worst] = costs;
    say(
      `${name.padEnd(22)} ${seconds(took)}  ${String(ran.length).padStart(3)} reads, ${Math.round(costs.reduce((sum, { rows }) => sum + rows, 0) / (kind === 'postgres' ? 2 : 1))} rows; most ${worst?.rows ?? 0}: ${worst?.sql ?? ''}`,
    );
  }
  sql.all = original;
  await context.close();
}

async function look(
  chrome: Browser,
  cookies: Cookies,
  pages: Record<string, string>,
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const only = values.only?.split(',');
  for (const [device, viewport] of Object.entries(WIDTHS)) {
    for (const locale of ['zh-CN', 'en-GB']) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await chrome.newContext({ viewport, locale, colorScheme, reducedMotion: 'reduce' });
        await context.addCookies(cookies);
        const page = await context.newPage();
        let current = '';
        page.on('console', (message) => message.type() === 'error' && say(`${current}: ${message.text()}`));
        page.on('pageerror', (error) => say(`${current}: ${error.message}`));
        for (const [name, path] of Object.entries(pages)) {
          if (only && !only.includes(name)) continue;
          current = `${name}-${device}-${locale.slice(0, 2)}-${colorScheme}`;
          await goto(page, path);
          await page.screenshot({ path: join(folder, `${current}.png`), fullPage: true });
          const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          if (overflow !== 0) say(`${current}: ${overflow} px wider than the screen`);
          const findings = (await page.evaluate(
            `${AXE};axe.run(document, { runOnly: ${RULES} }).then(({ violations }) =>
              violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(', ')))`,
          )) as string[];
          for (const finding of findings) say(`${current}: ${finding}`);
        }
        await context.close();
      }
    }
  }
}
