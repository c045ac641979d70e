import {
  AccountKindError,
  checkTemplateData,
  InvalidInputError,
  TemplateRefusedError,
  TemplateService,
  TemplateUnansweredError,
  UnknownAccountError,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { SAMPLES, WeixinSimulator } from 'weixin-simulator';
import { libraryAccounts, MOBILE, OFFICIAL, SERVICE_KEY, simulatorAccounts } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { expectRefusal } from '../support/refusals.js';
import { until } from '../support/until.js';

const { appId, appSecret, subscribeTemplateId: templateId } = SAMPLES.miniProgram;
const TEMPLATE = {
  priTmplId: templateId,
  title: '上课提醒',
  content: '课程:{{thing1.DATA}}\n时间:{{time2.DATA}}',
  example: '课程:高等数学\n时间:15:01',
};
const LISTED = {
  templateId,
  title: TEMPLATE.title,
  content: TEMPLATE.content,
  example: TEMPLATE.example,
  type: 2,
};
const WISH = { appId, tid: 99, kidList: [2, 1, 5], sceneDesc: '上课前提醒' };
const CACHE_MS = 120_000;
const LIST = '/wxaapi/newtmpl/gettemplate';
const ADD = '/wxaapi/newtmpl/addtemplate';

describe('templates', () => {
  let host: TestApp;
  let simulator: WeixinSimulator;
  let templates: TemplateService;
  beforeAll(async () => {
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [
        ...simulatorAccounts(),
        { appId, appSecret, kind: 'mini-program', subscribeTemplates: [TEMPLATE] },
      ],
      people: ['xiaoming'],
    });
    host = await createTestApp({
      simulator,
      options: {
        accounts: [...libraryAccounts(), { appId, appSecret, kind: 'mini-program', templates: [templateId] }],
        templates: { cacheSeconds: CACHE_MS / 1000 },
      },
    });
    templates = host.app.get(TemplateService);
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });
  beforeEach(() => {
    simulator.clearFaults();
    simulator.updateAccount(appId, { subscribeTemplates: [TEMPLATE] });
    host.clock.advance(2 * CACHE_MS);
  });

  const asked = (path: string) => simulator.calls().filter((call) => call.path === path).length;
  const countOf = async (path: string, act: () => Promise<unknown>) => {
    const before = asked(path);
    await act();
    return asked(path) - before;
  };
  const call = (method: 'get' | 'post' | 'delete', path: string, body?: object) =>
    request(host.url)
      [method](`/weixin/templates${path}`)
      .set('Authorization', `Bearer ${SERVICE_KEY}`)
      .send(body);

  it('are listed, added, found and deleted', async () => {
    expect(await templates.list(appId)).toEqual([LISTED]);
    const id = await templates.add(WISH);
    expect(simulator.calls().at(-1)?.body).toEqual({
      tid: '99',
      kidList: [2, 1, 5],
      sceneDesc: '上课前提醒',
    });
    const found = await templates.find(appId, id);
    expect(found).toMatchObject({ templateId: id, title: '上课提醒', type: 2 });
    expect(found?.keywordEnumValueList?.[0].enumValueList).toEqual(['线上', '线下']);
    const data = { time2: { value: '15:01' }, thing1: { value: '数学' }, enum5: { value: '空中' } };
    expect(checkTemplateData(data, found).map(({ field }) => field)).toEqual(['data.enum5.value']);
    await templates.delete(appId, id);
    expect(await templates.find(appId, id)).toBeUndefined();
    expect(await templates.list(appId)).toEqual([LISTED]);
  });

  it('of the public library are shown by category, title and keyword', async () => {
    expect(await templates.categories(appId)).toEqual([
      { id: 21, name: '在线教育' },
      { id: 307, name: '电商平台' },
    ]);
    const page = await templates.publicTitles({ appId, ids: [21, 307], start: 1, limit: 2 });
    expect(page).toMatchObject({
      count: 4,
      titles: [
        { tid: 1128, categoryId: 307 },
        { tid: 2307, type: 3 },
      ],
    });
    const [keyword] = await templates.publicKeywords({ appId, tid: 99 });
    expect(keyword).toEqual({ kid: 1, name: '课程名称', example: '高等数学', rule: 'thing' });
    expect(await templates.categories(OFFICIAL.appId)).toHaveLength(2);
  });

  it('are asked for once by many, and again when the list is old', async () => {
    expect(
      await countOf(LIST, () => Promise.all(Array.from({ length: 50 }, () => templates.list(appId)))),
    ).toBe(1);
    host.clock.advance(CACHE_MS - 1);
    expect(await countOf(LIST, () => templates.find(appId, templateId))).toBe(0);
    host.clock.advance(1);
    expect(await countOf(LIST, () => templates.list(appId))).toBe(1);
    host.clock.advance(-1000);
    expect(await countOf(LIST, () => templates.list(appId))).toBe(1);
  });

  it('are looked up without asking anybody', async () => {
    expect(templates.cached(OFFICIAL.appId, templateId)).toBeUndefined();
    await templates.list(appId);
    const calls = simulator.calls().length;
    host.clock.advance(10 * CACHE_MS);
    expect(templates.cached(appId, templateId)).toEqual(LISTED);
    expect(templates.cached(appId, 'another')).toBeUndefined();
    expect(templates.cached('wx-of-nobody', templateId)).toBeUndefined();
    expect(simulator.calls()).toHaveLength(calls);
  });

  it('can not be changed in the list by who reads it', async () => {
    const list = await templates.list(appId);
    list.pop();
    expect(() => Object.assign(templates.cached(appId, templateId) ?? {}, { title: 'x' })).toThrow(TypeError);
    expect(await templates.list(appId)).toEqual([LISTED]);
  });

  it('are served from before while WeChat fails, and WeChat is left alone for 30 s', async () => {
    await templates.list(appId);
    for (const fault of [{ kind: 'errcode' }, { kind: 'reset-before' }, { kind: 'html' }] as const) {
      host.clock.advance(CACHE_MS);
      simulator.fault({ ...fault, path: LIST });
      expect(await countOf(LIST, async () => expect(await templates.list(appId)).toEqual([LISTED]))).toBe(1);
      expect(await countOf(LIST, () => templates.list(appId))).toBe(0);
      host.clock.advance(30_000);
      expect(await countOf(LIST, () => templates.list(appId))).toBe(1);
    }
  });

  it('of an account whose list was never read fail with WeChat', async () => {
    simulator.fault({ kind: 'errcode', path: LIST, appId: OFFICIAL.appId });
    await expect(templates.list(OFFICIAL.appId)).rejects.toMatchObject({
      errcode: -1,
      errclass: 'retry-later',
    });
    simulator.fault({ kind: 'empty', path: LIST, appId: OFFICIAL.appId });
    await expect(templates.list(OFFICIAL.appId)).rejects.toThrow(TemplateUnansweredError);
    expect(await templates.list(OFFICIAL.appId)).toEqual([]);
  });

  it('that were added are not missed by a list that was on its way', async () => {
    simulator.fault({ kind: 'latency', when: 'after', delayMs: 300, path: LIST });
    const early = templates.list(appId);
    await until(() => simulator.faults().length === 0, 'the list is on its way');
    const id = await templates.add(WISH);
    const late = await templates.list(appId);
    expect(late.map((one) => one.templateId)).toContain(id);
    expect((await early).map((one) => one.templateId)).toEqual([templateId]);
    expect(templates.cached(appId, id)).toBeDefined();
    expect(await countOf(LIST, () => templates.find(appId, id))).toBe(0);
  });

  it('take a new access_token once, and no third', async () => {
    await templates.categories(appId);
    simulator.killToken(appId);
    const path = '/wxaapi/newtmpl/getcategory';
    expect(await countOf(path, () => templates.categories(appId))).toBe(2);
    simulator.fault({ kind: 'errcode', errcode: 40001, path, times: 'forever' });
    const twice = () => expect(templates.categories(appId)).rejects.toMatchObject({ errcode: 40001 });
    expect(await countOf(path, twice)).toBe(2);
  });

  it.each([
    [{ ...WISH, tid: 1 }, 200014],
    [{ ...WISH, tid: 4404, kidList: [1, 2] }, 200013],
    [{ ...WISH, kidList: [1, 77] }, 200020],
  ])('are refused by WeChat: %j', async (wish, errcode) => {
    const refused = templates.add(wish);
    await expect(refused).rejects.toThrow(TemplateRefusedError);
    await expect(refused).rejects.toMatchObject({ errcode, errclass: 'invalid-request' });
    await expectRefusal(host, async () => call('post', '', wish), {
      ...{ status: 422, code: 'WEIXIN_TEMPLATE_REFUSED', calls: 1 },
    });
  });

  it('may have been added though no answer came: the error says to look first', async () => {
    await templates.list(appId);
    simulator.fault({ kind: 'reset-after', path: ADD });
    const error = await templates.add(WISH).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TemplateUnansweredError);
    expect(error).toMatchObject({
      mayHaveHappened: true,
      remedy: expect.stringContaining('List the templates'),
    });
    const [, found] = await templates.list(appId);
    expect(found).toMatchObject({ title: '上课提醒' });
    await templates.delete(appId, found.templateId);
    simulator.fault({ kind: 'errcode', errcode: 20001, path: ADD });
    await expect(templates.add(WISH)).rejects.toMatchObject({
      ...{ errclass: 'retry-later', remedy: expect.stringContaining('List the templates') },
    });
  });

  it('that were deleted do not come back while WeChat fails', async () => {
    const id = await templates.add(WISH);
    await templates.list(appId);
    simulator.fault({ kind: 'errcode', path: LIST, times: 2 });
    await templates.delete(appId, id);
    expect((await templates.list(appId)).map((one) => one.templateId)).toEqual([templateId]);
  });

  it.each([
    [{ ...WISH, kidList: [1] }, 'kidList', 'a list of 2 to 5 different whole numbers'],
    [{ ...WISH, kidList: [1, 2, 3, 4, 5, 6] }, 'kidList', 'got 6'],
    [{ ...WISH, kidList: [1, 1] }, 'kidList', 'different'],
    [{ ...WISH, kidList: [1, '2'] }, 'kidList', 'whole numbers'],
    [
      { ...WISH, sceneDesc: '字'.repeat(16) },
      'sceneDesc',
      'text of 1 to 15 characters (Unicode code points), got 16',
    ],
    [{ ...WISH, tid: '99' }, 'tid', 'a whole number'],
    [{ ...WISH, title: 'x' }, 'title', 'not a known field'],
    [{ ...WISH, appId: 'no appId' }, 'appId', 'must be'],
  ])('are not asked for with %j', async (wish, field, says) => {
    await expect(templates.add(wish as typeof WISH)).rejects.toThrow(InvalidInputError);
    await expectRefusal(host, async () => call('post', '', wish), {
      ...{ status: 400, code: 'WEIXIN_INVALID_INPUT', field, says },
    });
  });

  it('are no affair of a mobile app or of an unknown account', async () => {
    await expect(templates.list(MOBILE.appId)).rejects.toThrow(AccountKindError);
    await expect(templates.add({ ...WISH, appId: 'wx-of-nobody' })).rejects.toThrow(UnknownAccountError);
    await expectRefusal(host, async () => call('get', `?appId=${MOBILE.appId}`), {
      ...{ status: 400, code: 'WEIXIN_ACCOUNT_KIND' },
    });
    await expectRefusal(host, async () => call('delete', `/wx-of-nobody/${templateId}`), {
      ...{ status: 404, code: 'WEIXIN_UNKNOWN_ACCOUNT' },
    });
  });

  it('are managed at the endpoints', async () => {
    const { status, body } = await call('post', '', WISH);
    expect({ status, body }).toEqual({
      status: 201,
      body: { templateId: expect.stringMatching(/^[\w-]{43}$/) },
    });
    const listed = await call('get', `?appId=${appId}`);
    expect(listed.body.templates.map((one: typeof LISTED) => one.templateId)).toEqual([
      templateId,
      body.templateId,
    ]);
    const deleted = await call('delete', `/${appId}/${body.templateId}`);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await call('get', `?appId=${appId}`)).body).toEqual({ templates: [LISTED] });
    expect((await call('get', `/categories?appId=${appId}`)).body.categories).toHaveLength(2);
    expect((await call('get', `/titles?appId=${appId}&ids=21,307&limit=1`)).body).toMatchObject({
      ...{ count: 4, titles: [{ tid: 99 }] },
    });
    expect((await call('get', `/keywords?appId=${appId}&tid=99`)).body.keywords).toHaveLength(6);
  });

  it.each([
    [`/titles?appId=${appId}&ids=21&limit=31`, 'limit', 'from 1 to 30, got 31'],
    [`/titles?appId=${appId}&ids=a`, 'ids', 'a list of 1 to 50'],
    [`/titles?appId=${appId}`, 'ids', 'got nothing'],
    [`/keywords?appId=${appId}&tid=x`, 'tid', 'a whole number'],
  ])('of the library are not asked for with %s', async (path, field, says) => {
    await expectRefusal(host, async () => call('get', path), {
      ...{ status: 400, code: 'WEIXIN_INVALID_INPUT', field, says },
    });
  });

  it('are reviewed without asking WeChat', async () => {
    const calls = simulator.calls().length;
    const draft = { title: '您的优惠券', keywords: [{ name: '内容', example: '' }] };
    const { status, body } = await call('post', '/review', draft);
    expect(status).toBe(200);
    expect(body.findings.map(({ rule }: { rule: string }) => rule)).toEqual([
      ...['title-ending', 'title-personal', 'title-marketing', 'keyword-broad', 'keyword-example'],
    ]);
    await expectRefusal(host, async () => call('post', '/review', { title: '上课提醒', keywords: [] }), {
      ...{ status: 400, code: 'WEIXIN_INVALID_INPUT', field: 'keywords', says: 'got 0' },
    });
    expect(simulator.calls()).toHaveLength(calls);
  });
});
