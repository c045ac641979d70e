import fc from 'fast-check';
import { SAMPLES, SimulatorClient, type SimulatorOptions, type WeixinSimulator } from 'weixin-simulator';
import { startInProcess } from './in-process.js';
import {
  closeSimulators,
  fetchToken,
  getJson,
  MINI,
  MOBILE,
  NOON,
  OFFICIAL,
  startSimulator,
} from './support.js';

afterEach(closeSimulators);

const { subscribeTemplateId: LESSON, orderTemplateId: ORDER, longTermTemplateId: LONG } = SAMPLES.miniProgram;
const FORM = SAMPLES.miniProgram.formTemplateId;
const NOTICE = SAMPLES.officialAccount.noticeTemplateId;
const DATA = { thing1: { value: '高等数学' }, time2: { value: '15:01' } };
const NOTICE_DATA = { ...DATA, character_string3: { value: 'A-101' } };

interface Sent {
  errcode: number;
  errmsg: string;
  msgid?: number;
}

async function post(simulator: WeixinSimulator, path: string, token: string, body: unknown) {
  return fetch(`${simulator.url}/cgi-bin/message/${path}?access_token=${token}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function ready(options: SimulatorOptions = {}, appId: string = MINI) {
  const simulator = await startSimulator(options);
  const token = await fetchToken(simulator, appId);
  const openid = simulator.openid('xiaoming', appId);
  const send = async (path: string, body: unknown, by = token) =>
    (await (await post(simulator, path, by, body)).json()) as Sent;
  return { simulator, token, openid, send };
}

async function readyMini(options: SimulatorOptions = {}) {
  const { send, ...rest } = await ready(options);
  const { simulator, openid } = rest;
  const accept = (templateId: string = LESSON) =>
    simulator.requestSubscribeMessage({ openid, answers: { [templateId]: 'accept' } });
  const subscribe = (fields: object = {}) =>
    send('subscribe/send', { touser: openid, template_id: LESSON, data: DATA, ...fields });
  return { ...rest, send, accept, subscribe };
}

describe('wx.requestSubscribeMessage', () => {
  it('takes every word that begins with accept for an accept', async () => {
    const { simulator } = await readyMini();
    const answers = { [LESSON]: 'acceptWithForcePush' as const };
    const { result, grantIds } = simulator.requestSubscribeMessage({
      appId: MINI,
      person: 'xiaoming',
      answers,
    });
    expect(result).toMatchObject(answers);
    expect(Object.keys(grantIds)).toEqual([LESSON]);
  });

  it('gives what the client gives, and a grant for each accept', async () => {
    const { simulator, openid } = await readyMini();
    const client = new SimulatorClient(simulator.url);
    const answered = await client.requestSubscribeMessage({
      appId: MINI,
      person: 'xiaoming',
      answers: { [LESSON]: 'acceptWithAudio', [ORDER]: 'reject' },
    });
    expect(answered).toEqual({
      result: { errMsg: 'requestSubscribeMessage:ok', [LESSON]: 'acceptWithAudio', [ORDER]: 'reject' },
      grantIds: { [LESSON]: 'g1' },
    });
    expect(simulator.grants(openid)).toEqual([
      {
        ...{ id: 'g1', channel: 'mini-subscribe', appId: MINI, openid, templateId: LESSON, scene: null },
        ...{ status: 'outstanding', confirmedAt: NOON, confirms: 1, expiresAt: null, usedAt: null },
      },
    ]);
  });

  const six = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`T${n}`, 'accept' as const]));
  it.each<[number, string, object]>([
    [10001, "fail TmplIds can't be empty", { answers: {} }],
    [20003, 'fail Templates count out of max bounds', { answers: six }],
    [10004, 'fail Invalid template id', { answers: { ' ': 'accept' } }],
    [20001, 'fail No template data return', { answers: { unknown: 'accept' } }],
    [20002, 'fail Templates type must be same', { answers: { [LESSON]: 'accept', [LONG]: 'accept' } }],
    [10005, 'fail Cannot show', { answers: { [LESSON]: 'accept' }, fail: 10005 }],
  ])('fails with %d: %s', async (errCode, errMsg, asked) => {
    const { simulator, openid } = await readyMini();
    const { result, grantIds } = simulator.requestSubscribeMessage({ openid, ...asked } as never);
    expect(result).toEqual({ errCode, errMsg: expect.stringContaining(`requestSubscribeMessage:${errMsg}`) });
    expect([grantIds, simulator.grants()]).toEqual([{}, []]);
  });

  it('does not ask where nobody may be asked', async () => {
    const { simulator, openid, accept } = await readyMini();
    simulator.switchTemplate({ openid, on: false });
    expect(accept().result).toMatchObject({ errCode: 20004 });
    simulator.switchTemplate({ openid, on: true });
    simulator.updateAccount(MINI, { subscribeBanned: true });
    expect(accept().result).toMatchObject({ errCode: 20005 });
    const [lesson, order] = [LESSON, ORDER].map((priTmplId) => ({
      ...{ priTmplId, title: '同名', content: '{{thing1.DATA}}' },
    }));
    const banned = { ...lesson, priTmplId: 'banned', title: '封禁', banned: true };
    simulator.updateAccount(MINI, {
      subscribeBanned: false,
      subscribeTemplates: [lesson, order, banned] as never,
    });
    const answers = { [LESSON]: 'accept', [ORDER]: 'accept', banned: 'accept' } as const;
    expect(simulator.requestSubscribeMessage({ openid, answers })).toEqual({
      result: { errMsg: 'requestSubscribeMessage:ok', [LESSON]: 'accept', [ORDER]: 'filter', banned: 'ban' },
      grantIds: { [LESSON]: 'g1' },
    });
  });

  it.each<[string, object]>([
    ['answers.x', { answers: { x: 'confirm' } }],
    ['answers', {}],
    ['appId', { answers: {}, openid: undefined, appId: OFFICIAL, person: 'xiaoming' }],
    ['fail', { answers: {}, fail: 1 }],
    ['popupScene', { answers: {}, popupScene: 3 }],
  ])('refuses a wrong request: %s', async (field, fields) => {
    const { simulator, openid } = await readyMini();
    const wrong = { openid, ...fields } as never;
    expect(() => simulator.requestSubscribeMessage(wrong)).toThrow(field);
    await expect(new SimulatorClient(simulator.url).requestSubscribeMessage(wrong)).rejects.toThrow(field);
  });
});

describe('subscribe/send', () => {
  it('delivers one message for each accept: accepts add up', async () => {
    const { simulator, openid, accept, subscribe } = await readyMini();
    accept();
    accept();
    const answers = [await subscribe(), await subscribe(), await subscribe()];
    expect(answers.map(({ errcode }) => errcode)).toEqual([0, 0, 43101]);
    expect(answers[2]?.errmsg).toMatch(/^user refuse to accept the msg rid: /);
    expect(simulator.counters()).toMatchObject({ sends: { [MINI]: 2 }, maxDeliveriesPerGrant: 1 });
    expect(simulator.grants(openid).map(({ status }) => status)).toEqual(['used', 'used']);
  });

  it('answers a msgid beyond 2^53 in full; the inbox and the log keep it as text', async () => {
    const { simulator, token, openid, accept } = await readyMini();
    accept();
    const body = { touser: openid, template_id: LESSON, page: 'pages/index?a=1', data: DATA };
    const text = await (await post(simulator, 'subscribe/send', token, { ...body, lang: 'en_US' })).text();
    const [, msgId = ''] = /^{"errcode":0,"errmsg":"ok","msgid":(\d{19})}$/.exec(text) ?? [];
    expect(String(JSON.parse(text).msgid)).not.toBe(msgId);
    expect(simulator.inbox()).toEqual([
      {
        ...{ id: 'm1', channel: 'mini-subscribe', appId: MINI, openid, templateId: LESSON, scene: null },
        ...{ title: '上课提醒', content: { value: '课程：高等数学\n时间：15:01' }, data: DATA },
        lines: [
          { key: 'thing1', label: '课程', value: '高等数学' },
          { key: 'time2', label: '时间', value: '15:01' },
        ],
        ...{ page: 'pages/index?a=1', msgId, miniprogramState: 'formal', lang: 'en_US' },
        ...{ receivedAt: NOON, grantId: 'g1', place: 'service-notification' },
      },
    ]);
    expect(simulator.calls().at(-1)).toMatchObject({ answer: { msgid: msgId }, errcode: 0 });
  });

  it('needs one accept for all messages of a long-term template', async () => {
    const { simulator, openid, accept, subscribe } = await readyMini();
    accept(LONG);
    accept(LONG);
    const data = { thing1: { value: '第一小学' }, date2: { value: '2019年10月1日' } };
    for (const _time of [1, 2, 3]) expect((await subscribe({ template_id: LONG, data })).errcode).toBe(0);
    expect(simulator.counters().maxDeliveriesPerGrant).toBe(1);
    const statuses = () => simulator.grants(openid).map(({ status, longTerm = false }) => [status, longTerm]);
    expect(statuses()).toEqual([['outstanding', true], ...Array(3).fill(['used', false])]);
    simulator.switchTemplate({ openid, templateId: LONG, on: false });
    expect((await subscribe({ template_id: LONG, data })).errcode).toBe(43101);
  });

  it('answers 43101 once the template is switched off, and people are not asked again', async () => {
    const { simulator, openid, accept, subscribe } = await readyMini();
    accept();
    const client = new SimulatorClient(simulator.url);
    expect(await client.switchTemplate({ openid, templateId: LESSON, on: false })).toEqual({
      revokedGrantIds: ['g1'],
    });
    expect((await subscribe()).errcode).toBe(43101);
    expect(accept().result).toMatchObject({ [LESSON]: 'reject' });
    await client.switchTemplate({ openid, templateId: LESSON, on: true });
    expect((await subscribe()).errcode).toBe(43101);
    accept();
    expect((await subscribe()).errcode).toBe(0);
    expect(() => simulator.switchTemplate({ openid, templateId: 'other', on: false })).toThrow('templateId');
  });

  it.each<[string, object]>([
    ['is missing', {}],
    ['is empty', { thing1: { value: '' } }],
    ['has no value', { thing1: {} }],
  ])('says of a keyword that %s that it is empty', async (_what, data) => {
    const { accept, subscribe } = await readyMini();
    accept();
    const { errcode, errmsg } = await subscribe({ data: { ...DATA, thing1: undefined, ...data } });
    expect(errcode).toBe(47003);
    expect(errmsg).toMatch(/^argument invalid! data\.thing1\.value is empty rid: /);
  });

  it.each<[string, number, object | string]>([
    ['an empty body', 44002, ''],
    ['no JSON', 47001, '{"touser":'],
    ['an errcode of ones own', 47001, { errcode: 5 }],
    ['data as text', 47001, { data: JSON.stringify(DATA) }],
    ['a page that is no text', 47001, { page: 1 }],
    ['no receiver', 40003, { touser: '' }],
    ['a stranger', 40003, { touser: `o${'x'.repeat(27)}`, template_id: 'x' }],
    ['no template', 40037, { template_id: undefined }],
    ['a template of another kind', 40037, { template_id: FORM }],
    ['a page that is no path', 41030, { page: 'https://example.com/', data: {} }],
    ['an unknown state', 47003, { miniprogram_state: 'beta' }],
    ['an unknown language', 47003, { lang: 'de_DE' }],
    ['a missing keyword', 47003, { data: { thing1: { value: 'x' } } }],
    ['an unknown keyword', 47003, { data: { ...DATA, thing9: { value: 'x' } } }],
    ['an empty value', 47003, { data: { ...DATA, thing1: { value: ' ' } } }],
    ['a value that is no text', 47003, { data: { ...DATA, thing1: { value: 1 } } }],
    ['a keyword that is no object', 47003, { data: { ...DATA, thing1: 'x' } }],
  ])('refuses %s with %d and keeps the grant', async (_name, errcode, fields) => {
    const { simulator, openid, send, accept, subscribe } = await readyMini();
    accept();
    const body = { touser: openid, template_id: LESSON, data: DATA };
    const whole = typeof fields === 'string' || 'errcode' in fields ? fields : { ...body, ...fields };
    expect((await send('subscribe/send', whole)).errcode).toBe(errcode);
    expect((await subscribe()).errcode).toBe(0);
    expect(simulator.inbox()).toHaveLength(1);
  });

  it('names the first bad field, in the order of the template', async () => {
    const { subscribe } = await readyMini();
    const bad = { time2: { value: 'soon' }, thing1: { value: 'x'.repeat(21) } };
    expect((await subscribe({ data: bad })).errmsg).toMatch(
      /^argument invalid! data\.thing1\.value invalid rid: /,
    );
    expect((await subscribe({ data: { ...DATA, time2: bad.time2 } })).errmsg).toMatch(
      /^argument invalid! data\.time2\.value invalid/,
    );
  });

  it('knows banned templates, released pages, quotas and other kinds of accounts', async () => {
    const { simulator, send, subscribe, token } = await readyMini();
    simulator.updateAccount(MINI, { pages: ['pages/index'] });
    expect((await subscribe({ page: '/pages/index?x=1' })).errcode).toBe(43101);
    expect((await subscribe({ page: 'pages/other' })).errcode).toBe(41030);
    simulator.updateAccount(MINI, { subscribeBanned: true });
    expect((await subscribe()).errcode).toBe(43107);
    const template = { priTmplId: LESSON, title: 't', content: '{{thing1.DATA}}', banned: true };
    simulator.updateAccount(MINI, { subscribeBanned: false, subscribeTemplates: [template] });
    expect((await subscribe()).errcode).toBe(43107);
    for (const path of ['template/subscribe', 'subscribe/bizsend'])
      expect((await send(path, {})).errcode).toBe(48001);
    for (const appId of [OFFICIAL, MOBILE])
      expect((await send('subscribe/send', {}, await fetchToken(simulator, appId))).errcode).toBe(48001);
    expect((await send('subscribe/send', '', `${token}x`)).errcode).toBe(40014);
    simulator.updateAccount(MINI, { subscribeDailyQuota: 1, minuteQuota: 1 });
    expect((await subscribe()).errcode).toBe(45009);
    simulator.updateAccount(MINI, { subscribeDailyQuota: null });
    expect((await subscribe()).errcode).toBe(45011);
    simulator.fillQuota(MINI);
    expect((await subscribe()).errcode).toBe(45009);
  });

  it('answers 43108 while another send to the person is in flight, or on request not', async () => {
    const { simulator, accept, subscribe } = await readyMini();
    accept();
    simulator.fault({ kind: 'latency', delayMs: 100, times: 2 });
    const both = await Promise.all([subscribe(), subscribe()]);
    expect(both.map(({ errcode }) => errcode).sort()).toEqual([0, 43108]);
    simulator.updateAccount(MINI, { overlappingSubscribeSends: 'allow' });
    accept();
    simulator.fault({ kind: 'latency', delayMs: 100, times: 2 });
    const again = await Promise.all([subscribe(), subscribe()]);
    expect(again.map(({ errcode }) => errcode).sort()).toEqual([0, 43101]);
  });

  it('is bent by faults as every other call', async () => {
    const { simulator, accept, subscribe } = await readyMini();
    accept();
    simulator.fault({ kind: 'reset-after', path: '/cgi-bin/message/subscribe/send' });
    await expect(subscribe()).rejects.toThrow();
    expect((await subscribe()).errcode).toBe(43101);
    expect(simulator.inbox()).toHaveLength(1);
  });
});

describe('values by the type of their keyword', () => {
  const long = (length: number) => '1'.repeat(length);
  it.each<[string, string[], string[]]>([
    ['thing', ['字'.repeat(20), '😀'.repeat(20), 'a b!1'], ['字'.repeat(21), '', '  ']],
    ['number', ['1', '1.5', long(32)], ['-', '1.', '1,000', 'a1', long(33)]],
    ['letter', ['abcXYZ', 'a'.repeat(32)], ['a1', '字', 'a b', 'a'.repeat(33)]],
    ['short_thing', ['加急', '字'.repeat(20)], ['字'.repeat(21), '']],
    ['symbol', ['★★★', '!@#$%', '，。'], ['a', '★1', '!!!!!!', '\u0007']],
    ['character_string', ['No.2019-100', long(32)], ['中文', long(33), 'tab\t']],
    [
      'time',
      ['15:01', '2019年10月1日 15:01', '15:01~16:00', '2019-10-01 9:05', '1月18日 15:01'],
      ['25:01', '15:60', '2019年10月1日', '15:01~16:00~17:00', '下午3点'],
    ],
    [
      'date',
      ['2019年10月1日', '2019-10-01', '2019/10/1 15:01', '2019年10月1日~2019年10月7日'],
      ['15:01', '2019年2月30日', '2019年13月1日', '2月30日', '20191001', '2018-13'],
    ],
    [
      'date',
      ['2018.01.01', '2018-01', '01-01', '2018年1月', '1月18日', '2018/01', '01.18', '2月29日'],
      ['2018', '1月', '2018.1-1', '02-30'],
    ],
    [
      'amount',
      ['￥99.9元', '¥1234567890', '$1', '99.9元', '5'],
      ['￥￥1', '12345678901', '元', '1.', '一元'],
    ],
    ['phone_number', ['+86-0766-66888866', '13800138000'], ['phone', `+${long(17)}`]],
    ['car_number', ['粤A8Z888挂', '京A12345', 'A1'], ['粤A8Z8888挂挂', 'A粤123', '粤A 123']],
    [
      'name',
      ['张三', '阿'.repeat(10), 'John Smith-Jones', 'a'.repeat(20)],
      ['阿'.repeat(11), 'a'.repeat(21), `张${'a'.repeat(10)}`, '张3'],
    ],
    ['phrase', ['已发货', '五个汉字了'], ['六个汉字多了', 'ok', '已ok']],
    ['enum', ['线上', '线下'], ['空中', '线']],
    ['enum_string', ['线上', '线下'], ['空中', '线']],
    ['lesson', ['线上'.repeat(100), '1'], ['', ' ', 'a\nb']],
  ])('%s', async (type, good, bad) => {
    const key = `${type}1`;
    const keywordEnumValueList = [{ keywordCode: key, enumValueList: ['线上', '线下'] }];
    const template = { priTmplId: 'T', title: 't', content: `名称：{{${key}.DATA}}`, keywordEnumValueList };
    const account = { appId: MINI, appSecret: SAMPLES.miniProgram.appSecret, kind: 'mini-program' } as const;
    const { subscribe } = await readyMini({
      accounts: [{ ...account, subscribeTemplates: [template] }],
      people: ['xiaoming'],
    });
    const errcodeOf = async (value: string) =>
      (await subscribe({ template_id: 'T', data: { [key]: { value } } })).errcode;
    for (const value of good) expect([value, await errcodeOf(value)]).toEqual([value, 43101]);
    for (const value of bad) expect([value, await errcodeOf(value)]).toEqual([value, 47003]);
  });
});

it('reads the table of types narrowly where it is told to', async () => {
  const values: Record<string, [string, number][]> = {
    short_thing1: [
      ['五个字以内', 43101],
      ['六个字就太多', 47003],
    ],
    character_string2: [
      ['A-301', 43101],
      ['（1）', 47003],
    ],
    time3: [
      ['2019年10月1日 15:01', 43101],
      ['1月18日 15:01', 47003],
    ],
    // What the documents list is no matter of reading.
    date4: [
      ['2018.01', 43101],
      ['1月18日', 43101],
    ],
  };
  const account = { appId: MINI, appSecret: SAMPLES.miniProgram.appSecret, kind: 'mini-program' } as const;
  for (const [key, tried] of Object.entries(values)) {
    const template = { priTmplId: 'T', title: 't', content: `名称：{{${key}.DATA}}` };
    const { subscribe } = await readyMini({
      accounts: [{ ...account, subscribeTemplates: [template] }],
      people: ['xiaoming'],
      keywordValues: 'strict',
    });
    for (const [value, errcode] of tried) {
      const { errcode: got } = await subscribe({ template_id: 'T', data: { [key]: { value } } });
      expect([value, got]).toEqual([value, errcode]);
    }
  }
});

describe('the subscription notice of an official account', () => {
  async function readyOfficial() {
    const { send, ...rest } = await ready({}, OFFICIAL);
    const { simulator, openid } = rest;
    const notify = (fields: object = {}) =>
      send('subscribe/bizsend', { touser: openid, template_id: NOTICE, data: NOTICE_DATA, ...fields });
    const answer = (answers: Record<string, 'accept' | 'reject' | 'cancel' | 'filter'>) =>
      new SimulatorClient(simulator.url).openSubscribe({ openid, answers });
    return { ...rest, notify, answer };
  }

  it('is asked for by wx-open-subscribe, whose details are JSON inside JSON', async () => {
    const { answer } = await readyOfficial();
    expect(await answer({ [NOTICE]: 'accept' })).toEqual({
      result: {
        errMsg: 'subscribe:ok',
        subscribeDetails: `{"${NOTICE}":"{\\"status\\":\\"accept\\"}"}`,
      },
      grantIds: { [NOTICE]: 'g1' },
    });
    const { result, grantIds } = await answer({ [NOTICE]: 'cancel' });
    expect([JSON.stringify(result), grantIds]).toEqual([expect.stringContaining('cancel'), {}]);
    expect((await answer({ nothing: 'accept' })).result).toEqual({
      errMsg: expect.stringMatching(/^subscribe:fail /),
      errCode: 20001,
    });
  });

  it('is sent once for each accept, with a jump into a mini-program', async () => {
    const { simulator, notify, answer } = await readyOfficial();
    await answer({ [NOTICE]: 'accept' });
    const miniprogram = { appid: MINI, pagepath: 'pages/index' };
    for (const [errcode, wrong] of [
      [47001, { appid: MINI }],
      [40013, { ...miniprogram, appid: 'wx0' }],
      [40165, { ...miniprogram, pagepath: 'a b' }],
    ] as const)
      expect((await notify({ miniprogram: wrong })).errcode).toBe(errcode);
    const page = 'https://example.com/lesson';
    expect(await notify({ miniprogram, page })).toMatchObject({ errcode: 0, msgid: expect.any(Number) });
    expect((await notify()).errcode).toBe(43101);
    expect(simulator.inbox()).toMatchObject([
      { channel: 'service-notice', title: '上课通知', miniprogram, page, data: NOTICE_DATA, scene: null },
    ]);
  });

  it('goes to the chat of followers', async () => {
    const { simulator, notify } = await readyOfficial();
    const openid = simulator.openid('xiaohong', OFFICIAL);
    simulator.openSubscribe({ openid, answers: { [NOTICE]: 'accept' } });
    await notify({ touser: openid });
    expect(simulator.inbox(openid)).toMatchObject([{ place: 'account-chat' }]);
  });

  it('has templates apart from the one-time template', async () => {
    const { simulator, openid, notify } = await readyOfficial();
    const oneTime = SAMPLES.officialAccount.templateId;
    simulator.confirm({ openid, scene: 0 });
    expect((await notify({ template_id: oneTime })).errcode).toBe(40037);
    const query = `action=get_confirm&appid=${OFFICIAL}&scene=1&template_id=${NOTICE}&redirect_url=http://localhost/`;
    expect(await (await fetch(`${simulator.url}/mp/subscribemsg?${query}`)).text()).toContain('模板出错');
  });
});

