import { SAMPLES, type WeixinSimulator } from 'weixin-simulator';
import {
  closeSimulators,
  fetchToken,
  messageTo,
  NOON,
  OFFICIAL,
  SECRETS,
  SEND_PATH,
  send,
  startSimulator,
} from './support.js';

afterEach(closeSimulators);

const open = async (simulator: WeixinSimulator, page = '') =>
  (await fetch(`${simulator.url}/_simulator/${page}`)).text();

function press(simulator: WeixinSimulator, form: Record<string, string>, headers = {}): Promise<Response> {
  const body = new URLSearchParams(form);
  return fetch(`${simulator.url}/_simulator/panel`, { method: 'POST', body, headers, redirect: 'manual' });
}

describe('the panel', () => {
  it('is where the root leads', async () => {
    const { url } = await startSimulator();
    for (const path of ['/', '/_simulator']) {
      expect((await fetch(`${url}${path}`)).url).toBe(`${url}/_simulator/`);
    }
  });

  it('shows clock, accounts, masked tokens, outstanding grants and people', async () => {
    const simulator = await startSimulator();
    const token = await fetchToken(simulator);
    const openid = simulator.openid('xiaoming', OFFICIAL);
    simulator.confirm({ openid, scene: 7 });
    simulator.confirm({ openid, scene: 8 });
    await send(simulator, token, messageTo(openid, { scene: 8 }));
    const html = await open(simulator);
    expect(html).toContain('<time>2026-10-07 12:00</time>');
    expect(html).toContain(SAMPLES.officialAccount.templateId);
    expect(html).toContain(`${token.slice(0, 8)}…`);
    expect(html).not.toContain(token);
    expect(html).not.toContain(SECRETS[OFFICIAL]);
    expect(html).toMatch(/xiaoming · 场景值 7</);
    expect(html).not.toMatch(/场景值 8</);
    expect(html).toContain('<code>message/template/subscribe</code> 1 / ∞');
    expect(html).toContain('(1)</a>');
    expect(html).toContain('laowang');
  });

  it('shows grants of every kind, and templates by their titles', async () => {
    const simulator = await startSimulator();
    const { appId, subscribeTemplateId } = SAMPLES.miniProgram;
    const openid = simulator.openid('laowang', appId);
    simulator.requestSubscribeMessage({ openid, answers: { [subscribeTemplateId]: 'accept' } });
    const { prepayId } = simulator.pay({ openid });
    simulator.updateAccount(appId, { subscribeBanned: true });
    const html = await open(simulator);
    expect(html).toContain('laowang · 上课提醒 <span class="tag">mini-subscribe</span>');
    expect(html.split(`laowang · ${prepayId} <span class="tag">mini-template</span>`)).toHaveLength(4);
    expect(html).toContain(`上课提醒<br><code>${subscribeTemplateId}</code>`);
    expect(html).toContain('<span class="tag bad">subscribeBanned</span>');
    expect(html).not.toMatch(/场景值 </);
  });

  it('leads to a confirm page that leads back to the inbox', async () => {
    const simulator = await startSimulator();
    const href = (/href="(\/mp\/subscribemsg[^"]+)"/.exec(await open(simulator))?.[1] ?? '').replaceAll(
      '&amp;',
      '&',
    );
    const answer = simulator.tap(new URL(href, simulator.url).href, { answer: 'confirm' });
    expect(answer.redirectTo).toMatch(`${simulator.url}/_simulator/inbox.html?openid=`);
    simulator.updateAccount(OFFICIAL, { businessDomains: ['example.com'] });
    expect(await open(simulator)).not.toContain(`appid=${OFFICIAL}`);
  });

  it('says what is wrong with an account', async () => {
    const simulator = await startSimulator();
    simulator.updateAccount(OFFICIAL, { banned: true, tokenRefusal: 89503 });
    expect(await open(simulator)).toMatch(
      /<span class="tag bad">banned<\/span>\s*<span class="tag bad">89503</,
    );
  });
});

