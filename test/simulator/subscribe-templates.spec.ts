import { SAMPLES, type SimulatorOptions } from 'weixin-simulator';
import { closeSimulators, fetchToken, getJson, MINI, MOBILE, OFFICIAL, startSimulator } from './support.js';

afterEach(closeSimulators);

interface Answer {
  errcode?: number;
  priTmplId?: string;
  count?: number;
  data?: Record<string, unknown>[];
}

async function ready(appId: string = MINI, options: SimulatorOptions = {}) {
  const simulator = await startSimulator(options);
  const token = await fetchToken(simulator, appId);
  const url = (call: string, query = '') =>
    `${simulator.url}/wxaapi/newtmpl/${call}?access_token=${token}${query}`;
  const get = (call: string, query = '') => getJson(url(call, query)) as Promise<Answer>;
  const post = (call: string, body: unknown) =>
    getJson(url(call), {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }) as Promise<Answer>;
  return { simulator, token, get, post };
}

const WISH = { tid: '99', kidList: [2, 1, 5], sceneDesc: '上课前提醒' };

it('adds a template that can be asked for and sent at once, and takes it away again', async () => {
  const { simulator, token, get, post } = await ready();
  const { priTmplId = '' } = await post('addtemplate', WISH);
  expect(priTmplId).toMatch(/^[\w-]{43}$/);
  expect((await get('gettemplate')).data?.at(-1)).toEqual({
    ...{ priTmplId, title: '上课提醒', type: 2 },
    content: '上课时间:{{time2.DATA}}\n课程名称:{{thing1.DATA}}\n上课方式:{{enum5.DATA}}\n',
    example: '上课时间:2019年10月1日 15:01\n课程名称:高等数学\n上课方式:线上\n',
    keywordEnumValueList: [{ keywordCode: 'enum5', enumValueList: ['线上', '线下'] }],
  });
  const openid = simulator.openid('xiaoming', MINI);
  simulator.requestSubscribeMessage({ openid, answers: { [priTmplId]: 'accept' } });
  const send = async (mode: string) => {
    const data = { time2: { value: '15:01' }, thing1: { value: '数学' }, enum5: { value: mode } };
    const body = JSON.stringify({ touser: openid, template_id: priTmplId, data });
    const url = `${simulator.url}/cgi-bin/message/subscribe/send?access_token=${token}`;
    return (await getJson(url, { method: 'POST', body })).errcode;
  };
  expect([await send('空中'), await send('线上'), await send('线上')]).toEqual([47003, 0, 43101]);
  expect(simulator.inbox()[0]?.content.value).toBe('上课时间：15:01\n课程名称：数学\n上课方式：线上');
  expect((await post('deltemplate', { priTmplId })).errcode).toBe(0);
  expect(await send('线上')).toBe(40037);
  simulator.reset();
});

it.each<[number, object | string]>([
  [44002, ''],
  [47001, '[]'],
  [200014, { ...WISH, tid: 1 }],
  [200014, { ...WISH, tid: undefined }],
  [200013, { ...WISH, tid: 4404, kidList: [1, 2] }],
  [200020, { ...WISH, kidList: [1] }],
  [200020, { ...WISH, kidList: [1, 2, 3, 4, 5, 6] }],
  [200020, { ...WISH, kidList: [1, 1] }],
  [200020, { ...WISH, kidList: [1, 77] }],
  [200020, { ...WISH, kidList: ['1', '2'] }],
  [200020, { ...WISH, kidList: '1,2' }],
  [200021, { ...WISH, sceneDesc: '字'.repeat(16) }],
  [200021, { ...WISH, sceneDesc: 1 }],
])('addtemplate answers %d to %j and adds nothing', async (errcode, body) => {
  const { get, post } = await ready();
  const before = await get('gettemplate');
  expect((await post('addtemplate', body)).errcode).toBe(errcode);
  expect(await get('gettemplate')).toEqual(before);
});

it('refuses the same template twice, too many, and an account that is banned', async () => {
  const { simulator, post } = await ready(MINI, { templateLimit: 4 });
  expect((await post('addtemplate', { ...WISH, sceneDesc: undefined })).errcode).toBe(0);
  expect((await post('addtemplate', WISH)).errcode).toBe(200022);
  expect((await post('addtemplate', { ...WISH, kidList: [1, 2] })).errcode).toBe(200012);
  simulator.updateAccount(MINI, { subscribeBanned: true });
  expect((await post('addtemplate', WISH)).errcode).toBe(200011);
});

