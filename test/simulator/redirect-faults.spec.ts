import { SimulatorClient, type WeixinSimulator } from 'weixin-simulator';
import { closeSimulators, confirmUrl, MOBILE, OFFICIAL, SAMPLE_APP, startSimulator } from './support.js';

afterEach(closeSimulators);

const carried = (redirectTo = '') => Object.fromEntries(new URL(redirectTo).searchParams);

function tapInBrowser(url: string, answer = 'confirm'): Promise<Response> {
  const body = new URLSearchParams({ answer, person: 'xiaoming' });
  return fetch(url, { method: 'POST', body, redirect: 'manual' });
}

describe('what comes back after a tap may be bent, the permission is not (row 29)', () => {
  it('without the nonce', async () => {
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-no-state' });
    const answer = simulator.tap(confirmUrl(simulator), { answer: 'confirm' });
    expect(carried(answer.redirectTo)).not.toHaveProperty('reserved');
    expect(answer).toMatchObject({ reserved: 'test', bentBy: 'redirect-no-state' });
    expect(answer.sdk.ios.reserved).toBeNull();
  });

  it('with another scene', async () => {
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-scene', times: 2 });
    const answer = simulator.tap(confirmUrl(simulator), { answer: 'confirm' });
    expect(carried(answer.redirectTo).scene).toBe('1001');
    const last = simulator.tap(confirmUrl(simulator, { scene: '10000' }), { answer: 'cancel' });
    expect(carried(last.redirectTo).scene).toBe('0');
    expect(simulator.grants()).toMatchObject([{ scene: 1000 }]);
  });

  it('with the openid of somebody else', async () => {
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-openid' });
    const answer = simulator.tap(confirmUrl(simulator), { answer: 'confirm', person: 'xiaoming' });
    expect(carried(answer.redirectTo).openid).toBe(simulator.openid('xiaohong', OFFICIAL));
    expect(simulator.grants()).toMatchObject([{ openid: simulator.openid('xiaoming', OFFICIAL) }]);
  });

  it('with the openid of a stranger where there is nobody else', async () => {
    const simulator = await startSimulator({ people: ['only'] });
    simulator.fault({ kind: 'redirect-openid' });
    const { openid } = carried(simulator.tap(confirmUrl(simulator), { answer: 'confirm' }).redirectTo);
    expect(openid).toMatch(/^o[\w-]{27}$/);
    expect(openid).not.toBe(simulator.openid('only', OFFICIAL));
  });

  it('with no openid to swap after a cancel', async () => {
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-openid' });
    const answer = simulator.tap(confirmUrl(simulator), { answer: 'cancel' });
    expect(carried(answer.redirectTo)).not.toHaveProperty('openid');
  });

  it('twice: a page that loads the address in a frame and then goes there', async () => {
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-twice' });
    const response = await tapInBrowser(confirmUrl(simulator));
    const html = (await response.text()).replaceAll('&amp;', '&');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain('frame-src http: https:');
    const frame = /<iframe src="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(carried(frame)).toMatchObject({ action: 'confirm', reserved: 'test' });
    expect(html).toContain(`<meta http-equiv="refresh" content="1;url=${frame}">`);
    expect((await tapInBrowser(confirmUrl(simulator))).status).toBe(302);
  });

  it('twice, safe whatever the landing address contains', async () => {
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-twice' });
    const hostile = 'http://127.0.0.1/?q="><script>alert(1)</script>;url=x';
    const html = await (await tapInBrowser(confirmUrl(simulator, { redirect_url: hostile }))).text();
    expect(html).toContain('<iframe');
    expect(html).not.toContain('<script');
  });

  it('only for the person, account and number of taps it is aimed at', async () => {
    const simulator = await startSimulator();
    const openid = simulator.openid('laowang', OFFICIAL);
    simulator.fault({ kind: 'redirect-scene', openid });
    simulator.fault({ kind: 'redirect-scene', appId: MOBILE });
    simulator.fault({ kind: 'redirect-scene', path: '/cgi-bin/*' });
    const tap = (person: string) => simulator.tap(confirmUrl(simulator), { answer: 'confirm', person });
    expect(tap('xiaoming').bentBy).toBeUndefined();
    expect(tap('laowang').bentBy).toBe('redirect-scene');
    expect(tap('laowang').bentBy).toBeUndefined();
    expect(simulator.faults()).toHaveLength(2);
  });
});

describe('the page as the app flow uses it (§2.3)', () => {
  const appUrl = (simulator: WeixinSimulator, fields = {}) =>
    confirmUrl(simulator, {
      appid: MOBILE,
      template_id: SAMPLE_APP.templateId,
      redirect_url: `${MOBILE}://`,
      reserved: 'hello',
      ...fields,
    });

  it('asks, and after confirm shows the deep link and what the SDK makes of it', async () => {
    const simulator = await startSimulator();
    const url = appUrl(simulator);
    expect(await (await fetch(url)).text()).toContain('示例应用');
    const response = await tapInBrowser(url);
    const html = (await response.text()).replaceAll('&amp;', '&');
    expect(response.status).toBe(200);
    expect(html).toContain(
      `href="${MOBILE}://?wx_internal_resptype=subscribemessage&ret=0&openid=${SAMPLE_APP.openid}` +
        `&template_id=${SAMPLE_APP.templateId}&action=confirm&scene=1000&reserved=hello"`,
    );
    expect(html).toContain('WXSubscribeMsgResp');
    expect(html).toContain('<dt><code>templateID</code></dt>');
    expect(simulator.grants()).toMatchObject([{ appId: MOBILE, status: 'outstanding' }]);
  });

  it('carries the code of a cancel and no openid', async () => {
    const simulator = await startSimulator();
    const { redirectTo } = simulator.tap(appUrl(simulator), { answer: 'cancel' });
    expect(redirectTo).toBe(
      `${MOBILE}://?wx_internal_resptype=subscribemessage&ret=-2&template_id=${SAMPLE_APP.templateId}&action=cancel&scene=1000&reserved=hello`,
    );
  });

  it('goes to its own app only', async () => {
    const simulator = await startSimulator();
    for (const redirect_url of ['wx0000000000000000://', 'http://127.0.0.1/', `${MOBILE}://host/path`]) {
      expect(await (await fetch(appUrl(simulator, { redirect_url }))).text()).toContain('应用访问参数错误');
    }
    const official = confirmUrl(simulator, { redirect_url: `${OFFICIAL}://` });
    expect(await (await fetch(official)).text()).toContain('应用跳转的域名非法');
  });

  it('bends the SDK answer of the control API too', async () => {
    const simulator = await startSimulator();
    simulator.fault({ kind: 'redirect-scene' });
    const client = new SimulatorClient(simulator.url);
    const answer = await client.sdk({ appId: MOBILE, person: 'xiaoming', scene: 7 });
    expect(answer.android.scene).toBe(8);
  });
});