describe('buttons', () => {
  it.each<[Record<string, string>, (simulator: WeixinSimulator) => unknown, unknown]>([
    [{ do: 'advance', ms: '300000' }, (simulator) => simulator.now() - NOON, 300_000],
    [{ do: 'kill', appId: OFFICIAL }, (simulator) => simulator.tokens().map(({ state }) => state), ['dead']],
    [{ do: 'mint', appId: OFFICIAL }, (simulator) => simulator.tokens().length, 2],
    [{ do: 'person', name: '小李' }, (simulator) => simulator.state().people.at(-1)?.name, '小李'],
    [{ do: 'reset' }, (simulator) => simulator.calls(), []],
    [
      { do: 'fault', preset: 'hang after', path: SEND_PATH, times: 'forever', probability: '0.5' },
      (simulator) => simulator.faults(),
      [
        expect.objectContaining({
          ...{ kind: 'hang', when: 'after', path: SEND_PATH, times: 'forever', probability: 0.5 },
        }),
      ],
    ],
  ])('%j', async (form, look, expected) => {
    const simulator = await startSimulator();
    await fetchToken(simulator);
    const response = await press(simulator, form);
    expect(response.status).toBe(303);
    expect(look(simulator)).toEqual(expected);
    const next = await fetch(new URL(response.headers.get('location') ?? '', simulator.url));
    expect(await next.text()).toContain('class="done" role="status"');
  });

  it('fill the quota', async () => {
    const simulator = await startSimulator();
    const token = await fetchToken(simulator);
    await press(simulator, { do: 'fill', appId: OFFICIAL });
    expect((await send(simulator, token, '')).errcode).toBe(45009);
    expect(await open(simulator)).toContain('已满');
  });

  it('list the faults in force and remove them', async () => {
    const simulator = await startSimulator();
    const id = simulator.fault({ kind: 'errcode', errcode: 45011, times: 'forever', path: SEND_PATH });
    simulator.fault({ kind: 'hang' });
    simulator.fault({ kind: 'empty' });
    expect(await open(simulator, 'faults.html')).toMatch(/<b>errcode<\/b> <span class="tag">∞</);
    await press(simulator, { do: 'clear-fault', id });
    expect(simulator.faults().map(({ kind }) => kind)).toEqual(['hang', 'empty']);
    await press(simulator, { do: 'clear-faults' });
    expect(await open(simulator, 'faults.html')).toContain('<li class="quiet">没有</li>');
  });

  it('every one of the presets is a fault the simulator takes', async () => {
    const simulator = await startSimulator();
    const html = await open(simulator, 'faults.html');
    const presets = [...html.matchAll(/name="preset" value="([^"]+)"/g)].map(([, id = '']) => id);
    expect(presets.length).toBeGreaterThan(20);
    for (const preset of presets) expect((await press(simulator, { do: 'fault', preset })).status).toBe(303);
    expect(simulator.faults()).toHaveLength(presets.length);
  });

  it.each<Record<string, string>>([
    {},
    { do: 'constructor' },
    { do: 'advance', ms: 'soon' },
    { do: 'kill', appId: '<script>' },
    { do: 'person', name: '' },
    { do: 'fault', preset: '<script>alert(1)</script>' },
    { do: 'fault', preset: 'hang', times: '0' },
  ])('a wrong form %j gives a page that says so, and changes nothing', async (form) => {
    const simulator = await startSimulator();
    const response = await press(simulator, form);
    const html = await response.text();
    expect(response.status).toBe(400);
    expect(html).toContain('没有执行');
    expect(html).not.toContain('<script');
    expect([simulator.now(), simulator.faults(), simulator.state().people.length]).toEqual([NOON, [], 3]);
  });

  it('cannot be pressed by a page of another site', async () => {
    const simulator = await startSimulator();
    await simulator.confirm({ appId: OFFICIAL, person: 'xiaoming', scene: 1 });
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      expect((await press(simulator, { do: 'reset' }, headers)).status).toBe(403);
      const reset = await fetch(`${simulator.url}/_simulator/reset`, { method: 'POST', headers });
      expect(reset.status).toBe(403);
    }
    expect(simulator.grants()).toHaveLength(1);
    expect((await press(simulator, { do: 'reset' }, { origin: simulator.url })).status).toBe(303);
  });
});

