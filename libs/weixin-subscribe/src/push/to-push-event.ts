import type { PushEvent } from './push.types.js';
import { subscribeMsgItems } from './subscribe-msg-items.js';

/** What listeners are given. */
export function toPushEvent(
  facts: Pick<PushEvent, 'id' | 'appId' | 'name' | 'openid' | 'fields' | 'receivedAt'>,
): PushEvent {
  const { id, appId, name, openid, fields, receivedAt } = facts;
  const seconds = secondsOf(fields.CreateTime);
  return {
    id,
    appId,
    name,
    openid,
    ...(seconds > 0 && seconds < 1e11 && { createdAt: new Date(1000 * seconds) }),
    receivedAt,
    items: subscribeMsgItems(name, fields),
    fields,
  };
}

/** A number or its digits; whatever else a body may hold there is no moment. */
function secondsOf(value: unknown): number {
  return typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
}
