import { createDecipheriv, createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WeixinSimulator } from 'weixin-simulator';
import { MINI_PROGRAM, OFFICIAL, simulatorAccounts } from '../support/accounts.js';

const { appId } = OFFICIAL;
const HOUR = 3_600_000;
const MINI = {
  ...{ appId: MINI_PROGRAM.appId, appSecret: MINI_PROGRAM.appSecret },
  kind: 'mini-program' as const,
};
const COMPONENT = {
  appId: 'wx134c8103faa5a59e',
  appSecret: 'component-secret-51c09a',
  token: 'AAAAA',
  encodingAesKey: 'A'.repeat(43),
};

interface Arrived {
  path: string;
  query: URLSearchParams;
  clear: string;
  sealedFor: string;
}

/** What a platform does with a push, by the published steps (fact sheet §7.3 and E.3) and none of ours. */
function open(url: string, body: string): Arrived {
  const { pathname: path, searchParams: query } = new URL(url, 'http://localhost');
  const sealed = String(/<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/.exec(body)?.[1]);
  const parts = [COMPONENT.token, query.get('timestamp'), query.get('nonce'), sealed].map(String).sort();
  expect(query.get('msg_signature')).toBe(createHash('sha1').update(parts.join('')).digest('hex'));
  const key = Buffer.from(`${COMPONENT.encodingAesKey}=`, 'base64');
  const opening = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([opening.update(sealed, 'base64'), opening.final()]);
  const end = plain.length - Number(plain.at(-1));
  const length = plain.readUInt32BE(16);
  const clear = plain.subarray(20, 20 + length).toString('utf8');
  return { path, query, clear, sealedFor: plain.subarray(20 + length, end).toString('utf8') };
}

