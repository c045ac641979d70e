import { digest } from '../kernel/secret.js';

/**
 * What all deliveries of one event have in common, and no other event: a digest of its whole content,
 * whatever the order of its fields. WeChat repeats an event with the same content; signature, nonce and
 * encryption, which are new each time, belong to its envelope. The fields that its documentation names for
 * telling repetitions (`MsgId` of messages; `FromUserName`, `CreateTime` and `Event` of events) are the same
 * for two events of one second.
 * @param content with numbers as texts
 */
export function pushIdentity(content: Record<string, unknown>): string {
  return digest(canonical(content));
}

/** JSON with the names of each object in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}
