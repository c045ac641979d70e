import { liveKeyOf, sceneKeyOf } from './live-key.js';

const KEY = { appId: 'wx1', openid: 'o1', templateId: 't1', scene: 1, channel: 'one-time' as const };
const OTHERS = [
  { appId: 'wx2' },
  { openid: 'o2' },
  { templateId: 't2' },
  { scene: 2 },
  { channel: 'mini-subscribe' as const },
];

it('tells keys apart by 22 characters', () => {
  const keys = [KEY, ...OTHERS.map((other) => ({ ...KEY, ...other }))].map(liveKeyOf);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(key).toMatch(/^[\w-]{22}$/);
});

it('tells scenes apart by a number that is exact, whoever the person is', () => {
  const scenes = [KEY, { ...KEY, appId: 'wx2' }, { ...KEY, templateId: 't2' }, { ...KEY, scene: 2 }];
  const keys = scenes.map(sceneKeyOf);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(Number.isSafeInteger(key) && key >= 0 && key < 2 ** 52).toBe(true);
  expect(sceneKeyOf({ ...KEY, openid: 'o2' } as typeof KEY)).toBe(sceneKeyOf(KEY));
});
