import {
  type BroadcastInput,
  type BroadcastProgress,
  BroadcastService,
  type BroadcastStatus,
} from 'nestjs-weixin-subscribe';
import type { TestApp } from './create-test-app.js';
import { OFFICIAL_KEY } from './flows.js';
import { until } from './until.js';

export const SEND_PATH = '/cgi-bin/message/template/subscribe';

export const TEXT = { title: '上课提醒', content: { value: '高等数学 8:50，教室 A-301' } };

export const broadcastsOf = ({ app }: TestApp): BroadcastService => app.get(BroadcastService);

/** To everybody who confirmed under a scene. */
export const toScene = (scene: number, more: Partial<BroadcastInput> = {}): BroadcastInput => ({
  ...OFFICIAL_KEY,
  ...TEXT,
  scene,
  ...more,
});

/**
 * Lets the background work of a host go on, as its scheduler would, until a broadcast is where it should be.
 */
export async function workUntil(
  host: TestApp,
  id: string,
  ...statuses: BroadcastStatus[]
): Promise<BroadcastProgress> {
  const service = broadcastsOf(host);
  let progress = await service.progress(id);
  await until(
    async () => {
      await host.tasks.run('broadcasts');
      progress = await service.progress(id);
      return statuses.includes(progress.status) && progress.inFlight === 0;
    },
    `broadcast ${statuses.join(' or ')} instead of ${progress.status}`,
  );
  return progress;
}
