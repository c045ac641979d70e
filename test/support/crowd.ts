import type { TestApp } from './create-test-app.js';
import { OFFICIAL_KEY } from './flows.js';

export interface PersonAndScene {
  openid: string;
  scene: number;
}

/** So many people that the platform knows, by their openids. */
export function crowd({ simulator }: TestApp, size: number): string[] {
  return Array.from({ length: size }, (_, index) => {
    simulator.addPerson(`person-${index}`);
    return simulator.openid(`person-${index}`, OFFICIAL_KEY.appId);
  });
}

/** The first `grants` pairs of a person and a scene: one scene of everybody, then the next. */
export function everybodysScenes(openids: string[], grants: number, firstScene = 0): PersonAndScene[] {
  return Array.from({ length: grants }, (_, index) => ({
    openid: openids[index % openids.length],
    scene: firstScene + Math.floor(index / openids.length),
  }));
}

/** All of them confirm: at WeChat, and in our ledger. */
export async function confirmAll(host: TestApp, pairs: PersonAndScene[]): Promise<void> {
  const waiting = [...pairs];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
        const { openid, scene } = pair;
        host.simulator.confirm({ appId: OFFICIAL_KEY.appId, openid, scene });
        await host.grants.record({ ...OFFICIAL_KEY, ...pair, source: `crowd:${openid}:${scene}` });
      }
    }),
  );
}