const fieldOf = (xml: string, name: string) =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`).exec(xml)?.[1] ?? '';

describe('a third-party platform', () => {
  let server: Server;
  let arrived: Arrived[];
  let reply: string;
  let simulator: WeixinSimulator;
  beforeEach(async () => {
    arrived = [];
    reply = 'success';
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        arrived.push(open(String(request.url), Buffer.concat(chunks).toString('utf8')));
        response.end(reply);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    simulator = await WeixinSimulator.start({
      accounts: [...simulatorAccounts(), MINI],
      clock: { frozen: true },
      component: { ...COMPONENT, eventUrl: `${base}/events`, messageUrl: `${base}/push/$APPID$` },
    });
  });
  afterEach(async () => {
    await simulator?.close();
    server?.close();
  });

  const post = async (name: string, body: object, query: Record<string, string> = {}) => {
    const response = await fetch(`${simulator.url}/cgi-bin/component/${name}?${new URLSearchParams(query)}`, {
      method: 'POST',
      body: JSON.stringify({ component_appid: COMPONENT.appId, ...body }),
    });
    return (await response.json()) as Record<string, never> & { errcode?: number };
  };
  const ticket = async () => {
    await simulator.pushTicket();
    return fieldOf(String(arrived.at(-1)?.clear), 'ComponentVerifyTicket');
  };
  const tokenWith = (component_verify_ticket: string, more: object = {}) =>
    post('api_component_token', {
      component_appsecret: COMPONENT.appSecret,
      component_verify_ticket,
      ...more,
    });
  const token = async () => String((await tokenWith(await ticket())).component_access_token);
  const authorize = async () => {
    const access_token = await token();
    const { pre_auth_code } = await post('api_create_preauthcode', {}, { access_token });
    const query = new URLSearchParams({
      component_appid: COMPONENT.appId,
      pre_auth_code,
      redirect_uri: 'http://127.0.0.1:3000/back?x=1',
      auth_type: '3',
    });
    const { code, redirectTo } = simulator.authorizeComponent({
      appId,
      url: `${simulator.url}/cgi-bin/componentloginpage?${query}`,
    });
    await simulator.settledPushes();
    const given = await post('api_query_auth', { authorization_code: code }, { access_token });
    return {
      access_token,
      code,
      redirectTo,
      given,
      info: given.authorization_info as Record<string, string>,
    };
  };
  const refresh = (access_token: string, authorizer_refresh_token: string) =>
    post('api_authorizer_token', { authorizer_appid: appId, authorizer_refresh_token }, { access_token });
  const callWith = async (access_token: string) => {
    const response = await fetch(`${simulator.url}/cgi-bin/get_api_domain_ip?access_token=${access_token}`);
    return ((await response.json()) as { errcode?: number }).errcode ?? 0;
  };

  it('pushes tickets sealed with its key and for its appid, which work for twelve hours', async () => {
    const first = await ticket();
    expect(first).toMatch(/^ticket@@@/);
    expect(arrived[0]).toMatchObject({ path: '/events', sealedFor: COMPONENT.appId });
    expect(fieldOf(arrived[0].clear, 'AppId')).toBe(COMPONENT.appId);
    expect(arrived[0].clear).not.toContain('ToUserName');
    await ticket();
    simulator.advance(12 * HOUR - 1);
    expect(await tokenWith(first)).toMatchObject({ expires_in: 7200 });
    simulator.advance(1);
    expect((await tokenWith(first)).errcode).toBe(61005);
    expect((await tokenWith('ticket@@@none')).errcode).toBe(61006);
  });

  it.each<[errcode: number, body: object]>([
    [41018, { component_appid: '' }],
    [61011, { component_appid: appId }],
    [41004, { component_appsecret: '' }],
    [40125, { component_appsecret: 'wrong' }],
  ])('refuses its token with %i', async (errcode, body) => {
    expect((await tokenWith(await ticket(), body)).errcode).toBe(errcode);
  });

  it('lets an account authorise: back to the page, an event, a code that is good once', async () => {
    const { redirectTo, code, given, info, access_token } = await authorize();
    const back = new URL(String(redirectTo));
    expect([back.searchParams.get('x'), back.searchParams.get('auth_code')]).toEqual(['1', code]);
    const event = String(arrived.at(-1)?.clear);
    expect([fieldOf(event, 'InfoType'), fieldOf(event, 'AuthorizerAppid')]).toEqual(['authorized', appId]);
    expect(fieldOf(event, 'AuthorizationCode')).toBe(code);
    expect(info).toMatchObject({ authorizer_appid: appId, expires_in: 7200 });
    expect(given.authorization_info).toHaveProperty('func_info');
    expect(await callWith(info.authorizer_access_token)).toBe(0);
    expect((await post('api_query_auth', { authorization_code: code }, { access_token })).errcode).toBe(
      61009,
    );
    const late = simulator.authorizeComponent({ appId }).code;
    simulator.advance(HOUR);
    const expired = await post('api_query_auth', { authorization_code: late }, { access_token });
    expect(expired.errcode).toBe(61010);
  });

  it.each([
    ['same', false],
    ['new', false],
    ['new', true],
  ] as const)(
    'refreshes, and answers the %s refresh token (the older one works: %s)',
    async (refreshToken, olderRefreshTokenWorks) => {
      simulator.updateComponent({ refreshToken, olderRefreshTokenWorks });
      const { access_token, info } = await authorize();
      const first = info.authorizer_refresh_token;
      const answer = await refresh(access_token, first);
      expect(answer.authorizer_refresh_token === first).toBe(refreshToken === 'same');
      expect(await callWith(String(answer.authorizer_access_token))).toBe(0);
      const again = (await refresh(access_token, first)).errcode;
      expect(again).toBe(refreshToken === 'new' && !olderRefreshTokenWorks ? 61023 : undefined);
    },
  );

  it('lists who authorised it, with the refresh token once a code was exchanged', async () => {
    const access_token = await token();
    simulator.authorizeComponent({ appId });
    const list = () => post('api_get_authorizer_list', { offset: 0, count: 500 }, { access_token });
    expect(await list()).toMatchObject({
      total_count: 1,
      list: [{ authorizer_appid: appId, refresh_token: '' }],
    });
    const { info } = await authorize();
    expect(await list()).toMatchObject({ list: [{ refresh_token: info.authorizer_refresh_token }] });
    const empty = await post('api_get_authorizer_list', { offset: 1, count: 500 }, { access_token });
    expect(empty.list).toEqual([]);
    expect((await post('api_get_authorizer_list', { offset: 0, count: 501 }, { access_token })).errcode).toBe(
      47001,
    );
  });

  it('ends a refresh token when the account authorises anew, and tells of it where the sets changed', async () => {
    const { access_token, info } = await authorize();
    const before = arrived.length;
    simulator.authorizeComponent({ appId });
    await simulator.settledPushes();
    expect(arrived).toHaveLength(before);
    simulator.authorizeComponent({ appId, sets: [1, 18] });
    await simulator.settledPushes();
    expect(fieldOf(String(arrived.at(-1)?.clear), 'InfoType')).toBe('updateauthorized');
    expect((await refresh(access_token, info.authorizer_refresh_token)).errcode).toBe(61023);
  });

  it('ends everything when the authorisation is taken back', async () => {
    const { access_token, info } = await authorize();
    await simulator.revokeComponent(appId);
    expect(fieldOf(String(arrived.at(-1)?.clear), 'InfoType')).toBe('unauthorized');
    expect(await callWith(info.authorizer_access_token)).toBe(61003);
    expect((await refresh(access_token, info.authorizer_refresh_token)).errcode).toBe(61003);
  });

  it('pushes the messages of an account to the platform, sealed for the platform', async () => {
    await authorize();
    await simulator.pushEvent({ appId, person: 'xiaoming', event: 'debug_demo' });
    expect(arrived.at(-1)).toMatchObject({ path: `/push/${appId}`, sealedFor: COMPONENT.appId });
  });

  it('asks who somebody is on behalf of an account: its code is for the platform alone, and burnt once', async () => {
    const oauth = (more: Record<string, string> = {}) => {
      const query = new URLSearchParams({
        ...{ appid: appId, redirect_uri: 'http://127.0.0.1:3000/back', response_type: 'code' },
        ...{ scope: 'snsapi_base', state: 's1', component_appid: COMPONENT.appId, ...more },
      });
      return fetch(`${simulator.url}/connect/oauth2/authorize?${query}`, { redirect: 'manual' });
    };
    const problem = async (more = {}) => /\d{5}(?=: )/.exec(await (await oauth(more)).text())?.[0];
    const sns = async (path: string, query: Record<string, string>) => {
      const response = await fetch(
        `${simulator.url}/sns/${path}?${new URLSearchParams({ grant_type: 'authorization_code', appid: appId, ...query })}`,
      );
      return (await response.json()) as { errcode?: number; openid?: string };
    };
    expect(await problem()).toBe('10015');
    const { access_token } = await authorize();
    simulator.authorizeComponent({ appId, sets: [1, 7] });
    expect(await problem()).toBe('10015');
    simulator.authorizeComponent({ appId, sets: [1, 4, 7] });
    expect(await problem({ component_appid: 'wx1' })).toBe('10015');
    simulator.updateComponent({ oauthDomains: ['platform.example.com'] });
    expect(await problem()).toBe('10003');
    simulator.updateComponent({ oauthDomains: ['127.0.0.1'] });
    const codeOf = async () =>
      String(new URL(String((await oauth()).headers.get('location'))).searchParams.get('code'));
    const onBehalf = { component_appid: COMPONENT.appId, component_access_token: access_token };
    const code = await codeOf();
    const exchange = (more: object = {}) =>
      sns('oauth2/component/access_token', { code, ...onBehalf, ...more });
    expect((await sns('oauth2/access_token', { code, secret: OFFICIAL.appSecret })).errcode).toBe(40029);
    expect((await exchange({ component_access_token: '' })).errcode).toBe(41021);
    expect((await exchange({ component_access_token: 'x' })).errcode).toBe(40001);
    expect((await exchange({ component_appid: '' })).errcode).toBe(41018);
    expect((await exchange({ component_appid: 'wx1' })).errcode).toBe(61011);
    expect((await exchange()).openid).toMatch(/^o/);
    expect((await exchange()).errcode).toBe(40163);
    const next = await codeOf();
    await simulator.revokeComponent(appId);
    expect((await exchange({ code: next })).errcode).toBe(61003);
    expect((await sns('component/jscode2session', { js_code: 'c', ...onBehalf })).errcode).toBe(61003);
  });

  it('wants a token of the platform for its calls', async () => {
    const access_token = await token();
    expect((await post('api_create_preauthcode', {})).errcode).toBe(41021);
    expect((await post('api_create_preauthcode', {}, { access_token: 'x' })).errcode).toBe(40001);
    const old = { component_access_token: access_token };
    expect(await post('api_create_preauthcode', {}, old)).toHaveProperty('pre_auth_code');
    expect(simulator.killComponentTokens()).toBe(1);
    expect((await post('api_create_preauthcode', {}, { access_token })).errcode).toBe(40001);
  });

  it('opens the page on computers from the start host alone, and lets the owner choose', async () => {
    const access_token = await token();
    const { pre_auth_code } = await post('api_create_preauthcode', {}, { access_token });
    const query = new URLSearchParams({
      component_appid: COMPONENT.appId,
      pre_auth_code,
      redirect_uri: 'http://127.0.0.1:3000/back',
      auth_type: '1',
    });
    const page = `${simulator.url}/cgi-bin/componentloginpage?${query}`;
    expect(await (await fetch(page)).text()).toContain('授权入口页所在域名:空');
    const shown = await fetch(page, { headers: { referer: 'http://127.0.0.1:3000/start' } });
    expect(await shown.text()).toContain(`authorizer_appid=${appId}`);
    const chosen = await fetch(`${page}&authorizer_appid=${appId}`, { redirect: 'manual' });
    expect(chosen.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:3000\/back\?auth_code=/);
    const twice = await fetch(`${page}&authorizer_appid=${appId}`, { redirect: 'manual' });
    expect(await twice.text()).toContain('pre_auth_code is invalid');
  });

  it('tells in the event the pre_auth_code of the page', async () => {
    const { access_token } = await authorize();
    const { pre_auth_code } = await post('api_create_preauthcode', {}, { access_token });
    const query = new URLSearchParams({
      ...{ component_appid: COMPONENT.appId, pre_auth_code, auth_type: '3' },
      redirect_uri: 'http://127.0.0.1:3000/back',
    });
    const url = `${simulator.url}/cgi-bin/componentloginpage?${query}`;
    simulator.authorizeComponent({ appId, url, sets: [1, 7] });
    await simulator.settledPushes();
    expect(fieldOf(String(arrived.at(-1)?.clear), 'PreAuthCode')).toBe(pre_auth_code);
  });

  it('lets only those agree that auth_type and biz_appid leave in', async () => {
    const access_token = await token();
    const { pre_auth_code } = await post('api_create_preauthcode', {}, { access_token });
    const page = (more: Record<string, string>) => {
      const query = new URLSearchParams({
        ...{ component_appid: COMPONENT.appId, pre_auth_code, ...more },
        redirect_uri: 'http://127.0.0.1:3000/back',
      });
      return `${simulator.url}/safe/bindcomponent?${query}`;
    };
    const shown = async (more: Record<string, string>) => (await fetch(page(more))).text();
    expect(await shown({ auth_type: '1' })).toContain(`authorizer_appid=${appId}`);
    expect(await shown({ auth_type: '2' })).not.toContain(`authorizer_appid=${appId}`);
    expect(await shown({ auth_type: '3', biz_appid: 'wx1' })).not.toContain(`authorizer_appid=${appId}`);
    expect(await shown({ auth_type: '2', authorizer_appid: appId })).toContain('auth_type');
    expect(() => simulator.authorizeComponent({ appId, url: page({ auth_type: '2' }) })).toThrow('auth_type');
    expect(simulator.authorizeComponent({ appId, url: page({ auth_type: '1' }) })).toHaveProperty('code');
  });

  it('repeats a push of the system until the answer is the word success itself', async () => {
    reply = '';
    const { results } = await simulator.pushTicket();
    expect(results).toEqual(['200 other', '200 other', '200 other', '200 other']);
  });

  it.each([
    ['/wxaapi/newtmpl/getcategory', 89, appId],
    ['/wxaapi/newtmpl/getpubtemplatetitles', 89, appId],
    ['/wxaapi/newtmpl/gettemplate', 89, appId],
    ['/wxaapi/newtmpl/gettemplate', 18, MINI_PROGRAM.appId],
    ['/wxa/set_user_notify', 18, MINI_PROGRAM.appId],
    ['/wxa/set_user_notifyext', 18, MINI_PROGRAM.appId],
    ['/wxa/get_user_notify', 18, MINI_PROGRAM.appId],
  ])('wants for %s the set %i of %s', async (path, set, merchant) => {
    const access_token = await token();
    const { code } = simulator.authorizeComponent({ appId: merchant, sets: [set === 18 ? 89 : 18] });
    const { authorization_info } = await post(
      'api_query_auth',
      { authorization_code: code },
      { access_token },
    );
    const { authorizer_access_token } = authorization_info as Record<string, string>;
    const errcodeOf = async () => {
      const method = path.startsWith('/wxa/') ? 'POST' : 'GET';
      const response = await fetch(`${simulator.url}${path}?access_token=${authorizer_access_token}`, {
        method,
      });
      return (await response.json()).errcode;
    };
    expect(await errcodeOf()).toBe(61007);
    simulator.authorizeComponent({ appId: merchant, sets: [set] });
    expect(await errcodeOf()).not.toBe(61007);
  });

  it('has no keys of API security: 40238 for itself, 40237 for the account', async () => {
    const { info } = await authorize();
    const called = async (wechatmpAppid?: string) => {
      const token = info.authorizer_access_token;
      const response = await fetch(`${simulator.url}/cgi-bin/clear_quota?access_token=${token}`, {
        method: 'POST',
        body: JSON.stringify({ appid: appId }),
        headers: wechatmpAppid
          ? { 'wechatmp-appid': wechatmpAppid, 'wechatmp-timestamp': '1', 'wechatmp-signature': 'x' }
          : {},
      });
      return (await response.json()).errcode;
    };
    expect(await called(COMPONENT.appId)).toBe(40238);
    expect(await called(appId)).toBe(40237);
    expect(await called('wx1')).toBe(40236);
    expect(await called()).toBe(0);
  });
});
