import { SAMPLES, SimulatorClient, type WeixinSimulator } from 'weixin-simulator';
import {
  closeSimulators,
  confirmUrl,
  fetchToken,
  MINI,
  MOBILE,
  messageTo,
  NOON,
  OFFICIAL,
  SAMPLE_APP,
  SECRETS,
  send,
  startSimulator,
  TEMPLATE,
} from './support.js';

afterEach(closeSimulators);

async function ready(): Promise<{ simulator: WeixinSimulator; client: SimulatorClient }> {
  const simulator = await startSimulator();
  return { simulator, client: new SimulatorClient(simulator.url) };
}

describe('the client over HTTP sees and does what the object does', () => {
  it('people and accounts', async () => {
    const { simulator, client } = await ready();
    await client.addPerson('小李');
    const openid = await client.openid('小李', OFFICIAL);
    expect(openid).toMatch(/^o[\w-]{27}$/);
    expect(openid).toBe(simulator.openid('小李', OFFICIAL));
    await client.updateAccount(OFFICIAL, { banned: true });
    expect((await send(simulator, await fetchToken(simulator), '')).errcode).toBe(48004);
    expect(await client.state()).toEqual(simulator.state());
    expect(JSON.stringify(await client.state())).not.toContain(SECRETS[OFFICIAL]);
  });

  it('answers of people', async () => {
    const { simulator, client } = await ready();
    const request = {
      appId: OFFICIAL,
      person: 'laowang',
      templateId: TEMPLATE,
      scene: 7,
      reserved: 'abc',
      redirectUrl: 'http://localhost/cb',
    };
    const openid = simulator.openid('laowang', OFFICIAL);
    expect(await client.confirm(request)).toEqual({
      ...{
        action: 'confirm',
        appId: OFFICIAL,
        openid,
        templateId: TEMPLATE,
        scene: 7,
        reserved: 'abc',
        grantId: 'g1',
      },
      query: `openid=${openid}&template_id=${TEMPLATE}&action=confirm&scene=7&reserved=abc`,
      redirectTo: `http://localhost/cb?openid=${openid}&template_id=${TEMPLATE}&action=confirm&scene=7&reserved=abc`,
      sdk: expect.anything(),
    });
    const cancelled = await client.cancel(request);
    expect(cancelled).not.toHaveProperty('openid');
    expect(cancelled).not.toHaveProperty('grantId');
    expect((await client.tap(confirmUrl(simulator), { answer: 'confirm', person: 'laowang' })).openid).toBe(
      openid,
    );
    expect(await client.grants(openid)).toEqual(simulator.grants(openid));
    expect(simulator.counters().answers).toEqual({ confirm: 2, cancel: 1 });
  });

  it('inbox, counters and log', async () => {
    const { simulator, client } = await ready();
    const openid = simulator.openid('xiaoming', OFFICIAL);
    await client.confirm({ openid, scene: '1000' });
    await send(simulator, await fetchToken(simulator), messageTo(openid));
    expect(await client.inbox(openid)).toEqual(simulator.inbox());
    expect(await client.inbox(simulator.openid('laowang', OFFICIAL))).toEqual([]);
    expect(await client.counters()).toEqual(simulator.counters());
    expect(await client.calls()).toEqual(simulator.calls());
    expect(simulator.calls()).toMatchObject([
      {
        id: 1,
        at: NOON,
        method: 'GET',
        path: '/cgi-bin/token',
        query: { appid: OFFICIAL, secret: '***' },
        status: 200,
        errcode: 0,
      },
      {
        id: 2,
        method: 'POST',
        body: { touser: openid, title: '上课提醒' },
        answer: { errcode: 0 },
        appId: OFFICIAL,
        openid,
      },
    ]);
  });

  it('faults, tokens and clock', async () => {
    const { simulator, client } = await ready();
    const id = await client.fault({ kind: 'errcode', errcode: 45011, times: Number.POSITIVE_INFINITY });
    expect(await client.faults()).toMatchObject([{ id, times: 'forever', errcode: 45011 }]);
    await client.clearFaults(id);
    await client.fault({ kind: 'hang' });
    await client.clearFaults();
    expect(simulator.faults()).toEqual([]);
    const token = await client.mintBehindBack(OFFICIAL);
    expect((await send(simulator, token, '')).errcode).toBe(44002);
    expect(await client.killToken(OFFICIAL, 'token')).toBe(1);
    expect(await client.advance(1000)).toBe(NOON + 1000);
    expect(await client.setClock(NOON + 5)).toBe(NOON + 5);
    expect(await client.now()).toBe(simulator.now());
  });

  it('reset', async () => {
    const { simulator, client } = await ready();
    const openid = simulator.openid('xiaoming', OFFICIAL);
    const token = await fetchToken(simulator);
    await client.confirm({ openid, scene: 1000 });
    await client.fault({ kind: 'hang', path: '/nowhere' });
    await client.addPerson('newcomer');
    await client.updateAccount(OFFICIAL, { banned: true });
    await client.advance(1_000_000);
    const mini = { appId: MINI, person: 'xiaoming' };
    const { prepayId } = await client.pay(mini);
    await client.switchTemplate({ ...mini, on: false });
    await client.reset();
    const answers = { [SAMPLES.miniProgram.subscribeTemplateId]: 'accept' } as const;
    const answered = await client.requestSubscribeMessage({ ...mini, answers });
    expect(answered.result.errMsg).toBe('requestSubscribeMessage:ok');
    expect(simulator.grants()).toMatchObject([{ id: 'g1', channel: 'mini-subscribe' }]);
    const message = {
      ...{ touser: simulator.openid('xiaoming', MINI), form_id: prepayId },
      template_id: SAMPLES.miniProgram.formTemplateId,
    };
    const minted = await fetchToken(simulator, MINI);
    const url = `${simulator.url}/cgi-bin/message/wxopen/template/send?access_token=${minted}`;
    expect(await (await fetch(url, { method: 'POST', body: JSON.stringify(message) })).json()).toMatchObject({
      errcode: 41028,
    });
    await client.reset();
    expect(await client.state()).toMatchObject({
      now: NOON,
      people: [{ name: 'xiaoming' }, { name: 'xiaohong' }, { name: 'laowang' }],
    });
    expect([
      await client.grants(),
      await client.inbox(),
      await client.faults(),
      await client.calls(),
    ]).toEqual([[], [], [], []]);
    expect((await client.counters()).mints).toEqual({});
    expect((await send(simulator, token, '')).errcode).toBe(40014);
    expect((await send(simulator, await fetchToken(simulator), '')).errcode).toBe(44002);
  });
});

