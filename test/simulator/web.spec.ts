import { createHash } from 'node:crypto';
import { SAMPLES, WeixinSimulator } from 'weixin-simulator';
import { MOBILE, OFFICIAL, simulatorAccounts } from '../support/accounts.js';

const { appId, appSecret } = OFFICIAL;
const HOUR = 3_600_000;

describe('web pages and logins', () => {
  let simulator: WeixinSimulator;
  beforeEach(async () => {
    const { appId: mini, appSecret: secret } = SAMPLES.miniProgram;
    simulator = await WeixinSimulator.start({
      accounts: [...simulatorAccounts(), { appId: mini, appSecret: secret, kind: 'mini-program' }],
      clock: { frozen: true },
    });
  });
  afterEach(() => simulator?.close());

  const get = async (path: string, query: Record<string, string>) => {
    const response = await fetch(`${simulator.url}${path}?${new URLSearchParams(query)}`, {
      redirect: 'manual',
    });
    const text = await response.text();
    return { status: response.status, location: response.headers.get('location'), text };
  };
  const json = async (path: string, query: Record<string, string>) =>
    JSON.parse((await get(path, query)).text);
  const ticket = async () => {
    const { access_token } = await json('/cgi-bin/token', {
      ...{ grant_type: 'client_credential', appid: appId, secret: appSecret },
    });
    return json('/cgi-bin/ticket/getticket', { access_token, type: 'jsapi' });
  };
  const oauth = (more: Record<string, string> = {}) => ({
    ...{ appid: appId, redirect_uri: 'http://127.0.0.1:3000/back', response_type: 'code' },
    ...{ scope: 'snsapi_base', state: 's1', ...more },
  });
  const exchange = (code: string, more: Record<string, string> = {}) =>
    json('/sns/oauth2/access_token', {
      ...{ appid: appId, secret: appSecret, code, grant_type: 'authorization_code', ...more },
    });

  it('gives the same ticket for two hours, always with a whole life', async () => {
    const first = await ticket();
    expect(first).toMatchObject({ errcode: 0, expires_in: 7200 });
    simulator.advance(2 * HOUR - 1);
    expect(await ticket()).toEqual(first);
    simulator.advance(1);
    expect((await ticket()).ticket).not.toBe(first.ticket);
  });

  it('goes back from OAuth at once with a code that is good once, for five minutes', async () => {
    const { status, location } = await get('/connect/oauth2/authorize', oauth());
    expect(status).toBe(302);
    const back = new URL(String(location));
    expect(back.searchParams.get('state')).toBe('s1');
    const code = String(back.searchParams.get('code'));
    expect(await exchange(code)).toMatchObject({ openid: expect.stringMatching(/^o/), scope: 'snsapi_base' });
    expect((await exchange(code)).errcode).toBe(40163);
    const late = new URL(String((await get('/connect/oauth2/authorize', oauth())).location));
    simulator.advance(300_000);
    expect((await exchange(String(late.searchParams.get('code')))).errcode).toBe(40029);
    expect((await exchange('nothing')).errcode).toBe(40029);
    expect((await exchange('')).errcode).toBe(41008);
    expect((await exchange(code, { secret: 'wrong' })).errcode).toBe(40125);
  });

  it('burns a code by the first request, whatever it is answered', async () => {
    const path = '/sns/oauth2/access_token';
    const code = async () =>
      String(
        new URL(String((await get('/connect/oauth2/authorize', oauth())).location)).searchParams.get('code'),
      );
    const busy = await code();
    simulator.fault({ kind: 'errcode', errcode: -1, path });
    expect((await exchange(busy)).errcode).toBe(-1);
    expect((await exchange(busy)).errcode).toBe(40163);
    const spoilt = await code();
    expect((await exchange(spoilt, { secret: 'wrong' })).errcode).toBe(40125);
    expect((await exchange(spoilt)).errcode).toBe(40163);
    const foreign = await code();
    expect((await exchange(foreign, { appid: SAMPLES.miniProgram.appId })).errcode).toBe(40125);
    expect(await exchange(foreign)).toHaveProperty('openid');
  });

  it('guards the logins of official accounts by their whitelist, not those of mini-programs', async () => {
    const { appId: mini, appSecret: secret } = SAMPLES.miniProgram;
    for (const each of [appId, mini]) simulator.updateAccount(each, { ipWhitelist: ['10.0.0.1'] });
    expect((await exchange('x')).errcode).toBe(40164);
    const query = { appid: mini, secret, js_code: 'x', grant_type: 'authorization_code' };
    expect((await json('/sns/jscode2session', query)).errcode).toBe(40029);
    const asked = { grant_type: 'client_credential', appid: mini, secret };
    expect((await json('/cgi-bin/token', asked)).errcode).toBe(40164);
  });

  it('has a ticket of its own for cards and coupons, which signs no page', async () => {
    const query = { grant_type: 'client_credential', appid: appId, secret: appSecret };
    const { access_token } = await json('/cgi-bin/token', query);
    const ticketOf = (type: string) => json('/cgi-bin/ticket/getticket', { access_token, type });
    const [jsapi, card] = [await ticketOf('jsapi'), await ticketOf('wx_card')];
    expect(card).toMatchObject({ errcode: 0, expires_in: 7200, ticket: expect.any(String) });
    expect(card.ticket).not.toBe(jsapi.ticket);
    expect((await ticketOf('other')).errcode).toBe(40097);
    const page = { nonceStr: 'n', timestamp: 1, url: 'http://localhost/' };
    const signed = (ticket: string) =>
      simulator.wxConfig({
        ...{ appId, ...page },
        signature: createHash('sha1')
          .update(`jsapi_ticket=${ticket}&noncestr=n&timestamp=1&url=${page.url}`)
          .digest('hex'),
      }).errMsg;
    expect(signed(jsapi.ticket)).toBe('config:ok');
    expect(signed(card.ticket)).toBe('config:invalid signature');
  });

  it('answers an unknown call about users like any other unknown call', async () => {
    expect((await json('/sns/userinfo', {})).errcode).toBe(40066);
  });

  it.each([
    [10003, { redirect_uri: 'http://example.com/' }],
    [10010, { scope: 'snsapi_all' }],
    [10012, { appid: 'wx1' }],
    [10005, { appid: SAMPLES.miniProgram.appId }],
    [10016, { appid: MOBILE.appId }],
    [10011, { state: 'not-letters' }],
  ])('shows the page %i', async (number, more) => {
    const { status, text } = await get('/connect/oauth2/authorize', oauth(more));
    expect(status).toBe(200);
    expect(text).toContain(`${number}: `);
  });

  it('does not open an address in another order', async () => {
    const { response_type, ...rest } = oauth();
    const { text } = await get('/connect/oauth2/authorize', { ...rest, response_type });
    expect(text).toContain('10011: the parameters must be');
  });

  it('gives one unionid at all accounts of an Open Platform account, of OAuth with snsapi_userinfo alone', async () => {
    const { appId: mini, appSecret: secret } = SAMPLES.miniProgram;
    const inWeb = async (scope: string) => {
      const { location } = await get('/connect/oauth2/authorize', oauth({ scope }));
      return (await exchange(String(new URL(String(location)).searchParams.get('code')))).unionid;
    };
    const inMini = async (person?: string) => {
      const js_code = simulator.login({ appId: mini, person });
      const query = { appid: mini, secret, js_code, grant_type: 'authorization_code' };
      return (await json('/sns/jscode2session', query)).unionid;
    };
    expect([await inWeb('snsapi_userinfo'), await inMini()]).toEqual([undefined, undefined]);
    for (const each of [appId, mini]) simulator.updateAccount(each, { openPlatform: 'ours' });
    const unionid = await inMini();
    expect(unionid).toMatch(/^o.{27}$/);
    expect(await inWeb('snsapi_userinfo')).toBe(unionid);
    expect(await inWeb('snsapi_base')).toBeUndefined();
    expect(await inMini(simulator.state().people[1]?.name)).not.toBe(unionid);
    simulator.updateAccount(mini, { openPlatform: 'theirs' });
    expect(await inMini()).not.toBe(unionid);
    simulator.updateAccount(mini, { openPlatform: null });
    expect(await inMini()).toBeUndefined();
  });

  it('tells snapshot users by their answer, under an openid that nobody has', async () => {
    simulator.updateAccount(appId, { snapshotUsers: true });
    const back = new URL(
      simulator.oauth({ url: `${simulator.url}/connect/oauth2/authorize?${new URLSearchParams(oauth())}` }),
    );
    const answer = await exchange(String(back.searchParams.get('code')));
    expect(answer.is_snapshotuser).toBe(1);
    expect(simulator.state().people.flatMap(({ openids }) => Object.values(openids))).not.toContain(
      answer.openid,
    );
  });
});
