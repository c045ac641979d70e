import type { KeywordContent, OneTimeContent } from '../delivery/ledger/message.types.js';
import type { Broadcast, BroadcastEvent, BroadcastProgress } from './broadcast.types.js';

/** What JSON makes of it: moments are ISO 8601 in UTC. */
export type InJson<T> = { [K in keyof T]: T[K] extends Date | undefined ? string | undefined : T[K] };

export type BroadcastProgressView = InJson<BroadcastProgress>;

/** A broadcast as the REST routes show it, with its progress. */
export type BroadcastView = InJson<Omit<Broadcast, 'content'>> &
  Partial<OneTimeContent> &
  Partial<KeywordContent> & { progress?: BroadcastProgressView };

export type BroadcastEventView = InJson<BroadcastEvent>;

export function toBroadcastView(
  { content, ...broadcast }: Broadcast,
  progress?: BroadcastProgress,
): BroadcastView {
  return { ...inJson(broadcast), ...content, progress: progress && toProgressView(progress) };
}

export function toProgressView(progress: BroadcastProgress): BroadcastProgressView {
  return inJson(progress);
}

export function toEventView(event: BroadcastEvent): BroadcastEventView {
  return inJson(event);
}

export function inJson<T extends object>(value: T): InJson<T> {
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => [name, of instanceof Date ? of.toISOString() : of]),
  ) as InJson<T>;
}
