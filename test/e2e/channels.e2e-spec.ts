import { GrantRepository } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { SAMPLES, SimulatorClient } from 'weixin-simulator';
import { readForm } from '../../apps/demo/src/walkthrough/html-form.js';
import { type LocalWorld, startLocalWorld } from '../../apps/demo/src/walkthrough/local-world.js';
import { channelAccounts, MINI_PROGRAM, NOTICES } from '../support/accounts.js';
import { type Demo, startDemo } from './demo.js';

const { miniProgram: MINI, officialAccount: OFFICIAL } = SAMPLES;
const MINI_PAGE = { name: 'mini-subscribe', appId: MINI.appId, templateId: MINI.subscribeTemplateId };
const ORDER_PAGE = { ...MINI_PAGE, templateId: MINI.orderTemplateId };
const NOTICE_PAGE = { name: 'service-notice', appId: OFFICIAL.appId, templateId: OFFICIAL.noticeTemplateId };
const FORM_PAGE = { name: 'mini-template', appId: MINI.appId, templateId: MINI.formTemplateId };

interface ChannelPage {
  name: string;
  appId: string;
  templateId: string;
}

describe('the pages of the channels', () => {
  let world: LocalWorld;
  let simulator: SimulatorClient;
  let visitors = 0;
  beforeAll(async () => {
    world = await startLocalWorld({ demo: 0, simulator: 0 });
    simulator = new SimulatorClient(world.simulatorUrl);
  });
  afterAll(() => world?.close());

  /** Each test has a person of its own, who is on none of the pages until somebody asks for the openid. */
  async function visit(page: ChannelPage) {
    const person = `visitor-${++visitors}`;
    await simulator.addPerson(person);
    const openid = await simulator.openid(person, page.appId);
    const { templateId } = page;
    const path = `/channels/${page.name}`;
    const fields = { openid, templateId };
    const post = (to: string, body: object) =>
      request(world.url).post(`${path}${to}`).type('form').set('Origin', world.url).send(body);
    const follow = async ({ status, headers }: request.Response) => {
      expect([status, headers.location]).toEqual([303, expect.stringContaining(`${path}?`)]);
      return (await request(world.url).get(String(headers.location)).expect(200)).text;
    };
    return {
      openid,
      fields,
      post,
      show: async () => (await request(world.url).get(path).query(fields).expect(200)).text,
      play: async (action: string) => follow(await post(`/client/${action}`, fields)),
      send: (data: Record<string, string>, idempotencyKey = 'k1') =>
        post('/messages', {
          ...fields,
          idempotencyKey: `${openid.slice(0, 20)}-${idempotencyKey}`,
          ...Object.fromEntries(Object.entries(data).map(([key, value]) => [`data.${key}.value`, value])),
        }),
      follow,
    };
  }
  const LESSON = { thing1: '高等数学', time2: '8:50' };
  const NOTICE = { ...LESSON, character_string3: 'A-301' };

  it('are linked from the front page, the retired one as such', async () => {
    expect((await request(world.url).get('/')).text).toContain('href="/channels"');
    const { text } = await request(world.url).get('/channels').expect(200);
    for (const name of ['mini-subscribe', 'service-notice', 'mini-template'])
      expect(text).toContain(`href="/channels/${name}"`);
    expect(text.match(/已下线 2020-01-10/g)).toHaveLength(1);
    expect((await request(world.url).get('/channels/mini-template')).text).toMatch(/已下线 2020-01-10/s);
  });

  it('show the person whom an address names, and the first where it names nobody', async () => {
    const { text } = await request(world.url).get('/channels/mini-subscribe').expect(200);
    expect(text).toMatch(/aria-current="page">xiaoming</);
    const openid = await simulator.openid('xiaohong', MINI.appId);
    const other = await request(world.url).get('/channels/mini-subscribe').query({ openid });
    expect(other.text).toMatch(/aria-current="page">xiaohong</);
    expect(other.text).toContain('还没有授权');
  });

  it('record an accept by its report and by the signed push once, refuse a wrong value beside its field, and send once', async () => {
    const visitor = await visit(MINI_PAGE);
    const asked = await visitor.play('accept');
    for (const says of ['已允许', '前端上报', '签名推送', '可发 1 条', 'subscribe_msg_popup_event'])
      expect(asked).toContain(says);

    const hostile = '"><script>alert(1)</script>';
    const wrong = await visitor.send({ thing1: hostile, time2: '8:50' });
    expect(wrong.status).toBe(400);
    expect(wrong.headers['content-security-policy']).toContain("default-src 'none'");
    expect(wrong.text).toMatch(
      /id="thing1-wrong" role="alert">.*data\.thing1\.value must be text of 1 to 20/s,
    );
    expect(wrong.text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(wrong.text).not.toContain('<script');
    expect(wrong.text).not.toContain('id="time2-wrong"');
    expect(wrong.text).toContain('可发 1 条');

    const both = await Promise.all([visitor.send(LESSON), visitor.send(LESSON)]);
    for (const sent of both) expect(await visitor.follow(sent)).toMatch(/提醒已发送|正在发送/);
    expect(await simulator.inbox(visitor.openid)).toMatchObject([
      { data: { thing1: { value: '高等数学' } } },
    ]);
    const page = await visitor.show();
    expect(page).toMatch(/已使用.*class="card message".*高等数学/s);
    expect(page).toContain(`${world.simulatorUrl}/_simulator/inbox.html?person=visitor-`);

    const second = await visitor.follow(await visitor.send(LESSON, 'k2'));
    expect(second).toMatch(/没有可用的授权.*再允许一次/s);
    expect(await simulator.inbox(visitor.openid)).toHaveLength(1);
  });

  it('hold a value against the list that the template has', async () => {
    const visitor = await visit(ORDER_PAGE);
    const page = await visitor.play('accept');
    expect(page).toContain('订单状态通知');
    expect(readForm(page, '/messages')?.fields).toMatchObject({ 'data.enum3.value': '已发货' });
    const order = { character_string1: '2019100115', amount2: '99.9元', enum3: '已发货' };
    const wrong = await visitor.send({ ...order, enum3: '丢失' });
    expect([wrong.status, wrong.text]).toEqual([
      400,
      expect.stringContaining('data.enum3.value must be one of the values that the template lists'),
    ]);
    expect(await visitor.follow(await visitor.send(order))).toContain('提醒已发送');
  });

  it('count every accept, none for a rejection, and close all of them when the template is switched off', async () => {
    const visitor = await visit(MINI_PAGE);
    expect(await visitor.play('accept')).toContain('可发 1 条');
    // WeChat tells events of one person apart by the second.
    await simulator.advance(1000);
    expect(await visitor.play('accept')).toContain('可发 2 条');
    const off = await visitor.play('switch-off');
    expect(off.match(/已失效/g)).toHaveLength(2);
    expect(off).toMatch(/可发 0 条.*subscribe_msg_change_event/s);
    // The client does not ask for what is switched off.
    expect(await visitor.play('accept')).toMatch(/没有允许.*可发 0 条/s);
    await visitor.play('switch-on');
    await simulator.advance(1000);
    expect(await visitor.play('accept')).toContain('可发 1 条');

    const other = await visit(MINI_PAGE);
    expect(await other.play('reject')).toMatch(/没有允许.*可发 0 条.*还没有授权/s);
  });

  it('record what a page reports where nothing is pushed; there the next send tells of a switch-off', async () => {
    const visitor = await visit(NOTICE_PAGE);
    const asked = await visitor.play('accept');
    expect(asked).toMatch(/可发 1 条.*前端上报/s);
    expect(asked).not.toContain('收到的推送');
    expect(await visitor.follow(await visitor.send(NOTICE))).toContain('提醒已发送');
    await visitor.play('accept');
    expect(await visitor.play('switch-off')).toContain('可发 1 条');
    const refused = await visitor.follow(await visitor.send(NOTICE, 'k2'));
    expect(refused).toMatch(/可发 0 条.*已失效.*errcode 43101/s);
  });

  it('count one message for a form and three for a payment', async () => {
    const visitor = await visit(FORM_PAGE);
    expect(await visitor.play('submit')).toMatch(/可发 1 条.*表单.*有效至/s);
    expect((await visitor.play('pay')).match(/class="tag">支付</g)).toHaveLength(3);
    const news = { keyword1: '高等数学', keyword2: '8:50', keyword3: 'A-301' };
    const wrong = await visitor.send({ ...news, keyword2: ' ' });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('data.keyword2.value must be')]);
    expect(await visitor.follow(await visitor.send(news))).toContain('可发 3 条');
    expect(await simulator.inbox(visitor.openid)).toMatchObject([{ title: '报名成功通知' }]);
  });

  it('show no secret', async () => {
    const { openid } = await visit(MINI_PAGE);
    const tokens = [MINI.appSecret, OFFICIAL.appSecret, world.serviceKey, ...world.pushSecrets];
    for (const name of ['', '/mini-subscribe', '/service-notice', '/mini-template']) {
      const { text } = await request(world.url).get(`/channels${name}`).query({ openid });
      for (const secret of tokens) expect(text.includes(secret)).toBe(false);
    }
  });

  it.each([
    ['no origin', {}],
    ['another site', { Origin: 'https://evil.example' }],
    ['a sandboxed frame', { Origin: 'null' }],
  ])('take no form from %s', async (_where, headers) => {
    const { fields, show } = await visit(MINI_PAGE);
    for (const to of ['/client/accept', '/messages']) {
      const body = { ...fields, idempotencyKey: 'k' };
      const post = request(world.url).post(`/channels/mini-subscribe${to}`).type('form');
      expect((await post.set(headers as Record<string, string>).send(body)).status).toBe(403);
    }
    expect(await show()).toContain('还没有授权');
  });

  it.each([
    [404, 'a template of another channel', '/client/accept', { templateId: MINI.formTemplateId }],
    [404, 'a template of nobody', '/messages', { templateId: 'T1', idempotencyKey: 'k' }],
    [404, 'a button of another channel', '/client/pay', {}],
    [400, 'a button that is none', '/client/hack', {}],
    [400, 'a field that is a list', '/client/accept', { openid: ['o1', 'o2'] }],
    [400, 'hostile text in a field', '/client/accept', { openid: '<script>alert(1)</script>' }],
    [400, 'somebody whom the simulator does not know', '/client/accept', { openid: 'oNobody' }],
    [400, 'no key', '/messages', {}],
  ])('answer %i to %s', async (status, _what, to, changed) => {
    const { fields, post, show } = await visit(MINI_PAGE);
    const { status: got, text } = await post(to, { ...fields, ...changed });
    expect([got, text]).toEqual([status, expect.stringContaining('<html lang="zh-CN">')]);
    expect(text).not.toContain('<script');
    expect(await show()).toContain('还没有授权');
  });

  it.each([
    [404, '/channels/one-time'],
    [404, '/channels/%3Cscript%3E'],
    [404, '/channels/__proto__'],
    [400, '/channels/mini-subscribe?openid=%3Cscript%3E'],
    [200, '/channels/mini-subscribe?client=hacked&message=00000000-0000-4000-8000-000000000000'],
    [200, '/channels/mini-subscribe?templateId=T1&openid=oNobody'],
  ])('answer %i to %s, and show nothing of it', async (status, path) => {
    const { status: got, text } = await request(world.url).get(path);
    expect(got).toBe(status);
    expect(text).not.toMatch(/<script|hacked|oNobody|T1"/);
  });
});

