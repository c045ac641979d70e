import { ConfigError } from '../../libs/weixin-simulator/src/common/usage-error.js';
import { closeSimulators, MINI, MOBILE, OFFICIAL, startSimulator } from './support.js';

afterEach(closeSimulators);

const PATH = '/cgi-bin/get_api_domain_ip';

describe('WeChat Cloud Run', () => {
  const ask = async (cloudRun: object | undefined, query = '', path = PATH) => {
    const simulator = await startSimulator(cloudRun && { cloudRun: cloudRun as never });
    const response = await fetch(`${simulator.url}${path}${query}`);
    const text = await response.text();
    const relayed = response.headers.has('x-openapi-seqid');
    return { relayed, status: response.status, errcode: /"errcode":(\d+)/.exec(text)?.[1] ?? '0', simulator };
  };

  it('calls for its owner without a token, and for those it is shared with by from_appid', async () => {
    expect(await ask(undefined)).toMatchObject({ status: 200, errcode: '41001', relayed: false });
    const own = await ask({ owner: OFFICIAL });
    expect(own).toMatchObject({ status: 200, errcode: '0', relayed: true });
    expect(own.simulator.calls()[0]).toMatchObject({ appId: OFFICIAL, query: {} });
    const shared = { owner: OFFICIAL, sharedWith: [MINI] };
    expect((await ask(shared, `?from_appid=${MINI}`)).errcode).toBe('0');
    expect((await ask(shared, `?from_appid=${MOBILE}`)).errcode).toBe('85105');
  });

  it('answers 502 for a path that is not on its list', async () => {
    const listed = { owner: OFFICIAL, allowedPaths: [PATH] };
    expect((await ask(listed)).status).toBe(200);
    expect(await ask(listed, '', '/cgi-bin/getcallbackip')).toMatchObject({ status: 502, relayed: false });
  });

  it.each([
    [{ owner: 'wx-nobody' }, 'not configured'],
    [{}, 'owner'],
    [{ owner: OFFICIAL, allowedPaths: ['x'] }, 'must be a path'],
    [{ owner: OFFICIAL, more: 1 }, 'more'],
  ])('refuses %j', async (cloudRun, says) => {
    const started = startSimulator({ cloudRun: cloudRun as never });
    await expect(started).rejects.toThrow(ConfigError);
    await expect(startSimulator({ cloudRun: cloudRun as never })).rejects.toThrow(says);
  });
});
