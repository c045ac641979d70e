import { HIGHEST_ID, isId, LOWEST_ID, wrongCursor } from '../kernel/ids.js';

/** Where a page ended: events are ordered by moment, then by step, then by the id of their row. */
export interface HistoryCursor {
  at: number;
  step: number;
  id: string;
}

/** Before everything there is. */
export const NEWEST: HistoryCursor = { at: Number.MAX_SAFE_INTEGER, step: 0, id: LOWEST_ID };

const CURSOR = /^(\d{1,15})\.(\d{1,2})\.(.{36})$/;

export function toCursor({ at, step, id }: HistoryCursor): string {
  return `${at}.${step}.${id}`;
}

/** @throws {InvalidInputError} */
export function fromCursor(text: string | undefined): HistoryCursor {
  if (text === undefined) return NEWEST;
  const [, at, step, id] = CURSOR.exec(text) ?? [];
  if (!isId(id)) throw wrongCursor();
  return { at: Number(at), step: Number(step), id };
}

/**
 * The bound that a row of `step` must stay below to come after the cursor: an earlier moment, or the same one
 * and a smaller id.
 */
export function boundAt({ at, step, id }: HistoryCursor, rowStep: number): { at: number; id: string } {
  if (rowStep === step) return { at, id };
  return { at, id: rowStep < step ? HIGHEST_ID : LOWEST_ID };
}

/** Newest first. */
export function newestFirst(a: HistoryCursor, b: HistoryCursor): number {
  return b.at - a.at || b.step - a.step || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}
