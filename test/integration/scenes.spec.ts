import {
  AuthorizationService,
  NoGrantError,
  PurposeUnknownError,
  SceneRegistry,
  ScenesExhaustedError,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { Browser } from '../support/browser.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, MOBILE_KEY, message, OFFICIAL_KEY, subscribe, tap } from '../support/flows.js';
import { countRows } from '../support/ledger.js';

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

  it('go to another purpose only when the intent is answered and the message is sent', async () => {
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

  it('are free again a minute after an intent was left unanswered', async () => {
    await scenes.sceneFor(purpose('music'));
    const scene = await scenes.sceneFor(purpose('math'));
    await askInBrowser(host, scene);
    await scenes.release(purpose('math'));
    host.clock.advance(600_000);
    await host.tasks.run('intent-expiry');
    expect(await scenes.sceneFor(purpose('art'))).toBe(scene);
  });

  describe('at the endpoints', () => {
    const authorize = (query: object, accept = 'application/json') =>
      request(host.url)
        .get('/weixin/authorize')
        .query({ ...OFFICIAL_KEY, returnTo: '/courses/1', ...query })
        .set('Accept', accept);

    it('a browser asks by purpose, and the permission is under its scene', async () => {
      await scenes.sceneFor(purpose('math'));
      const scene = await scenes.sceneFor(purpose('音乐'));
      const browser = new Browser(host.url);
      const asked = await browser.get('/weixin/authorize', {
        ...OFFICIAL_KEY,
        purpose: '音乐',
        returnTo: '/courses/1',
      });
      const confirmUrl = String(asked.headers.location);
      expect(new URL(confirmUrl).searchParams.get('scene')).toBe('41');
      await browser.get(tap(host, confirmUrl));
      const openid = host.simulator.openid('xiaoming', OFFICIAL_KEY.appId);
      expect(await host.subscribe.send(message(openid, scene))).toMatchObject({ status: 'sent', scene: 41 });
    });

    it('an app asks by purpose, and learns the scene', async () => {
      const key = { ...MOBILE_KEY, purpose: 'math' };
      await scenes.sceneFor(key);
      const { status, body } = await request(host.url).post('/weixin/app/intents').send(key);
      expect([status, body]).toEqual([
        201,
        { ...MOBILE_KEY, scene: 40, reserved: expect.any(String), expiresAt: expect.any(String) },
      ]);
    });

    it('a link to a purpose that is over asks nobody, although its scene has another purpose by now', async () => {
      await scenes.sceneFor(purpose('music'));
      await scenes.sceneFor(purpose('math'));
      await scenes.release(purpose('math'));
      expect(await scenes.sceneFor(purpose('art'))).toBe(41);
      const { status, body } = await authorize({ purpose: 'math' });
      expect([status, body.code]).toEqual([404, 'WEIXIN_PURPOSE_UNKNOWN']);
      const page = await authorize({ purpose: 'math' }, 'text/html');
      expect([page.status, page.text.includes('该订阅已结束')]).toEqual([404, true]);
      expect(await countRows(host.dataSource, 'weixin_intent')).toBe(0);
    });

    it('nobody creates a purpose from outside', async () => {
      for (const name of ['one', 'two', 'three']) {
        expect((await authorize({ purpose: name })).status).toBe(404);
        const app = await request(host.url)
          .post('/weixin/app/intents')
          .send({ ...MOBILE_KEY, purpose: name });
        expect(app.status).toBe(404);
      }
      expect(await countRows(host.dataSource, 'weixin_scene')).toBe(0);
    });

    it.each<[string, object, string]>([
      ['both', { purpose: 'math', scene: '40' }, 'purpose takes the place of scene: give one of them'],
      ['neither', {}, 'scene must be a whole number from 0 to 10000, got nothing'],
      ['an empty purpose', { purpose: '' }, 'purpose must be 1 to 128 characters'],
      ['two purposes', { purpose: ['a', 'b'] }, 'purpose must be 1 to 128 characters'],
    ])('refuse %s', async (_, query, says) => {
      await scenes.sceneFor(purpose('math'));
      const { status, body } = await authorize(query);
      expect([status, body.code, body.errors]).toEqual([
        400,
        'WEIXIN_INVALID_INPUT',
        [{ field: expect.any(String), message: expect.stringContaining(says) }],
      ]);
      expect(await countRows(host.dataSource, 'weixin_intent')).toBe(0);
    });

    it('a host asks by purpose through the service, and is told the scene', async () => {
      await scenes.sceneFor(purpose('math'));
      const authorization = host.app.get(AuthorizationService);
      const asked = await authorization.askInBrowser({ ...purpose('math'), returnTo: '/courses/1' });
      expect(asked).toMatchObject({ scene: 40, state: expect.any(String) });
      await expect(authorization.askInApp({ ...MOBILE_KEY, purpose: 'math' })).rejects.toThrow(
        PurposeUnknownError,
      );
    });
  });
});
