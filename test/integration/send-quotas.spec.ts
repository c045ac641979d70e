import { broadcastsOf, toScene } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';

const QUOTA = '/cgi-bin/openapi/quota/get';

describe('previews and the quota of sends', () => {
  let host: TestApp;
  beforeEach(async () => {
    host = await createTestApp();
    await confirmAll(host, [{ openid: crowd(host, 1)[0], scene: 7 }]);
  });
  afterEach(() => host?.close());

  const asked = () => host.simulator.counters().calls[QUOTA] ?? 0;
  const quota = async () => (await broadcastsOf(host).preview(toScene(7))).quota;

  it('ask WeChat once a minute, however many there are, and tell of when the answer is', async () => {
    const asOf = new Date(host.clock.now());
    const many = await Promise.all(Array.from({ length: 50 }, quota));
    for (const one of many) expect(one).toMatchObject({ used: 0, remaining: expect.any(Number), asOf });
    expect(asked()).toBe(1);
    host.clock.advance(59_999);
    expect((await quota())?.asOf).toEqual(asOf);
    expect(asked()).toBe(1);
    host.clock.advance(1);
    expect((await quota())?.asOf).toEqual(new Date(host.clock.now()));
    expect(asked()).toBe(2);
  });

  it('ask again with the new day in Beijing', async () => {
    const midnight = Math.ceil((host.clock.now() + 8 * 3_600_000) / 86_400_000) * 86_400_000 - 8 * 3_600_000;
    host.clock.advance(midnight - host.clock.now() - 1000);
    await quota();
    host.clock.advance(999);
    await quota();
    expect(asked()).toBe(1);
    host.clock.advance(1);
    await quota();
    expect(asked()).toBe(2);
  });

  it('do without it for 15 s where WeChat refused, and do not ask for each', async () => {
    host.simulator.fault({ kind: 'errcode', errcode: 48001, path: QUOTA });
    expect(await Promise.all([quota(), quota(), quota()])).toEqual([undefined, undefined, undefined]);
    expect(await quota()).toBeUndefined();
    expect(asked()).toBe(1);
    host.clock.advance(14_999);
    expect(await quota()).toBeUndefined();
    host.clock.advance(1);
    expect(await quota()).toMatchObject({ used: 0 });
    expect(asked()).toBe(2);
  });

  it('ask again when the clock was set back', async () => {
    await quota();
    host.clock.advance(-3_600_000);
    await quota();
    expect(asked()).toBe(2);
  });
});
