/** In the order in which they are stacked, from the axis. */
export const OUTCOMES = ['sent', 'refused', 'failed', 'unknown', 'waiting'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface DayOutcomes {
  /** Begins the day, ISO 8601. */
  day: string;
  counts: Record<Outcome, number>;
}

export const noOutcomes = (): Record<Outcome, number> => ({
  sent: 0,
  refused: 0,
  failed: 0,
  unknown: 0,
  waiting: 0,
});
