import { SAMPLES, WeixinSimulator } from 'weixin-simulator';
import { OFFICIAL, simulatorAccounts } from '../support/accounts.js';

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

  it.each([
    [10003, { redirect_uri: 'http://example.com/' }],
    [10010, { scope: 'snsapi_all' }],
    [10012, { appid: 'wx1' }],
    [10005, { appid: SAMPLES.miniProgram.appId }],
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
