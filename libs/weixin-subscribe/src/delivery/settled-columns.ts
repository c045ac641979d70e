import type { Settlement } from './settlement.js';

/** What the record of a message keeps of its end. */
export function settledColumns({ outcome, errcode, errmsg, rid, reason }: Settlement, now: number) {
  return {
    status: outcome,
    errcode: errcode ?? null,
    errmsg: storable(errmsg, 512),
    rid: storable(rid, 64),
    reason: storable(reason, 255),
    settled_at: now,
  };
}

/** Cut to what fits, and without what a database may refuse: PostgreSQL knows no character 0, and half a character is none. */
function storable(text: string | undefined, length: number): string | null {
  if (text === undefined) return null;
  return text
    .replaceAll('\0', '')
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '');
}
