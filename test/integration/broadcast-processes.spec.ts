import { UnknownTemplateError } from '../../libs/weixin-subscribe/src/account/account.errors.js';
import { BroadcastRepository } from '../../libs/weixin-subscribe/src/broadcast/broadcast.repository.js';
import { BroadcastWorker } from '../../libs/weixin-subscribe/src/broadcast/run/broadcast-worker.js';
import { Channels } from '../../libs/weixin-subscribe/src/delivery/channels/channels.js';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, startSimulator, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';

describe('a broadcast among processes of two versions', () => {
  let database: TestDatabase;
  let hosts: TestApp[];
  beforeAll(async () => {
    database = await createDatabase('sqlite');
    const simulator = await startSimulator();
    hosts = [];
    for (let n = 0; n < 2; n++)
      hosts.push(
        await createTestApp({ shared: database, simulator, options: { broadcast: { ratePerSecond: 0 } } }),
      );
  });
  afterAll(async () => {
    await Promise.all((hosts ?? []).map((host) => host.close()));
    await hosts?.[0].simulator.close();
    await database?.drop();
  });
  let openids: string[];
  const start = async (scene: number) => {
    const [host] = hosts;
    openids ??= crowd(host, 3);
    await confirmAll(
      host,
      openids.map((openid) => ({ openid, scene })),
    );
    return (await broadcastsOf(host).start(toScene(scene))).id;
  };

  it('is left to one that knows its template', async () => {
    const [host, other] = hosts;
    const id = await start(1);
    const of = jest.spyOn(other.app.get(Channels), 'of').mockImplementation(() => {
      throw new UnknownTemplateError(OFFICIAL_KEY.appId, OFFICIAL_KEY.templateId);
    });
    await other.tasks.run('broadcasts');
    expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 3 });
    of.mockRestore();
  });

  it('is forgotten by a process that has worked on it and does not see its end', async () => {
    const [host] = hosts;
    const id = await start(2);
    const worker = host.app.get(BroadcastWorker);
    const repository = host.app.get(BroadcastRepository);
    const broadcast = await repository.find(id);
    if (!broadcast) throw new Error('gone');
    expect(await worker.run(broadcast, { size: 1, cursor: {} })).toBe('chunk');
    expect(worker.remembers(id)).toBe(true);
    await repository.cancel(id, {});
    await host.tasks.run('broadcasts');
    expect(worker.remembers(id)).toBe(false);
  });
});
