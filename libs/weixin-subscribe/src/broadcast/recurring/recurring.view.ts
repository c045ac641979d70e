import { type InJson, inJson } from '../broadcast.view.js';
import type { Occurrence, RecurringBroadcast, RecurringContent } from './recurring.types.js';

/** A recurring broadcast as the REST routes show it: flat, as it was asked for. */
export type RecurringBroadcastView = InJson<Omit<RecurringBroadcast, 'input'>> &
  RecurringContent & {
    /** Its next times, three at most; none while it is paused. Not in lists: they are worked out. */
    upcoming?: string[];
  };

export type OccurrenceView = InJson<Omit<Occurrence, 'recurringId'>>;

export function toRecurringView(
  { input, ...recurring }: RecurringBroadcast,
  upcoming?: Date[],
): RecurringBroadcastView {
  return { ...inJson(recurring), ...input, upcoming: upcoming?.map((at) => at.toISOString()) };
}

export function toOccurrenceView({ recurringId, ...occurrence }: Occurrence): OccurrenceView {
  return inJson(occurrence);
}
