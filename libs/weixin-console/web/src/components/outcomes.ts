/** In the order in which they are stacked, from the axis. */
export const OUTCOMES = ['sent', 'refused', 'failed', 'unknown', 'waiting'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Messages of an hour or of a day. */
export interface PeriodOutcomes {
  /** Begins it, ISO 8601. */
  at: string;
  /** As the axis shows it. */
  label: string;
  counts: Record<Outcome, number>;
}

export const noOutcomes = (): Record<Outcome, number> => ({
  sent: 0,
  refused: 0,
  failed: 0,
  unknown: 0,
  waiting: 0,
});

/** What is being sent at this moment is still to come, as what waits is. */
export function add(sums: Record<Outcome, number>, status: string, count: number): void {
  if (status === 'sending') sums.waiting += count;
  else if (status in sums) sums[status as Outcome] += count;
}