it('deltemplate answers 200002 without an id, 200014 to one the account does not have', async () => {
  const { post } = await ready();
  expect((await post('deltemplate', {})).errcode).toBe(200002);
  expect((await post('deltemplate', { priTmplId: SAMPLES.officialAccount.noticeTemplateId })).errcode).toBe(
    200014,
  );
});

it('shows categories, titles by page, and keywords with their rules', async () => {
  const { get } = await ready(OFFICIAL);
  expect((await get('getcategory')).data).toEqual([
    { id: 21, name: '在线教育' },
    { id: 307, name: '电商平台' },
  ]);
  expect(await get('getpubtemplatetitles', '&ids=21&start=1&limit=30')).toEqual({
    ...{ errcode: 0, errmsg: 'ok', count: 2 },
    data: [{ tid: 2307, title: '停课通知', type: 3, categoryId: '21' }],
  });
  const { count, data } = await get('getpubtemplatekeywords', '&tid=99');
  expect(count).toBe(data?.length);
  expect(data?.[4]).toEqual({ kid: 5, name: '上课方式', example: '线上', rule: 'enum' });
  expect((await get('gettemplate')).data).toMatchObject([{ title: '上课通知', type: 2 }]);
});

it.each<[number, string, string]>([
  [200018, 'getpubtemplatetitles', '&start=0&limit=30'],
  [200019, 'getpubtemplatetitles', '&ids=21,x&start=0&limit=30'],
  [200019, 'getpubtemplatetitles', '&ids=999&start=0&limit=30'],
  [200016, 'getpubtemplatetitles', '&ids=21&start=-1&limit=30'],
  [200017, 'getpubtemplatetitles', '&ids=21&start=0&limit=31'],
  [200017, 'getpubtemplatetitles', '&ids=21&start=0&limit=0'],
  [200002, 'getpubtemplatekeywords', ''],
  [200014, 'getpubtemplatekeywords', '&tid=1'],
  [43002, 'addtemplate', ''],
])('answers %d to %s%s', async (errcode, call, query) => {
  const { get } = await ready();
  expect((await get(call, query)).errcode).toBe(errcode);
});

it('is not for mobile apps', async () => {
  const { get, post } = await ready(MOBILE);
  expect((await get('gettemplate')).errcode).toBe(200100);
  expect((await get('getcategory')).errcode).toBe(200100);
  expect((await post('addtemplate', WISH)).errcode).toBe(200100);
  expect((await post('deltemplate', {})).errcode).toBe(48001);
});

it.each<[string, object]>([
  ['subscribeTemplates[0].content: must name keywords', { content: 'nothing' }],
  ['subscribeTemplates[0].content: "Thing1" must be a type and a number', { content: '{{Thing1.DATA}}' }],
  ['subscribeTemplates[0].content: "thing" must be', { content: '{{thing.DATA}}' }],
  ['subscribeTemplates[0].content: "thing1" appears twice', { content: '{{thing1.DATA}}\n{{thing1.DATA}}' }],
  [
    'subscribeTemplates[0].keywordEnumValueList: must name the values of "enum1"',
    { content: '{{enum1.DATA}}' },
  ],
  ['subscribeTemplates[0].type: must be one of 2, 3', { type: 1 }],
  ['subscribeTemplates[0].priTmplId: is required', { priTmplId: undefined }],
])('refuses a template that is wrong: %s', async (message, fields) => {
  const simulator = await startSimulator();
  const template = { priTmplId: 'T', title: 't', content: '{{thing1.DATA}}', ...fields };
  expect(() => simulator.updateAccount(MINI, { subscribeTemplates: [template] as never })).toThrow(message);
});

it.each<[string, object]>([
  [
    'subscribeTemplates: "T" appears twice',
    { subscribeTemplates: Array(2).fill({ priTmplId: 'T', title: 't', content: '{{thing1.DATA}}' }) },
  ],
  [
    'formTemplates[0].keywords: must name at least one',
    { formTemplates: [{ templateId: 'F', keywords: [] }] },
  ],
  ['sentFailure.errorCode: must not be 0', { sentFailure: { errorCode: 0, errorStatus: 'x' } }],
])('refuses an account that is wrong: %s', async (message, patch) => {
  const simulator = await startSimulator();
  expect(() => simulator.updateAccount(MINI, patch)).toThrow(message);
});
