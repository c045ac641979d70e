import { SubscribeService } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { readForm } from '../../apps/demo/src/walkthrough/html-form.js';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { type Demo, startDemo } from './demo.js';

const NARROW_KEY = 'the-key-of-a-client-of-another';
const SEND = '/cgi-bin/message/template/subscribe';

describeEachDatabase('the pages of the demo', (kind) => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo(kind, {
      WEIXIN_SERVICE_KEYS: JSON.stringify({
        courses: SERVICE_KEY,
        narrow: { keys: NARROW_KEY, accounts: [MOBILE.appId] },
      }),
    });
  }, 120_000);
  afterAll(() => demo?.close());
  beforeEach(async () => {
    demo.simulator.reset();
    // 45009 pauses the account.
    await demo.app.get(SubscribeService, { strict: false }).resume(OFFICIAL.appId);
  });

  /** Course page → remind me → confirm page → tap → callback → course page, and the teacher's page then. */
  async function subscribe(course: number, answer: 'confirm' | 'cancel' = 'confirm', person = 'xiaoming') {
    const browser = new Browser(demo.url);
    const { text } = await browser.get(`/courses/${course}`);
    const asked = await browser.get(linkTo('/weixin/authorize', text));
    const { redirectTo } = demo.simulator.tap(String(asked.headers.location), { answer, person });
    const back = await browser.get(pathOf(String(redirectTo)));
    const page = await browser.get(pathOf(String(back.headers.location)));
    return { page, teacher: await browser.get(`/courses/${course}/teacher`), browser };
  }

  /** Presses the first button "remind" of a page and follows the redirect. */
  async function remind(html: string, headers: Record<string, string> = { Origin: demo.url }) {
    const form = readForm(html);
    const posted = await request(demo.url)
      .post(String(form?.action))
      .type('form')
      .set(headers)
      .send(form?.fields);
    const page =
      posted.status === 303 ? await request(demo.url).get(String(posted.headers.location)) : undefined;
    return { posted, page };
  }

  it('lists the courses, each with a way to be reminded', async () => {
    const { text, headers } = await request(demo.url).get('/').expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(text).toMatch(/<html lang="zh-CN">.*<title>.*高等数学.*教室 A-301.*8:50/s);
    expect(text.match(/>提醒我<\/a>/g)).toHaveLength(4);
    expect(text).not.toMatch(/<script|src=|url\(|@import/);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '%00', 'x'.repeat(3000)])(
    'tells of a reminder "%s" only that nothing was sent',
    async (reminder) => {
      const { text } = await request(demo.url)
        .get(`/courses/42/teacher?reminder=${reminder}&errcode=43101`)
        .expect(200);
      expect(text).toContain('提醒没有发出。');
    },
  );

  it.each(['a%00', '__proto__', 'x'])('knows no broadcast "%s"', async (id) => {
    for (const path of ['', '/live', '/outcome.csv'])
      await request(demo.url).get(`/courses/42/broadcasts/${id}${path}`).expect(404);
  });

  it('refuses a form whose body is something else, however deep', async () => {
    const deep = `{"appId":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    for (const path of [
      '/courses/42/reminders',
      '/courses/42/broadcasts',
      '/channels/mini-subscribe/messages',
    ])
      await request(demo.url).post(path).set('Origin', demo.url).type('json').send(deep).expect(400);
  });

  it('tells anybody of its health up or down, and only a client with every account which accounts there are', async () => {
    const health = (key?: string) =>
      request(demo.url)
        .get('/health')
        .set(key ? { Authorization: `Bearer ${key}` } : {})
        .expect(200);
    for (const key of [undefined, 'a-key-of-nobody-at-all', NARROW_KEY])
      expect((await health(key)).body).toEqual({ status: 'ok' });
    expect(JSON.stringify((await health(SERVICE_KEY)).body)).toContain(OFFICIAL.appId);
  });

  it('subscribes, shows who may be reminded, and reminds once', async () => {
    const { page, teacher } = await subscribe(42);
    const openid = demo.simulator.openid('xiaoming', OFFICIAL.appId);
    expect(page.text).toContain('订阅成功');
    // What students see names nobody, and asks for no more than they gave.
    expect(page.text).not.toContain(openid);
    expect(page.text).not.toContain('>提醒我<');
    expect(teacher.text).toContain(openid);
    expect(teacher.text).toContain('可提醒 1 次');

    const { posted, page: after } = await remind(teacher.text);

    expect(posted.status).toBe(303);
    expect(after?.text).toContain('提醒已发送');
    expect(after?.text).toContain('已提醒');
    expect(after?.text).not.toContain('<button');
    expect(demo.simulator.inbox(openid)).toMatchObject([
      {
        title: '上课提醒',
        content: { value: '高等数学 8:50 开始\n教室 A-301', color: '#173177' },
        url: `${demo.url}/courses/42`,
      },
    ]);
  });

  it('sends once when the button of one page is pressed twice, and shows the same outcome', async () => {
    const { teacher } = await subscribe(43);
    const both = await Promise.all([remind(teacher.text), remind(teacher.text)]);
    const again = await remind(teacher.text);
    for (const { page: after } of [...both, again]) expect(after?.text).toMatch(/提醒已发送|正在发送/);
    expect(again.page?.text).toContain('提醒已发送');
    expect(demo.simulator.counters().sends).toEqual({ [OFFICIAL.appId]: 1 });
  });

  it('tells that there is no permission when an old page is used', async () => {
    const { teacher } = await subscribe(44);
    const older = (await request(demo.url).get('/courses/44/teacher')).text;
    await remind(teacher.text);
    const { page: after } = await remind(older);
    expect(after?.text).toContain('没有可用的授权');
    expect(after?.text).toContain('再点一次');
    expect(demo.simulator.counters().sends).toEqual({ [OFFICIAL.appId]: 1 });
  });

  it('records nothing when the person cancels', async () => {
    const { page, teacher } = await subscribe(45, 'cancel');
    expect(page.text).toContain('已取消');
    expect(page.text).toContain('>提醒我<');
    expect(teacher.text).toContain('还没有人订阅');
  });

  it.each([
    ['refused', { kind: 'errcode', errcode: 43101 }, '微信拒绝向此人发送', 'errcode 43101', '已失效'],
    ['failed', { kind: 'errcode', errcode: 45009 }, '提醒没有发出', 'errcode 45009', '可提醒'],
    ['unknown', { kind: 'empty', when: 'after' }, '结果不明', '不要重发', '结果不明'],
  ] as const)('shows the outcome %s with what to do', async (_outcome, fault, says, more, grant) => {
    const { teacher } = await subscribe(45, 'confirm', 'xiaohong');
    demo.simulator.fault({ ...fault, path: SEND, times: 3 });
    const { page: after } = await remind(teacher.text);
    for (const text of [says, more, grant]) expect(after?.text).toContain(text);
  });

  it('tells that sends pause once the quota is used up', async () => {
    const { teacher } = await subscribe(45, 'confirm', 'xiaohong');
    demo.simulator.fault({ kind: 'errcode', errcode: 45009, path: SEND });
    await remind(teacher.text);
    const again = await request(demo.url).get('/courses/45/teacher');
    const { page: after } = await remind(again.text);
    for (const text of ['暂停发送', '北京时间 0 点']) expect(after?.text).toContain(text);
  });

  it('reminds people who subscribed in the mobile app too', async () => {
    const app = new Browser(demo.url);
    const intent = await app.post('/weixin/app/intents', {
      appId: MOBILE.appId,
      templateId: MOBILE.templates[0],
      scene: 44,
    });
    const { reserved, templateId, scene } = intent.body;
    const openid = demo.simulator.openid('xiaogang', MOBILE.appId);
    demo.simulator.confirm({ openid, templateId, scene, reserved });
    await app.post('/weixin/app/results', {
      reserved,
      action: 'confirm',
      templateId,
      scene,
      openid,
      errCode: 0,
    });

    const { text } = await request(demo.url).get('/courses/44/teacher');
    expect(text).toContain('移动应用');
    expect((await remind(text)).page?.text).toContain('提醒已发送');
    expect(demo.simulator.inbox(openid)).toHaveLength(1);
  });
});

describe('a page that somebody tampers with', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo?.close());

  const form = {
    appId: OFFICIAL.appId,
    templateId: OFFICIAL.templates[0],
    openid: 'o1',
    idempotencyKey: 'k1',
  };
  const post = (headers: Record<string, string>, body: object = form) =>
    request(demo.url).post('/courses/42/reminders').type('form').set(headers).send(body);

  it.each([
    ['no origin', {}],
    ['another site', { Origin: 'https://evil.example' }],
    ['another port', { Origin: 'http://127.0.0.1:1' }],
    ['a foreign name for our address', { Origin: 'http://evil.example:3000', Host: 'evil.example:3000' }],
    ['a sandboxed frame', { Origin: 'null' }],
  ])('is not taken from %s', async (_where, headers) => {
    const { status, text } = await post(headers as Record<string, string>);
    expect(status).toBe(403);
    expect(text).toContain('<html lang="zh-CN">');
    expect(demo.simulator.counters().calls[SEND]).toBeUndefined();
  });

  it.each([
    ['a field missing', { ...form, openid: undefined }],
    ['a field that is a list', { ...form, openid: ['o1', 'o2'] }],
    ['hostile text in a field', { ...form, openid: '<script>alert(1)</script>' }],
  ])('is refused with %s', async (_what, body) => {
    const { status, text } = await post({ Origin: demo.url }, body);
    expect(status).toBe(400);
    expect(text).not.toContain('<script');
  });

  it('sends nothing to somebody who gave no permission', async () => {
    const { headers } = await post({ Origin: demo.url });
    expect(headers.location).toBe('/courses/42/teacher?reminder=WEIXIN_NO_GRANT');
  });

  it.each([
    ['subscribe', '"><script>alert(1)</script>'],
    ['reminder', '<script>alert(1)</script>'],
    ['reminder', '00000000-0000-4000-8000-000000000000'],
    ['errcode', '<script>'],
  ])('shows nothing of what an address brings in %s', async (name, value) => {
    for (const page of ['/courses/42', '/courses/42/teacher']) {
      const { status, text } = await request(demo.url)
        .get(page)
        .query({ [name]: value });
      expect(status).toBe(200);
      expect(text).not.toContain('<script');
      expect(text).not.toContain('alert');
    }
  });

  it('is in the language that the browser prefers, until a person chooses another', async () => {
    const get = (path: string, headers: Record<string, string> = {}) =>
      request(demo.url).get(path).set(headers);
    const english = { 'Accept-Language': 'en-GB,zh;q=0.5' };
    for (const path of ['/', '/courses/42', '/courses/42/teacher', '/channels', '/courses/1']) {
      const { text } = await get(path, english);
      expect(text).toContain('<html lang="en">');
      expect([path, text.replace(/<a class="language".*?<\/a>/gs, '')]).not.toEqual([
        path,
        expect.stringMatching(/<main[\s\S]*订阅|<main[\s\S]*提醒|<main[\s\S]*没有/),
      ]);
      expect((await get(path)).text).toContain('<html lang="zh-CN">');
    }
    const chosen = await get('/courses/42?subscribe=confirmed&lang=zh', english);
    expect([chosen.status, chosen.headers.location]).toEqual([302, '/courses/42?subscribe=confirmed']);
    const [cookie] = String(chosen.headers['set-cookie']).split(';');
    const next = await get('/courses/42?subscribe=confirmed', { ...english, Cookie: cookie });
    expect(next.text).toContain('订阅成功');
    // A browser takes an address that begins with two slashes for another host.
    for (const path of [
      '//a//evil.example/b',
      '//evil.example',
      '//',
      '/.//evil.example',
      '/\\evil.example',
    ]) {
      const { status, headers } = await get(`${path}?lang=en`, { Cookie: '' });
      expect([path, status, headers.location]).toEqual([path, 302, expect.stringMatching(/^\/(?![/\\])/)]);
    }
    // Not taken for one: another word, and an address of the API.
    expect((await get('/?lang=xx', english)).text).toContain('<html lang="en">');
  });

  it.each(['/courses/1', '/courses/abc', '/courses/42abc', '/courses/%3Cscript%3E', '/courses/-42'])(
    'has no page at %s',
    async (path) => {
      const { status, text, headers } = await request(demo.url).get(path);
      expect(status).toBe(404);
      expect(headers['content-type']).toContain('text/html');
      expect(text).not.toContain('<script');
    },
  );

  it('answers a body that is too large as a problem', async () => {
    const { status, headers } = await request(demo.url)
      .post('/weixin/messages')
      .send({ title: 'x'.repeat(110_000) });
    expect(status).toBe(413);
    expect(headers['content-type']).toContain('application/problem+json');
  });
});

describe('a page without a database', () => {
  it('says that it will be back', async () => {
    const demo = await startDemo();
    await demo.app.get(DataSource).destroy();
    const { status, text } = await request(demo.url).get('/courses/42/teacher');
    await demo.close();
    expect(status).toBe(503);
    expect(text).toContain('服务暂时不可用');
  });
});

function linkTo(path: string, html: string): string {
  const href = new RegExp(`href="([^"]*${path}[^"]*)"`).exec(html)?.[1] ?? '';
  return pathOf(href.replaceAll('&amp;', '&'));
}

function pathOf(address: string): string {
  const { pathname, search } = new URL(address);
  return pathname + search;
}
