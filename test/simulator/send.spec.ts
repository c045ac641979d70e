import type { WeixinSimulator } from 'weixin-simulator';
import {
  closeSimulators,
  fetchToken,
  getJson,
  MINI,
  MOBILE,
  messageTo,
  NOON,
  OFFICIAL,
  SEND_PATH,
  send,
  startSimulator,
  TEMPLATE,
} from './support.js';

afterEach(closeSimulators);

async function ready(options = {}): Promise<{ simulator: WeixinSimulator; token: string; openid: string }> {
  const simulator = await startSimulator(options);
  const openid = simulator.openid('xiaoming', OFFICIAL);
  simulator.confirm({ openid, scene: 1000 });
  return { simulator, token: await fetchToken(simulator), openid };
}

const content = (value: unknown, color?: unknown) => ({ data: { content: { value, color } } });

it('delivers the official sample once', async () => {
  const { simulator, token, openid } = await ready();
  const body = messageTo(openid, {
    url: 'https://example.com/x',
    miniprogram: { appid: MINI, pagepath: 'index?foo=bar' },
  });
  expect(await send(simulator, token, body)).toEqual({ errcode: 0, errmsg: 'ok' });
  expect(simulator.inbox(openid)).toEqual([
    {
      id: 'm1',
      channel: 'one-time',
      appId: OFFICIAL,
      openid,
      templateId: TEMPLATE,
      scene: 1000,
      title: '上课提醒',
      content: { value: '第一行\n第二行', color: '#FF0000' },
      url: 'https://example.com/x',
      miniprogram: { appid: MINI, pagepath: 'index?foo=bar' },
      receivedAt: NOON,
      grantId: 'g1',
      place: 'service-notification',
    },
  ]);
});

it('refuses the second send on one grant with 43101 and a rid', async () => {
  const { simulator, token, openid } = await ready();
  await send(simulator, token, messageTo(openid));
  const answer = await send(simulator, token, messageTo(openid));
  expect(answer.errcode).toBe(43101);
  expect(answer.errmsg).toMatch(/^user refuse to accept the msg rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/);
});

