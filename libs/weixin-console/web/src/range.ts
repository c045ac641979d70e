import type { LocationQuery } from 'vue-router';

/** Hours of which the overview shows the messages, by the word in its address. */
export const RANGES = { '24h': 24, '72h': 72, '7d': 168 } as const;
export type Range = keyof typeof RANGES;

export function rangeOf(query: LocationQuery): Range {
  const given = String(query.range ?? '');
  return Object.hasOwn(RANGES, given) ? (given as Range) : '24h';
}
