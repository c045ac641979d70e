import { createHash } from 'node:crypto';
import { BroadcastService, GrantRepository } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { readForm } from '../../apps/demo/src/walkthrough/html-form.js';
import { OFFICIAL } from '../support/accounts.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';
import { type Demo, startDemo } from './demo.js';

const SEND = '/cgi-bin/message/template/subscribe';

describeEachDatabase('reminding a whole class from its page', (kind) => {
  let demo: Demo;
  /** Each test has a course of its own, and nothing of a test before it is left under that one. */
  let course = 41;
  let openids: string[];
  beforeAll(async () => {
    // 40 people take two seconds: enough to press a button in between.
    demo = await startDemo(kind, { WEIXIN_BROADCAST_RATE: '20' });
  }, 120_000);
  afterAll(() => demo?.close());
  beforeEach(async () => {
    demo.simulator.reset();
    course++;
    openids = await classAsks(40);
  });

  const template = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
  const broadcasts = () => demo.app.get(BroadcastService, { strict: false });
  const here = (path = '') => `/courses/${course}/broadcasts${path}`;
  const get = (path: string) => request(demo.url).get(path);
  const press = (path: string, fields: object = {}, headers: Record<string, string> = { Origin: demo.url }) =>
    request(demo.url).post(path).type('form').set(headers).send(fields);

  async function classAsks(people: number, from = 0): Promise<string[]> {
    const grants = demo.app.get(GrantRepository, { strict: false });
    const asked: string[] = [];
    for (let number = from; number < from + people; number++) {
      demo.simulator.addPerson(`student-${number}`);
      const openid = demo.simulator.openid(`student-${number}`, OFFICIAL.appId);
      demo.simulator.confirm({ ...template, openid, scene: course });
      await grants.record({ ...template, openid, scene: course, source: `${course}:${openid}` });
      asked.push(openid);
    }
    return asked;
  }

  /** Course page → what would happen → start; answers the address of its page. */
  async function start(): Promise<string> {
    const form = readForm(
      (await get(linkTo(here('/new'), (await get(`/courses/${course}/teacher`)).text))).text,
    );
    const started = await press(String(form?.action), form?.fields);
    expect(started.status).toBe(303);
    return String(started.headers.location);
  }

  const over = (page: string) =>
    until(async () => {
      const progress = await broadcasts().progress(page.split('/')[4]);
      return ['finished', 'cancelled'].includes(progress.status) && progress.inFlight === 0;
    }, 'the end of the broadcast');

  it('tells how many wait, what would happen, how it goes on, and what became of everybody', async () => {
    const { text } = await get(`/courses/${course}/teacher`);
    expect(text).toMatch(/<strong>40<\/strong> 人等着提醒/);
    expect(text.match(/id="person-/g)).toHaveLength(20);
    const preview = await get(linkTo(here('/new'), text));
    expect(preview.text).toMatch(/将收到提醒.*<dd>40<\/dd>.*≤ 20 条\/秒.*<dd>2 秒<\/dd>/s);
    expect(demo.simulator.counters().sends).toEqual({});

    const page = await start();
    const running = await get(page);
    expect(running.text).toMatch(/发送中.*暂停.*取消，不再发送/s);
    expect(running.text).toContain('<noscript><meta http-equiv="refresh"');
    expect(running.headers['content-security-policy']).toContain(
      `script-src 'sha256-${hashOf(scriptIn(running.text))}'; connect-src 'self'`,
    );
    expect(running.headers['content-security-policy']).toContain("default-src 'none'");
    for (const other of [preview, await get(`/courses/${course}/teacher`)]) {
      expect(other.headers['content-security-policy']).not.toContain('script-src');
      expect(other.text).not.toContain('<script');
    }

    const { text: feed, headers } = await get(`${page}/live`);
    expect(headers['content-type']).toBe('text/event-stream');
    const views = [...feed.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data));
    const done = views.map((view) => view.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(views.length).toBeGreaterThan(2);
    expect(views.at(-1)).toMatchObject({ state: 'finished over', isOver: true, done: 40, all: 40 });
    expect(views.at(-1).texts).toMatchObject({ sent: '40', refused: '0', remaining: '0', done: '40 / 40' });

    const finished = await get(page);
    expect(finished.text).toMatch(/已完成.*40 \/ 40/s);
    expect(finished.text).not.toMatch(/<button|<script|http-equiv/);
    const csv = await get(linkTo(`${page}/outcome.csv`, finished.text));
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.text.match(/,sent,0,/g)).toHaveLength(40);
    expect(demo.simulator.inbox().map(({ openid }) => openid)).toEqual(expect.arrayContaining(openids));
    expect(demo.simulator.inbox()[0]).toMatchObject({
      title: '上课提醒',
      url: `${demo.url}/courses/${course}`,
    });
    expect((await get(`/courses/${course}/teacher`)).text).toMatch(
      new RegExp(`href="${page}".*40 人 · 已完成`),
    );
  });

  it('pauses, resumes and cancels; a button that came too late changes nothing', async () => {
    const page = await start();
    const [pressed, again] = [await press(`${page}/pause`), await press(`${page}/pause`)];
    expect([pressed.status, pressed.headers.location, again.status]).toEqual([303, page, 303]);
    const paused = await get(page);
    expect(paused.text).toMatch(/已暂停.*由人暂停.*继续.*取消，不再发送/s);
    expect(paused.text).not.toContain('Pause</span></button>');

    await press(`${page}/resume`);
    expect((await get(page)).text).toContain('发送中');
    await press(`${page}/cancel`);
    await over(page);
    expect((await get(page)).text).toMatch(/已取消.*下载每个人的结果/s);
    const sent = demo.simulator.inbox().length;
    expect(sent).toBeLessThan(40);
    await press(`${page}/resume`);
    expect((await get(page)).text).toContain('已取消');
    // Who was not written to may be reminded by another one.
    const rest = new RegExp(`<strong>${40 - sent}</strong> 人等着提醒`);
    expect((await get(`/courses/${course}/teacher`)).text).toMatch(rest);
  });

  it('starts one when the button of one page is pressed twice', async () => {
    const form = readForm((await get(here('/new')).query(template)).text);
    const both = await Promise.all([0, 1].map(() => press(String(form?.action), form?.fields)));
    const pages = both.map(({ headers }) => headers.location);
    expect(pages[1]).toBe(pages[0]);
    await over(pages[0]);
    expect(demo.simulator.counters()).toMatchObject({
      sends: { [OFFICIAL.appId]: 40 },
      maxDeliveriesPerGrant: 1,
    });
  });

  it('says why it pauses by itself', async () => {
    demo.simulator.fault({ kind: 'errcode', errcode: 48001, path: SEND, times: 'forever' });
    const page = await start();
    await until(async () => (await get(page)).text.includes('已暂停'));
    const { text } = await get(page);
    expect(text).toContain('微信拒绝的是账号本身');
    expect(text).toContain('48001');
    demo.simulator.clearFaults();
    await press(`${page}/resume`);
    await over(page);
    expect(demo.simulator.inbox()).toHaveLength(40);
  });
});

describe('a broadcast of a class that somebody tampers with', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo?.close());

  const UNKNOWN = '01a1fb5a-c0d7-7330-bea7-3c8d5eddd4bb';
  const form = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], idempotencyKey: 'k1' };
  const post = (path: string, body: object = form, origin = demo.url) =>
    request(demo.url).post(path).type('form').set('Origin', origin).send(body);

  it.each(['', `/${UNKNOWN}/pause`, `/${UNKNOWN}/cancel`])(
    'is not taken from another site: %s',
    async (path) => {
      const { status, text } = await post(`/courses/42/broadcasts${path}`, form, 'https://evil.example');
      expect(status).toBe(403);
      expect(text).toContain('<html lang="zh-CN">');
      const list = await demo.app.get(BroadcastService, { strict: false }).list({ appId: OFFICIAL.appId });
      expect(list).toEqual([]);
    },
  );

  it.each([
    ['a field missing', { ...form, templateId: undefined }],
    ['hostile text', { ...form, appId: '<script>alert(1)</script>' }],
    ['an account that is not ours', { ...form, appId: 'wx0000000000000000' }],
    ['a template that is not ours', { ...form, templateId: 'T0' }],
  ])('is refused with %s', async (_what, body) => {
    const { status, text } = await post('/courses/42/broadcasts', body);
    expect(status).toBe(400);
    expect(text).not.toContain('<script');
  });

  it('is on the page of its own course only', async () => {
    const started = await post('/courses/42/broadcasts');
    const id = String(started.headers.location).split('/')[4];
    expect((await request(demo.url).get(`/courses/42/broadcasts/${id}`)).status).toBe(200);
    for (const address of [
      `/courses/43/broadcasts/${id}`,
      `/courses/43/broadcasts/${id}/live`,
      `/courses/43/broadcasts/${id}/outcome.csv`,
      `/courses/42/broadcasts/${UNKNOWN}`,
      `/courses/42/broadcasts/${UNKNOWN}/live`,
      '/courses/42/broadcasts/%3Cscript%3E',
    ])
      expect([address, (await request(demo.url).get(address)).status]).toEqual([address, 404]);
    expect((await post(`/courses/43/broadcasts/${id}/cancel`)).status).toBe(404);
    expect((await post(`/courses/42/broadcasts/${id}/start`)).status).toBe(400);
  });
});

describe('a demo that is closed while somebody watches', () => {
  it('ends what they hear, and closes', async () => {
    const demo = await startDemo('sqlite');
    const form = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], idempotencyKey: 'k1' };
    // It waits for its time, and so the feed would go on for ever.
    const { id } = await demo.app
      .get(BroadcastService, { strict: false })
      .start({ ...form, scene: 42, title: 't', content: { value: 'v' }, notBefore: inAnHour() });
    const feed = await fetch(`${demo.url}/courses/42/broadcasts/${id}/live`);
    const reader = feed.body?.getReader();
    await reader?.read();
    const received = (async () => {
      while (!(await reader?.read())?.done);
      return 'the end';
    })();
    await demo.close();
    expect(await received).toBe('the end');
  });
});

function inAnHour(): Date {
  return new Date(Date.now() + 3_600_000);
}

function linkTo(path: string, html: string): string {
  return (new RegExp(`href="(${path}[^"]*)"`).exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
}

function scriptIn(html: string): string {
  return /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
