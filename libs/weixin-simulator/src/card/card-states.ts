import type { CardKind } from './card-kinds.js';

/**
 * Whether a card may show this state next. Of what the copies of the pages do not say: any state may begin a
 * card, a state may follow itself and any lower one (`forward`), or any at all (`any`).
 */
export function mayFollow(
  { rows, complete }: CardKind,
  from: number | undefined,
  to: number,
  unknown: 'forward' | 'any',
): boolean {
  const row = rows[to];
  if (!row && complete) return false;
  if (from === undefined) return row?.begins !== false;
  if (rows[from]?.last) return false;
  if (row?.follows) return row.follows.includes(from);
  return unknown === 'any' || to >= from;
}

export const isLast = ({ rows }: CardKind, state: number): boolean => rows[state]?.last ?? false;