describe('the retired template message of a mini-program', () => {
  async function readyForm(options: SimulatorOptions = {}) {
    const { send, ...rest } = await ready(options);
    const { simulator, openid } = rest;
    const data = { keyword1: { value: '高等数学', color: '#173177' }, keyword2: { value: '15:01' } };
    const template = (formId: unknown, fields: object = {}) =>
      send('wxopen/template/send', { touser: openid, template_id: FORM, form_id: formId, data, ...fields });
    return { ...rest, client: new SimulatorClient(simulator.url), template, data };
  }

  it('gives one message for a form, three for a payment', async () => {
    const { simulator, openid, client, template, data } = await readyForm();
    const { formId, expiresAt, grantIds } = await client.submitForm({ openid });
    expect([grantIds, expiresAt]).toEqual([['g1'], NOON + 7 * 24 * 3600 * 1000]);
    const more = { page: 'index?foo=bar', emphasis_keyword: 'keyword1.DATA' };
    expect(await template(formId, more)).toEqual({ errcode: 0, errmsg: 'ok' });
    expect((await template(formId)).errcode).toBe(41029);
    expect(simulator.inbox()).toMatchObject([
      {
        ...{ channel: 'mini-template', templateId: FORM, title: '报名成功通知', scene: null, formId, data },
        lines: [
          { key: 'keyword1', label: '课程', value: '高等数学', color: '#173177', emphasis: true },
          { key: 'keyword2', label: '时间', value: '15:01' },
          { key: 'keyword3', label: '地点', value: '' },
        ],
        ...{ page: 'index?foo=bar', emphasisKeyword: 'keyword1.DATA' },
      },
    ]);
    const { prepayId } = await client.pay({ appId: MINI, person: 'xiaoming' });
    const errcodes = [];
    for (const _time of [1, 2, 3, 4]) errcodes.push((await template(prepayId)).errcode);
    expect(errcodes).toEqual([0, 0, 0, 41029]);
    expect(simulator.counters().maxDeliveriesPerGrant).toBe(1);
    await expect(client.pay({ appId: OFFICIAL, person: 'xiaoming' })).rejects.toThrow('appId');
  });

  it('refuses an id that is unknown, missing, of somebody else or seven days old with 41028', async () => {
    const { simulator, client, template } = await readyForm();
    const { formId } = await client.submitForm({ openid: simulator.openid('laowang', MINI) });
    for (const wrong of ['unknown', undefined, formId]) {
      const { errcode, errmsg } = await template(wrong);
      expect([wrong, errcode, errmsg]).toEqual([
        wrong,
        41028,
        expect.stringMatching(/^invalid form id hint: \[[\w-]+\]/),
      ]);
    }
    const own = await client.submitForm({ appId: MINI, person: 'xiaoming' });
    simulator.advance(7 * 24 * 3600 * 1000 - 1);
    const token = await fetchToken(simulator, MINI);
    const send = async () => {
      const body = { touser: simulator.openid('xiaoming', MINI), template_id: FORM, form_id: own.formId };
      return (await (await post(simulator, 'wxopen/template/send', token, body)).json()) as Sent;
    };
    simulator.advance(1);
    expect((await send()).errcode).toBe(41028);
  });

  it.each<[number, object]>([
    [40003, { touser: 'x' }],
    [40037, { template_id: LESSON }],
    [41030, { page: 'https://example.com' }],
    [47001, { data: 'x' }],
    [47001, { data: { keyword1: { value: 1 } } }],
  ])('answers %d to %j and keeps the form', async (errcode, fields) => {
    const { client, openid, template } = await readyForm();
    const { formId } = await client.submitForm({ openid });
    expect((await template(formId, fields)).errcode).toBe(errcode);
    expect((await template(formId, { data: undefined })).errcode).toBe(0);
  });

  it('has a quota of its own', async () => {
    const { template } = await readyForm({ formDailyQuota: 1 });
    expect((await template('x')).errcode).toBe(41028);
    expect((await template('x')).errcode).toBe(45009);
  });
});