describe('the pages of the channels without the simulator', () => {
  let demo: Demo;
  const accounts = { WEIXIN_ACCOUNTS: JSON.stringify(channelAccounts()) };
  beforeAll(async () => {
    demo = await startDemo('sqlite', accounts);
  });
  afterAll(() => demo?.close());

  it('show what a front end holds, and nobody is played', async () => {
    const { text } = await request(demo.url).get('/channels/mini-subscribe').expect(200);
    expect(text).toContain('wx.requestSubscribeMessage({');
    expect(text).toContain(`${demo.url}/weixin/subscribe/intents`);
    expect(text).toContain('还没有人授权');
    expect(text).not.toMatch(/<form|_simulator|收件箱/);
    const body = { openid: 'o1', templateId: MINI_PROGRAM.templates[0] };
    const played = request(demo.url).post('/channels/mini-subscribe/client/accept').type('form');
    expect((await played.set('Origin', demo.url).send(body)).status).toBe(404);
  });

  it('show the people of the ledger, and say that WeChat did not tell the template', async () => {
    const key = { appId: NOTICES.appId, templateId: NOTICES.template };
    const grants = demo.app.get(GrantRepository, { strict: false });
    await grants.record({ ...key, openid: 'oReal', source: 'import:1' });
    const { text } = await request(demo.url).get('/channels/service-notice').expect(200);
    expect(text).toMatch(/oReal.*可发 1 条.*import:1.*拿不到模板.*消息在微信里/s);
  });

  it('say so where no account has such a template', async () => {
    const plain = await startDemo();
    const { text } = await request(plain.url).get('/channels/mini-template').expect(200);
    await plain.close();
    expect(text).toContain('没有账号配置了这种模板');
  });

  it('say that they will be back where the simulator is configured and away', async () => {
    const WEIXIN_SIMULATOR_URL = 'http://127.0.0.1:1';
    const away = { WEIXIN_SIMULATOR_URL, WEIXIN_API_BASE_URL: WEIXIN_SIMULATOR_URL };
    const lonely = await startDemo('sqlite', { ...accounts, ...away });
    const { status, text } = await request(lonely.url).get('/channels/mini-subscribe');
    await lonely.close();
    expect([status, text]).toEqual([503, expect.stringContaining('服务暂时不可用')]);
  });
});