describe('the calls', () => {
  it('are shown with request and answer, newest at the top, without tokens and secrets', async () => {
    const simulator = await startSimulator();
    const token = await fetchToken(simulator);
    const openid = simulator.openid('laowang', OFFICIAL);
    simulator.fault({ kind: 'reset-after', path: SEND_PATH });
    await send(simulator, token, messageTo(openid)).catch(() => undefined);
    await send(simulator, token, messageTo(openid));
    const html = await open(simulator, 'calls.html');
    expect(html.indexOf('<time>#3')).toBeLessThan(html.indexOf('<time>#1'));
    expect(html).toMatch(/<span class="tag bad">没有回答<\/span><b>POST<\/b>/);
    expect(html).toContain('<span class="tag bad">reset-after</span>');
    expect(html).toContain('上课提醒');
    expect(html).toContain('user refuse to accept the msg');
    expect(html).toContain('<span class="whom">laowang</span>');
    expect(html).not.toContain(token);
    expect(html).not.toContain(SECRETS[OFFICIAL]);
  });
});

it('shows hostile names, messages and calls as text on every page', async () => {
  const hostile = '"><script>alert(1)</script><img src=x>';
  const simulator = await startSimulator({ people: [hostile.slice(0, 60), 'b'] });
  const template = { priTmplId: hostile, title: hostile, content: `${hostile}:{{thing1.DATA}}` };
  simulator.updateAccount(OFFICIAL, {
    ...{ name: hostile, templates: [hostile], subscribeTemplates: [template] },
    formTemplates: [{ templateId: hostile, title: hostile, keywords: [hostile] }],
  });
  simulator.openSubscribe({ appId: OFFICIAL, person: 'b', answers: { [hostile]: 'accept' } });
  const url = `${simulator.url}/cgi-bin/message/subscribe/bizsend?access_token=${await fetchToken(simulator)}`;
  const touser = simulator.openid('b', OFFICIAL);
  const data = { thing1: { value: hostile.slice(0, 20) } };
  const body = JSON.stringify({ touser, template_id: hostile, data, page: 'http://x/"<script>' });
  expect(await (await fetch(url, { method: 'POST', body })).text()).toContain('"errcode":0');
  simulator.openSubscribe({ appId: OFFICIAL, person: 'b', answers: { [hostile]: 'accept' } });
  simulator.confirm({ appId: OFFICIAL, person: hostile.slice(0, 60), scene: 1 });
  simulator.fault({
    kind: 'errcode',
    errmsg: hostile,
    appId: hostile,
    path: `/${hostile}`,
    times: 'forever',
  });
  const query = encodeURIComponent(hostile);
  await fetch(`${simulator.url}/cgi-bin/${query}?access_token=${query}&${query}=${query}`, {
    method: 'POST',
    body: hostile,
  });
  await fetch(`${simulator.url}/mp/subscribemsg?appid=${query}`);
  for (const page of [
    '',
    'people.html',
    'grants.html',
    'inbox.html',
    'calls.html',
    'faults.html',
    `?done=${query}`,
    `inbox.html?person=${query}&q=${query}&appId=${query}&page=${query}`,
    `people.html?q=${query}`,
    `grants.html?q=${query}`,
    `calls.html?path=${query}&result=${query}&person=${query}`,
    `calls.html?lang=${query}`,
    `../${query}`,
  ]) {
    const html = await open(simulator, page);
    expect(html).toContain('<html lang="zh-CN">');
    expect(html).not.toMatch(/<script|<img/i);
  }
});