it('answers HTTP 200 under two content types in turn, success or not', async () => {
  const { simulator, token, openid } = await ready();
  const types = new Set<string | null>();
  for (const body of [messageTo(openid), {}, {}]) {
    const response = await fetch(`${simulator.url}${SEND_PATH}?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    types.add(response.headers.get('content-type'));
  }
  expect(types).toEqual(new Set(['application/json; encoding=utf-8', 'text/plain']));
});

describe('a request the platform refuses keeps the grant', () => {
  const refused: [string, number, (openid: string) => unknown][] = [
    ['empty body', 44002, () => ''],
    ['not JSON', 47001, () => 'touser=o'],
    ['cut JSON', 47001, () => '{"touser":'],
    ['an array', 47001, () => []],
    ['a string', 47001, () => '"text"'],
    ['null', 47001, () => 'null'],
    ['data as a string', 47001, (openid) => messageTo(openid, { data: '{"content":{"value":"x"}}' })],
    ['data missing', 47001, (openid) => messageTo(openid, { data: undefined })],
    ['content missing', 47001, (openid) => messageTo(openid, { data: {} })],
    ['content as a string', 47001, (openid) => messageTo(openid, { data: { content: 'x' } })],
    ['value empty', 47001, (openid) => messageTo(openid, content(''))],
    ['value a number', 47001, (openid) => messageTo(openid, content(5))],
    ['color a number', 47001, (openid) => messageTo(openid, content('x', 5))],
    ['touser a number', 47001, (openid) => messageTo(openid, { touser: 5 })],
    ['title a number', 47001, (openid) => messageTo(openid, { title: 5 })],
    ['url an object', 47001, (openid) => messageTo(openid, { url: {} })],
    ['miniprogram a string', 47001, (openid) => messageTo(openid, { miniprogram: MINI })],
    ['touser missing', 40003, (openid) => messageTo(openid, { touser: undefined })],
    ['touser blank', 40003, (openid) => messageTo(openid, { touser: '' })],
    ['a stranger', 40003, (openid) => messageTo(openid, { touser: `o${'x'.repeat(27)}` })],
    ['template missing', 40036, (openid) => messageTo(openid, { template_id: undefined })],
    ['template blank', 40036, (openid) => messageTo(openid, { template_id: '' })],
    [
      'template of another account',
      40037,
      (openid) => messageTo(openid, { template_id: '7YuTL__ilzyZB9DXcDt2mHx-CAS_E7KtsQkhIGVhhRM' }),
    ],
    ['title missing', 40062, (openid) => messageTo(openid, { title: undefined })],
    ['title empty', 40062, (openid) => messageTo(openid, { title: '' })],
    ['title of 16', 40062, (openid) => messageTo(openid, { title: '题'.repeat(16) })],
    ['title of 16 emoji', 40062, (openid) => messageTo(openid, { title: '🎓'.repeat(16) })],
    ['text of 201', 45002, (openid) => messageTo(openid, content('字'.repeat(201)))],
    ['text of 201 emoji', 45002, (openid) => messageTo(openid, content('🎓'.repeat(201)))],
    [
      'url too long',
      40039,
      (openid) => messageTo(openid, { url: `https://example.com/${'x'.repeat(2048)}` }),
    ],
    ['pagepath missing', 47001, (openid) => messageTo(openid, { miniprogram: { appid: MINI } })],
    [
      'mini-program not associated',
      40013,
      (openid) => messageTo(openid, { miniprogram: { appid: 'wx0000000000000000', pagepath: 'index' } }),
    ],
    [
      'pagepath with a scheme',
      40165,
      (openid) => messageTo(openid, { miniprogram: { appid: MINI, pagepath: 'https://x/index' } }),
    ],
    ['pagepath empty', 40165, (openid) => messageTo(openid, { miniprogram: { appid: MINI, pagepath: '' } })],
    ['another scene', 43101, (openid) => messageTo(openid, { scene: '999' })],
    ['scene as a word', 43101, (openid) => messageTo(openid, { scene: 'H5' })],
    ['scene as a fraction', 43101, (openid) => messageTo(openid, { scene: 1000.5 })],
    ['scene missing', 43101, (openid) => messageTo(openid, { scene: undefined })],
    ['scene an object', 43101, (openid) => messageTo(openid, { scene: {} })],
  ];

  it.each(refused)('%s: %d', async (_name, errcode, body) => {
    const { simulator, token, openid } = await ready();
    expect((await send(simulator, token, body(openid))).errcode).toBe(errcode);
    expect(simulator.inbox()).toEqual([]);
    expect(simulator.grants()).toMatchObject([{ status: 'outstanding' }]);
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(0);
  });

  it('not UTF-8: 47001', async () => {
    const { simulator, token, openid } = await ready();
    const body = Buffer.from(JSON.stringify(messageTo(openid, { title: 'caf\u00e9' })), 'latin1');
    const answer = await getJson(`${simulator.url}${SEND_PATH}?access_token=${token}`, {
      method: 'POST',
      body,
    });
    expect(answer.errcode).toBe(47001);
  });

  it('larger than any message: 45002', async () => {
    const { simulator, token } = await ready();
    expect((await send(simulator, token, `"${'x'.repeat(1_100_000)}"`)).errcode).toBe(45002);
  });
});