it('leaves the calls apart: an unknown one answers 40066', async () => {
  const { simulator, token } = await readyMini();
  const url = `${simulator.url}/wxaapi/newtmpl/nothing?access_token=${token}`;
  expect((await getJson(url)).errcode).toBe(40066);
});

type Step = { kind: (typeof STEPS)[number]; person: string; templateId: string };
type InProcess = Awaited<ReturnType<typeof startInProcess>>;

const STEPS = ['accept', 'send', 'off', 'form', 'pay', 'use', 'days'] as const;
const DAYS = 24 * 3600 * 1000;

/** What has to come of a sequence, counted apart from the simulator. */
class Trial {
  delivered = 0;
  private readonly left = new Map<string, number>();
  private readonly forms: { id: string; person: string; uses: number; until: number }[] = [];

  constructor(private readonly simulator: InProcess) {}

  async step({ kind, person, templateId }: Step): Promise<void> {
    const { control } = this.simulator;
    const receiver = { appId: MINI, person };
    const key = `${person} ${templateId}`;
    const held = this.left.get(key) ?? 0;
    if (kind === 'accept') {
      control.switchTemplate({ ...receiver, templateId, on: true });
      control.requestSubscribeMessage({ ...receiver, answers: { [templateId]: 'accept' } });
      this.left.set(key, held + 1);
    } else if (kind === 'send') {
      await this.expectSent(held > 0 ? 0 : 43101, person, 'subscribe/send', subscribeBody(templateId));
      this.left.set(key, Math.max(0, held - 1));
    } else if (kind === 'off') {
      control.switchTemplate({ ...receiver, templateId, on: false });
      this.left.set(key, 0);
    } else if (kind === 'form') this.enter(control.submitForm(receiver).formId, person, 1);
    else if (kind === 'pay') this.enter(control.pay(receiver).prepayId, person, 3);
    else if (kind === 'days') control.advance(3 * DAYS);
    else await this.useOldestForm(person);
  }

