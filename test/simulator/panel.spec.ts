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
    expect(html).toMatch(/xiaoming · 场景 <span lang="en">scene<\/span> 7</);
    expect(html).not.toMatch(/<\/span> 8</);
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
    expect(html).not.toMatch(/scene<\/span> </);
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
    expect(await open(simulator)).toContain('已满 full');
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
    expect(await open(simulator, 'faults.html')).toContain('没有 · <span lang="en">None</span>');
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
    expect(html).toContain('没有做成');
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
    expect(html.indexOf('<small>#3')).toBeLessThan(html.indexOf('<small>#1'));
    expect(html).toMatch(/<span class="tag bad">没有回答 lost<\/span> <b>POST<\/b>/);
    expect(html).toContain('<span class="tag bad">reset-after</span>');
    expect(html).toContain('上课提醒');
    expect(html).toContain('user refuse to accept the msg');
    expect(html).toContain('12:00:00 · laowang');
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
    'inbox.html',
    'calls.html',
    'faults.html',
    `?done=${query}`,
    `inbox.html?person=${query}`,
  ]) {
    const html = await open(simulator, page);
    expect(html).toContain('<html lang="zh-CN">');
    expect(html).not.toMatch(/<script|<img/i);
  }
});