describe('what the platform accepts', () => {
  it.each<[string, object]>([
    ['scene as a number', { scene: 1000 }],
    ['title of 15', { title: '题'.repeat(15) }],
    ['title of 15 emoji', { title: '🎓'.repeat(15) }],
    ['text of 200 emoji', content('🎓'.repeat(200))],
    ['a colour by name', content('x', 'blue')],
    [
      'unknown fields',
      { topcolor: '#000', data: { content: { value: 'x', size: 3 }, remark: { value: 'y' } } },
    ],
    ['optional fields as null', { url: null, miniprogram: null }],
    [
      'a mini-program page with a query',
      { miniprogram: { appid: MINI, pagepath: 'pages/index/index?a=1&b=%20' } },
    ],
  ])('%s', async (_name, fields) => {
    const { simulator, token, openid } = await ready();
    expect(await send(simulator, token, messageTo(openid, fields))).toEqual({ errcode: 0, errmsg: 'ok' });
  });

  it('JSON under any content type', async () => {
    const { simulator, token, openid } = await ready({ grantRule: 'count' });
    for (const type of [
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
    ]) {
      simulator.confirm({ openid, scene: 1000 });
      const init = {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify(messageTo(openid)),
      };
      expect((await getJson(`${simulator.url}${SEND_PATH}?access_token=${token}`, init)).errcode).toBe(0);
    }
  });
});

describe('who may call', () => {
  it('refuses other methods before it looks at anything else: 43002', async () => {
    const { simulator } = await ready();
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      expect((await getJson(`${simulator.url}${SEND_PATH}`, { method })).errcode).toBe(43002);
    }
  });

  it.each([
    [40164, { ipWhitelist: ['10.0.0.1'] }],
    [50002, { limited: true }],
    [48004, { banned: true }],
    [48001, { unauthorized: true }],
  ])('answers %d for an account with %j', async (errcode, patch) => {
    const { simulator, token, openid } = await ready();
    simulator.updateAccount(OFFICIAL, patch);
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(errcode);
    expect(simulator.grants()).toMatchObject([{ status: 'outstanding' }]);
  });

  it('answers 48001 to the token of a mini-program', async () => {
    const { simulator, openid } = await ready();
    expect((await send(simulator, await fetchToken(simulator, MINI), messageTo(openid))).errcode).toBe(48001);
  });

  it('spares a mini-program its whitelist on calls without secret', async () => {
    const { simulator, openid } = await ready();
    const token = await fetchToken(simulator, MINI);
    simulator.updateAccount(MINI, { ipWhitelist: ['10.0.0.1'] });
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(48001);
  });

  it('does not mix openids of accounts: 40003', async () => {
    const { simulator, openid } = await ready();
    const token = await fetchToken(simulator, MOBILE);
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(40003);
  });

  it('serves a mobile app with its own token, openid and template, but no mini-program', async () => {
    const { simulator } = await ready();
    const openid = simulator.openid('xiaoming', MOBILE);
    expect(openid).toBe('oyAaTjt-xXvP87pubE4eUOF-ttD4');
    const { templateId } = simulator.confirm({ openid, scene: 1000 });
    const token = await fetchToken(simulator, MOBILE);
    const message = messageTo(openid, { template_id: templateId });
    expect(
      (await send(simulator, token, { ...message, miniprogram: { appid: MINI, pagepath: 'index' } })).errcode,
    ).toBe(40013);
    expect((await send(simulator, token, message)).errcode).toBe(0);
  });
});

it('looks at things in the order of row 22', async () => {
  const { simulator, token } = await ready({ dailyQuota: 11 });
  const url = (accessToken: string) => `${simulator.url}${SEND_PATH}?access_token=${accessToken}`;
  simulator.updateAccount(OFFICIAL, {
    ipWhitelist: ['10.0.0.1'],
    limited: true,
    banned: true,
    unauthorized: true,
  });
  const errcodes: (number | undefined)[] = [(await getJson(url(''))).errcode];
  const post = async (accessToken: string, body: object | string = '') => {
    errcodes.push((await send(simulator, accessToken, body)).errcode);
  };
  await post('');
  await post('nonsense');
  await post(token);
  for (const patch of [
    { ipWhitelist: null },
    { limited: false },
    { banned: false },
    { unauthorized: false },
  ]) {
    simulator.updateAccount(OFFICIAL, patch);
    await post(token);
  }
  let body: Record<string, unknown> = { title: '', scene: 'x', miniprogram: {} };
  const repairs: object[] = [
    { data: { content: { value: '字'.repeat(201) } } },
    { touser: simulator.openid('xiaoming', OFFICIAL) },
    { template_id: 'wrong' },
    { template_id: TEMPLATE },
    { title: 'title' },
    { data: { content: { value: 'text' } } },
    { miniprogram: { appid: 'other', pagepath: 'index' } },
    { miniprogram: { appid: MINI, pagepath: 'a b' } },
    { miniprogram: undefined },
    { scene: '1000' },
  ];
  for (const repair of repairs) {
    body = { ...body, ...repair };
    await post(token, body);
  }
  await post(token, body);
  expect(errcodes).toEqual([
    ...[43002, 41001, 40014, 40164, 50002, 48004, 48001, 44002],
    ...[40003, 40036, 40037, 40062, 45002, 47001, 40013, 40165, 43101, 0, 45009],
  ]);
});

