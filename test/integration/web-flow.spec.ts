import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, message, OFFICIAL_KEY, subscribe, tap } from '../support/flows.js';

describe.each(ADAPTERS)('web flow on %s', (adapter) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ adapter });
  });
  afterAll(() => host?.close());
  beforeEach(() => host.simulator.reset());

  it('asks, records, sends one message and refuses the second', async () => {
    const { openid, back } = await subscribe(host);
    expect(back.status).toBe(302);
    expect(back.headers.location).toBe('http://127.0.0.1:3000/courses/1?subscribe=confirmed');
    expect(await host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene: 1000 })).toBe(1);

    const sent = await host.subscribe.send(message(openid));

    expect(sent.status).toBe('sent');
    expect(host.simulator.inbox(openid)).toMatchObject([
      { title: '上课提醒', content: { value: '高等数学 8:50 开始\n教室 A-301', color: '#173177' } },
    ]);
    await expect(host.subscribe.send(message(openid))).rejects.toMatchObject({ code: 'WEIXIN_NO_GRANT' });
    expect(host.simulator.counters().calls['/cgi-bin/message/template/subscribe']).toBe(1);
  });

  it('leaves no grant when the person cancels', async () => {
    const { browser, confirmUrl } = await askInBrowser(host, 1001);
    const back = await browser.get(tap(host, confirmUrl, 'cancel'));
    expect(back.headers.location).toBe('http://127.0.0.1:3000/courses/1?subscribe=cancelled');
    expect(await host.grants.list({ ...OFFICIAL_KEY, scene: 1001 })).toEqual([]);
  });

  it('takes the documented form with a slash before the query', async () => {
    const { browser, confirmUrl } = await askInBrowser(host, 1002);
    const back = await browser.get(tap(host, confirmUrl).replace('?', '/?'));
    expect(back.headers.location).toContain('subscribe=confirmed');
  });

  it('leaves nothing for Nest to write after its responses, for which Fastify would warn', async () => {
    const reply = jest.spyOn(host.app.getHttpAdapter(), 'reply');
    const { browser, confirmUrl } = await askInBrowser(host, 1003);
    const answer = tap(host, confirmUrl);
    await browser.get(answer);
    // By now what Nest does after the first of them is over.
    await browser.get(answer);
    expect(reply).not.toHaveBeenCalled();
    reply.mockRestore();
  });
});
