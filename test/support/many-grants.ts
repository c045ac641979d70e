import { randomUUID } from 'node:crypto';
import { GrantEntity, LiveGrantEntity } from 'nestjs-weixin-subscribe';
import type { DataSource } from 'typeorm';
import type { GrantKey } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { liveKeyOf, sceneKeyOf } from '../../libs/weixin-subscribe/src/grant/live-key.js';

/** A grant for each of these people, written by the hundred: one by one a hundred thousand take minutes. */
export async function confirmMany(
  dataSource: DataSource,
  key: Omit<GrantKey, 'openid'>,
  openids: string[],
  now: number,
): Promise<void> {
  const { channel = 'one-time' } = key;
  for (let start = 0; start < openids.length; start += 500) {
    const live = openids.slice(start, start + 500).map((openid, index) => ({
      ...key,
      openid,
      id: randomUUID(),
      channel,
      proof: 'bound' as const,
      grantedAt: new Date(now - openids.length + start + index),
      expiresAt: null,
    }));
    const log = live.map((row, index) => ({
      ...row,
      sceneKey: String(sceneKeyOf({ scene: 0, ...key })),
      // Of the other channels each accept adds one.
      liveKey: channel === 'one-time' ? liveKeyOf({ scene: 0, ...key, channel, openid: row.openid }) : null,
      source: `many:${key.scene}:${now}:${start + index}`,
    }));
    for (const [entity, rows] of [
      [GrantEntity, log],
      [LiveGrantEntity, live],
    ] as const) {
      await dataSource
        .createQueryBuilder()
        .insert()
        .into<object>(entity)
        .values(rows)
        .updateEntity(false)
        .execute();
    }
  }
}