  private enter(id: string, person: string, uses: number): void {
    this.forms.push({ id, person, uses, until: this.simulator.control.now() + 7 * DAYS });
  }

  private async useOldestForm(person: string): Promise<void> {
    const form = this.forms.shift();
    if (!form) return;
    this.forms.push(form);
    const good = form.person === person && form.until > this.simulator.control.now();
    const errcode = good ? (form.uses > 0 ? 0 : 41029) : 41028;
    if (errcode === 0) form.uses -= 1;
    const body = { template_id: FORM, form_id: form.id };
    await this.expectSent(errcode, person, 'wxopen/template/send', body);
  }

  private async expectSent(errcode: number, person: string, path: string, fields: object): Promise<void> {
    const { control, call } = this.simulator;
    const url = `/cgi-bin/message/${path}?access_token=${control.mintBehindBack(MINI)}`;
    const body = JSON.stringify({ touser: control.openid(person, MINI), ...fields });
    const answer = JSON.parse((await call('POST', url, body, 'application/json')).body) as Sent;
    expect(answer.errcode).toBe(errcode);
    if (errcode === 0) this.delivered += 1;
  }
}

function subscribeBody(templateId: string): object {
  const order = { character_string1: { value: '1' }, amount2: { value: '1' }, enum3: { value: '已发货' } };
  return { template_id: templateId, data: templateId === ORDER ? order : DATA };
}

it('keeps the sum of any sequence of accepts, sends, forms and settings', async () => {
  const people = ['xiaoming', 'laowang'];
  const simulator = await startInProcess({ people, clock: { frozen: true, startAt: NOON } });
  const { control } = simulator;
  const weighted = fc.constantFrom(...STEPS, ...(['accept', 'send', 'send', 'use', 'use'] as const));
  const step = fc.record({
    kind: weighted,
    person: fc.constantFrom(...people),
    templateId: fc.constantFrom(LESSON, ORDER),
  });
  const run = async (steps: Step[]) => {
    control.reset();
    const trial = new Trial(simulator);
    for (const each of steps) await trial.step(each);
    expect(control.inbox()).toHaveLength(trial.delivered);
    expect(control.counters().maxDeliveriesPerGrant).toBeLessThanOrEqual(1);
    const used = control.grants().filter(({ status }) => status === 'used');
    expect(used).toHaveLength(trial.delivered);
  };
  const sequences = fc.array(step, { maxLength: 40, size: 'max' });
  await fc.assert(fc.asyncProperty(sequences, run), { numRuns: 60 });
  await simulator.close();
});
