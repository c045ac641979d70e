import type { HistoryEvent, HistoryPage } from './history.types.js';

/** What happened, as the REST endpoint shows it: newest first, moments in ISO 8601, UTC. */
export interface HistoryView {
  events: (Omit<HistoryEvent, 'at'> & { at: string })[];
  /** For the next page; absent on the last one. */
  cursor?: string;
}

export function toHistoryView({ events, cursor }: HistoryPage): HistoryView {
  return { events: events.map(({ at, ...event }) => ({ ...event, at: at.toISOString() })), cursor };
}
