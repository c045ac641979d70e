import { constants, createCipheriv, createPrivateKey, sign } from 'node:crypto';
import { DEFAULT_ACCOUNTS, SAMPLES, WeixinSimulator } from 'weixin-simulator';
import { API_SECURITY as KEYS } from '../support/api-security-keys.js';

const { appId, appSecret } = SAMPLES.miniProgram;
const PATH = '/cgi-bin/openapi/quota/get';
const PLATFORM = {
  symmetricKey: KEYS.symmetricKey,
  publicKey: KEYS.application.publicKey,
  platformKey: { sn: KEYS.platform.sn, privateKey: KEYS.platform.privateKey },
};

describe('the gate of secured calls', () => {
  let simulator: WeixinSimulator;
  let token: string;
  beforeEach(async () => {
    simulator = await WeixinSimulator.start({
      accounts: [{ appId, appSecret, kind: 'mini-program', apiSecurity: PLATFORM }],
    });
    const query = new URLSearchParams({ grant_type: 'client_credential', appid: appId, secret: appSecret });
    token = (await (await fetch(`${simulator.url}/cgi-bin/token?${query}`)).json()).access_token;
  });
  afterEach(() => simulator?.close());

  /** A call put together by hand; `more` makes one thing of it wrong. */
  async function call(
    more: Partial<Record<'appId' | 'time' | 'sn' | 'salt' | 'base' | 'inner' | 'n', unknown>> = {},
    path = PATH,
    fields: object = { cgi_path: PATH },
  ) {
    const { base = simulator.url, inner = appId, sn = KEYS.symmetricKey.sn, salt = 32 } = more;
    const at = more.time === undefined ? Math.floor(simulator.now() / 1000) : Number(more.time);
    const address = `${base}${path}`;
    const cipher = createCipheriv(
      'aes-256-gcm',
      Buffer.from(KEYS.symmetricKey.key, 'base64'),
      Buffer.alloc(12, 7),
    );
    cipher.setAAD(Buffer.from(`${address}|${appId}|${at}|${sn}`));
    const text = JSON.stringify({ _n: more.n ?? 'n', _appid: inner, _timestamp: at, ...fields });
    const data = Buffer.concat([cipher.update(text), cipher.final()]).toString('base64');
    const body = JSON.stringify({
      ...{ iv: Buffer.alloc(12, 7).toString('base64'), data },
      authtag: cipher.getAuthTag().toString('base64'),
    });
    const signature = sign('sha256', Buffer.from(`${address}\n${appId}\n${at}\n${body}`), {
      key: createPrivateKey(KEYS.application.privateKey),
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: salt as number,
    });
    const headers = {
      'wechatmp-appid': String(more.appId ?? appId),
      'wechatmp-timestamp': String(at),
      'wechatmp-signature': signature.toString('base64'),
    };
    return post(body, headers, path);
  }
  async function post(body: string, headers: Record<string, string> = {}, path = PATH) {
    const url = `${simulator.url}${path}?access_token=${token}`;
    const response = await fetch(url, { method: 'POST', body, headers });
    return { headers: response.headers, json: await response.json() };
  }

  it('opens what is signed and encrypted, and answers likewise', async () => {
    const { headers, json } = await call();
    expect(Object.keys(json)).toEqual(['iv', 'data', 'authtag']);
    expect(headers.get('wechatmp-serial')).toBe(KEYS.platform.sn);
    expect(simulator.calls().at(-1)).toMatchObject({ body: { cgi_path: PATH }, errcode: 0 });
  });

  it('takes the official address as well as its own', async () => {
    expect((await call({ base: 'https://api.weixin.qq.com' })).json).toHaveProperty('authtag');
    expect((await call({ base: 'https://api2.weixin.qq.com' })).json.errcode).toBe(40234);
  });

  it.each<[string, Parameters<typeof call>[0], number]>([
    ['an unknown appid', { appId: 'wx1' }, 40236],
    ['a time 301 s ago', { time: 1 }, 40240],
    ['the longest salt', { salt: 222 }, 40234],
    ['the number of another key', { sn: '0'.repeat(32) }, 40235],
    ['another appid inside', { inner: 'wx1' }, 40235],
  ])('refuses %s in clear', async (_what, more, errcode) => {
    await call();
    const { headers, json } = await call(more);
    expect(Object.fromEntries(headers)).toMatchObject({
      ...{ 'content-type': 'application/json; encoding=utf-8', retkey: '11', logicret: String(errcode) },
    });
    expect(json).toMatchObject({ errcode, errmsg: expect.stringContaining(' rid: ') });
    expect(headers.get('wechatmp-signature')).toBeNull();
  });

  it('names the first header that is missing, and takes calls in clear only where it may', async () => {
    const body = JSON.stringify({ cgi_path: PATH });
    expect((await post(body)).json.errcode).toBe(40233);
    expect((await post(body, { 'wechatmp-appid': appId })).json.errcode).toBe(40231);
    expect((await post(body, { 'wechatmp-appid': appId, 'wechatmp-timestamp': '1' })).json.errcode).toBe(
      40232,
    );
    simulator.updateAccount(appId, { apiSecurity: { ...PLATFORM, mode: 'accepted' } });
    expect((await post(body)).json.errcode).toBe(0);
  });

  it('knows an account without keys', async () => {
    simulator.updateAccount(appId, { apiSecurity: { ...PLATFORM, publicKey: null } });
    expect((await call()).json.errcode).toBe(40239);
    simulator.updateAccount(appId, { apiSecurity: null });
    expect((await call()).json.errcode).toBe(40238);
  });

  it('refuses a nonce that it saw, where it is told to', async () => {
    expect((await call()).json).toHaveProperty('authtag');
    expect((await call()).json).toHaveProperty('authtag');
    simulator.updateAccount(appId, { apiSecurity: { ...PLATFORM, replays: 'refuse' } });
    expect((await call({ n: 'm' })).json).toHaveProperty('authtag');
    expect((await call({ n: 'm' })).json.errcode).toBe(40235);
  });

  it('hears of overlapping sends to one person in what it opens', async () => {
    const path = '/cgi-bin/message/subscribe/send';
    const { subscribeTemplateId: template_id } = SAMPLES.miniProgram;
    const samples = DEFAULT_ACCOUNTS.find((account) => account.appId === appId);
    simulator.updateAccount(appId, { subscribeTemplates: samples?.subscribeTemplates });
    const touser = simulator.openid('xiaoming', appId);
    simulator.requestSubscribeMessage({ appId, openid: touser, answers: { [template_id]: 'accept' } });
    simulator.fault({ kind: 'latency', delayMs: 100, path, times: 2 });
    const data = { thing1: { value: '高等数学' }, time2: { value: '15:01' } };
    const message = { touser, template_id, data };
    await Promise.all([call({}, path, message), call({ n: 'm' }, path, message)]);
    const errcodes = simulator
      .calls()
      .slice(-2)
      .map(({ errcode }) => errcode);
    expect(errcodes.sort()).toEqual([0, 43108]);
  });
});
