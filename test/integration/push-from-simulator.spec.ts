import { PushEventService } from 'nestjs-weixin-subscribe';
import { OFFICIAL } from '../support/accounts.js';
import { ADAPTERS, createTestApp } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { doorOf, Heard, HeardModule, PLAIN, pushAccounts, SAFE } from '../support/pushes.js';
import { until } from '../support/until.js';

const { appId } = OFFICIAL;

describe.each(ADAPTERS)('what the simulator pushes after a send, on %s,', (adapter) => {
  it.each([
    ['encrypted', SAFE],
    ['in clear', PLAIN],
  ])('%s, is read by our door', async (_what, push) => {
    const host = await createTestApp({
      adapter,
      imports: [HeardModule],
      options: { accounts: pushAccounts(push) },
    });
    host.simulator.setClock(host.clock.now());
    const target = { token: push.token, encodingAesKey: push.encodingAesKey };
    host.simulator.updateAccount(appId, { push: { ...target, url: doorOf(host) }, resultEvent: 'emit' });
    const openid = host.simulator.openid('xiaoming', appId);
    host.simulator.confirm({ openid, appId, scene: 1000 });
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1000, source: 'test' });
    await host.subscribe.send(message(openid, 1000));
    const heard = host.app.get(Heard);
    await until(() => heard.sent.length > 0, 'the push');
    expect(heard.sent).toEqual([
      expect.objectContaining({
        appId,
        openid,
        items: [
          {
            templateId: OFFICIAL.templates[0],
            msgId: expect.stringMatching(/./),
            errorCode: 0,
            errorStatus: 'success',
          },
        ],
      }),
    ]);
    await until(() => host.simulator.counters().pushes[`${appId}:200`] === 1, 'its answer');
    await until(async () => (await host.app.get(PushEventService).list())[0].status === 'done');
    await host.close();
  });

  it('is not read by a door with another key, and pushed four times in vain', async () => {
    const host = await createTestApp({ adapter, options: { accounts: pushAccounts() } });
    host.simulator.setClock(host.clock.now());
    const push = { token: SAFE.token, encodingAesKey: 'B'.repeat(43), url: doorOf(host) };
    host.simulator.updateAccount(appId, { push, resultEvent: 'emit' });
    const openid = host.simulator.openid('xiaoming', appId);
    host.simulator.confirm({ openid, appId, scene: 1000 });
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1000, source: 'test' });
    await host.subscribe.send(message(openid, 1000));
    await until(() => host.simulator.counters().pushes[`${appId}:403`] === 4, 'four refusals');
    expect(await host.app.get(PushEventService).list()).toEqual([]);
    await host.close();
  });
});