describe('long lists', () => {
  const many = async () => {
    const names = Array.from({ length: 60 }, (_, at) => `学生${at + 1}`);
    const simulator = await startSimulator({ people: names });
    const token = await fetchToken(simulator);
    for (const person of names) simulator.confirm({ appId: OFFICIAL, person, scene: 1000 });
    for (const person of names.slice(0, 45))
      await send(simulator, token, messageTo(simulator.openid(person, OFFICIAL)));
    return simulator;
  };
  const count = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].length;

  it('have pages, whose links keep the filters, and nonsense is the first', async () => {
    const simulator = await many();
    const first = await open(simulator, 'inbox.html?q=%E6%8F%90%E9%86%92');
    expect(count(first, /<article/g)).toBe(20);
    expect(first).toContain('1–20 / 45');
    const next = /rel="next" href="([^"]+)"/.exec(first)?.[1].replaceAll('&amp;', '&') ?? '';
    expect(next).toContain('q=%E6%8F%90%E9%86%92&page=2');
    const last = await (await fetch(`${simulator.url}${next.replace('page=2', 'page=9')}`)).text();
    expect(count(last, /<article/g)).toBe(5);
    expect(last).not.toContain('rel="next"');
    for (const page of ['0', '-1', 'x', '9'.repeat(30)])
      expect(await open(simulator, `inbox.html?page=${page}`)).toContain('1–20 / 45');
    expect(await open(simulator, 'people.html')).toContain('1–25 / 60');
    expect(await open(simulator, 'grants.html')).toContain('1–15 / 15');
    // What was chosen stands beside the messages although it is not among the first.
    expect(await open(simulator, `inbox.html?person=${encodeURIComponent('学生44')}`)).toContain(
      '学生44</span>',
    );
  });

  it('are searched: people by name and openid, grants by scene, messages by text and account', async () => {
    const simulator = await many();
    const openid = simulator.openid('学生7', OFFICIAL);
    const found = async (page: string) => /(\d+)–(\d+) \/ (\d+)/.exec(await open(simulator, page))?.[3];
    expect(await found(`people.html?q=${openid}`)).toBe('1');
    expect(await found(`people.html?q=${encodeURIComponent('学生1')}`)).toBe('11');
    expect(await found('people.html?q=nobody')).toBeUndefined();
    expect(await found('grants.html?q=1000')).toBe('15');
    expect(await found(`inbox.html?person=${encodeURIComponent('学生7')}`)).toBe('1');
    expect(await found(`inbox.html?appId=${SAMPLES.miniProgram.appId}`)).toBeUndefined();
    expect(await found('inbox.html?q=nothing')).toBeUndefined();
  });

  it('of calls are filtered by path, result and person', async () => {
    const simulator = await startSimulator();
    const token = await fetchToken(simulator);
    const openid = simulator.openid('laowang', OFFICIAL);
    await send(simulator, token, messageTo(openid));
    simulator.fault({ kind: 'reset-after', path: SEND_PATH });
    await send(simulator, token, messageTo(openid)).catch(() => undefined);
    const calls = async (query: string) => count(await open(simulator, `calls.html?${query}`), /<details>/g);
    expect(await calls('')).toBe(3);
    expect(await calls(`path=${encodeURIComponent(SEND_PATH)}`)).toBe(2);
    expect(await calls('result=lost')).toBe(1);
    expect(await calls('result=43101')).toBe(2);
    expect(await calls('result=0')).toBe(1);
    expect(await calls('result=refused')).toBe(2);
    expect(await calls('person=laowang')).toBe(2);
    expect(await calls(`person=${openid}&result=lost`)).toBe(1);
    expect(await calls('person=xiaoming')).toBe(0);
  });
});

describe('one language at a time', () => {
  const get = (simulator: WeixinSimulator, path: string, headers = {}) =>
    fetch(`${simulator.url}${path}`, { headers, redirect: 'manual' });

  it('is the one that the browser prefers, until a person chooses', async () => {
    const simulator = await startSimulator();
    const inEnglish = { 'accept-language': 'en-GB,zh;q=0.8' };
    const english = await (await get(simulator, '/_simulator/faults.html', inEnglish)).text();
    expect(english).toContain('<html lang="en">');
    expect(english.replace(/<a class="language".*?<\/a>/s, '')).not.toMatch(/\p{Script=Han}/u);
    const chinese = await (await get(simulator, '/_simulator/faults.html')).text();
    expect(chinese).toContain('<html lang="zh-CN">');

    const chosen = await get(simulator, '/_simulator/calls.html?result=0&lang=zh', inEnglish);
    expect([chosen.status, chosen.headers.get('location')]).toEqual([302, '/_simulator/calls.html?result=0']);
    const cookie = String(chosen.headers.get('set-cookie')).split(';')[0];
    const next = await get(simulator, '/_simulator/', { ...inEnglish, cookie });
    expect(await next.text()).toContain('<html lang="zh-CN">');
    const sheet = await get(simulator, '/nothing/here', { ...inEnglish, cookie });
    expect([sheet.status, await sheet.text()]).toEqual([404, expect.stringContaining('页面不存在')]);
  });
});
