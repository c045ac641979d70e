import { NoGrantError, SceneRegistry, ScenesExhaustedError } from 'nestjs-weixin-subscribe';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, message, OFFICIAL_KEY, subscribe, tap } from '../support/flows.js';

const purpose = (name: string) => ({ ...OFFICIAL_KEY, purpose: name });

describe('scenes by purpose', () => {
  let host: TestApp;
  let scenes: SceneRegistry;
  beforeEach(async () => {
    host = await createTestApp({ options: { scenes: { from: 40, to: 41 } } });
    scenes = host.app.get(SceneRegistry);
  });
  afterEach(() => host?.close());

  it('let one person hold two permissions, and both are good for a message', async () => {
    const [math, music] = [await scenes.sceneFor(purpose('math')), await scenes.sceneFor(purpose('music'))];
    const { openid } = await subscribe(host, math);
    await subscribe(host, music);
    await subscribe(host, music);
    expect(await host.subscribe.send(message(openid, music))).toMatchObject({ status: 'sent', scene: 41 });
    await expect(host.subscribe.send(message(openid, music))).rejects.toThrow(NoGrantError);
    expect(await host.subscribe.send(message(openid, math))).toMatchObject({ status: 'sent', scene: 40 });
    expect(host.simulator.inbox(openid)).toHaveLength(2);
  });

  it('go to another purpose only when the question is answered and the message is sent', async () => {
    await scenes.sceneFor(purpose('music'));
    const scene = await scenes.sceneFor(purpose('math'));
    const { browser, confirmUrl } = await askInBrowser(host, scene);
    await scenes.release(purpose('math'));
    await expect(scenes.sceneFor(purpose('art'))).rejects.toThrow(ScenesExhaustedError);
    await browser.get(tap(host, confirmUrl));
    await expect(scenes.sceneFor(purpose('art'))).rejects.toThrow(ScenesExhaustedError);
    await host.subscribe.send(message(host.simulator.openid('xiaoming', OFFICIAL_KEY.appId), scene));
    expect(await scenes.sceneFor(purpose('art'))).toBe(scene);
  });

  it('are free again a minute after a question was left unanswered', async () => {
    await scenes.sceneFor(purpose('music'));
    const scene = await scenes.sceneFor(purpose('math'));
    await askInBrowser(host, scene);
    await scenes.release(purpose('math'));
    host.clock.advance(600_000);
    await host.tasks.run('intent-expiry');
    expect(await scenes.sceneFor(purpose('art'))).toBe(scene);
  });
});