describe('the mobile SDK', () => {
  const sample = {
    appId: MOBILE,
    person: 'xiaoming',
    templateId: SAMPLE_APP.templateId,
    scene: 1000,
    reserved: 'hello',
  };
  const common = { errStr: null, scene: 1000, reserved: 'hello' };

  it('answers a confirm in the field names of both systems', async () => {
    const { client } = await ready();
    const confirmed = { ...common, errCode: 0, action: 'confirm', openId: SAMPLE_APP.openid };
    expect(await client.sdk(sample)).toEqual({
      canonical: { ...confirmed, templateId: SAMPLE_APP.templateId },
      ios: { ...confirmed, templateId: SAMPLE_APP.templateId },
      android: { ...confirmed, templateID: SAMPLE_APP.templateId, type: 18 },
    });
  });

  it('answers a cancel with -2 and no openid (row 35), or with 0 on request', async () => {
    const { simulator, client } = await ready();
    const cancelled = { ...common, errCode: -2, action: 'cancel', openId: null };
    expect((await client.sdk({ ...sample, answer: 'cancel' })).android).toMatchObject(cancelled);
    simulator.updateAccount(MOBILE, { cancelErrCode: 0 });
    expect((await client.sdk({ ...sample, answer: 'cancel' })).ios).toMatchObject({
      ...cancelled,
      errCode: 0,
    });
    expect(simulator.grants()).toEqual([]);
  });

  it('hands over reserved as null when the app sent none', async () => {
    const { client } = await ready();
    expect((await client.sdk({ ...sample, reserved: undefined })).ios.reserved).toBeNull();
  });
});

describe('wrong requests name the field and change nothing', () => {
  it.each<[string, object]>([
    ['scene', { scene: 10_001 }],
    ['scene', { scene: -1 }],
    ['scene', { scene: 1.5 }],
    ['scene', { scene: 'abc' }],
    ['scene', {}],
    ['reserved', { scene: 1, reserved: 'a-b' }],
    ['reserved', { scene: 1, reserved: 'a'.repeat(129) }],
    ['templateId', { scene: 1, templateId: 'other' }],
    ['appId', { scene: 1, appId: 'wx0' }],
    ['appId', { scene: 1, appId: MINI }],
    ['person', { scene: 1, person: 'nobody' }],
    ['openid', { scene: 1, openid: `o${'x'.repeat(27)}` }],
    ['openid', { scene: 1, openid: SAMPLE_APP.openid }],
    ['sceen', { scene: 1, sceen: 1 }],
  ])('%s: %j', async (field, fields) => {
    const { simulator, client } = await ready();
    const request = { appId: OFFICIAL, person: 'xiaoming', ...fields } as never;
    await expect(client.confirm(request)).rejects.toThrow(new RegExp(`^(request\\.)?${field}: `));
    expect(() => simulator.confirm(request)).toThrow();
    expect(simulator.grants()).toEqual([]);
  });

  it('over HTTP answers 400, or 404 with what there is', async () => {
    const { simulator } = await ready();
    const ask = (path: string, init?: RequestInit) => fetch(`${simulator.url}/_simulator${path}`, init);
    const post = (path: string, body: string) =>
      ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect((await ask('/openid?person=xiaoming')).status).toBe(400);
    expect((await post('/clock/advance', '{"ms":"soon"}')).status).toBe(400);
    expect((await post('/confirm', '{')).status).toBe(400);
    expect((await post('/confirm', '[]')).status).toBe(400);
    expect((await post('/sdk/subscribe-message', '{"answer":"maybe"}')).status).toBe(400);
    expect((await post('/tokens/kill', `{"appId":"${OFFICIAL}","family":"both"}`)).status).toBe(400);
    expect((await post('/people', '"xiaoming"')).status).toBe(400);
    const missing = await ask('/nothing');
    expect(missing.status).toBe(404);
    expect(((await missing.json()) as { known: string[] }).known).toContain('GET /_simulator/state');
    const page = await ask('/nothing?<b>', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await page.text()).toMatch(/<h1>页面不存在<\/h1>.*\/_simulator\/nothing<\/code>/s);
    await expect(
      new SimulatorClient(simulator.url).updateAccount(OFFICIAL, { ipWhitelist: ['1.2.3.4:80'] }),
    ).rejects.toThrow('ipWhitelist[0]: must be an IP address');
    await expect(
      new SimulatorClient(simulator.url).updateAccount(OFFICIAL, { kind: 'mobile-app' } as never),
    ).rejects.toThrow('kind: cannot be changed');
  });
});