describe('quota', () => {
  it('answers 45009 over the day and starts again at midnight in Shanghai', async () => {
    const { simulator, token, openid } = await ready({ dailyQuota: 2, lifetimeSeconds: 1_000_000 });
    await send(simulator, token, messageTo(openid, { title: '' }));
    await send(simulator, token, messageTo(openid, { title: '' }));
    const over = await send(simulator, token, messageTo(openid));
    expect(over).toMatchObject({
      errcode: 45009,
      errmsg: expect.stringMatching(/^reach max api daily quota limit rid: /),
    });
    simulator.setClock(Date.UTC(2026, 9, 7, 16) - 1);
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(45009);
    simulator.advance(1);
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(0);
  });

  it('answers 45011 over the minute', async () => {
    const { simulator, token, openid } = await ready({ minuteQuota: 1 });
    await send(simulator, token, '');
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(45011);
    simulator.advance(60_000);
    expect((await send(simulator, token, messageTo(openid))).errcode).toBe(0);
  });
});

describe('switches', () => {
  it.each<[object, object, number]>([
    [{ missingTemplateErrcode: 40037 }, { template_id: undefined }, 40037],
    [{ longContentErrcode: 47003 }, content('字'.repeat(201)), 47003],
    [{ emptyContent: 'accept' }, content(''), 0],
    [{ emptyContent: 'accept' }, { data: {} }, 0],
    [{ badColor: 'refuse' }, content('x', 'blue'), 47001],
    [{ maxUrlLength: 10 }, { url: 'https://example.com' }, 40039],
  ])('%j turns %j into %d', async (options, fields, errcode) => {
    const { simulator, token, openid } = await ready(options);
    expect((await send(simulator, token, messageTo(openid, fields))).errcode).toBe(errcode);
  });

  it('can differ between a mobile app and an official account (row 5)', async () => {
    const { simulator, token, openid } = await ready();
    simulator.updateAccount(MOBILE, { grantRule: 'count' });
    const ofApp = simulator.openid('xiaoming', MOBILE);
    const { templateId } = simulator.confirm({ openid: ofApp, scene: 1000 });
    simulator.confirm({ openid: ofApp, scene: 1000 });
    simulator.confirm({ openid, scene: 1000 });
    const appToken = await fetchToken(simulator, MOBILE);
    const toApp = () => send(simulator, appToken, messageTo(ofApp, { template_id: templateId }));
    const toAccount = () => send(simulator, token, messageTo(openid));
    expect([(await toApp()).errcode, (await toApp()).errcode, (await toApp()).errcode]).toEqual([
      0, 0, 43101,
    ]);
    expect([(await toAccount()).errcode, (await toAccount()).errcode]).toEqual([0, 43101]);
  });

  it('can be set for one account only', async () => {
    const { simulator, token, openid } = await ready();
    simulator.updateAccount(OFFICIAL, { badColor: 'refuse' });
    expect((await send(simulator, token, messageTo(openid, content('x', 'blue')))).errcode).toBe(47001);
  });
});

it('answers 40066 under an address the API does not have', async () => {
  const { simulator } = await ready();
  for (const path of ['/cgi-bin/message/template/subscribe/', '/cgi-bin/nothing', '/cgi-bin/%zz']) {
    expect((await getJson(`${simulator.url}${path}`, { method: 'POST', body: '{}' })).errcode).toBe(40066);
  }
});
