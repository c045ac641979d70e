import type { Settlement } from './settlement.js';

export type Said = Pick<Settlement, 'errcode' | 'errmsg' | 'rid' | 'reason' | 'msgid'>;

/** What the record of a message keeps of what WeChat said, or of our words. */
export function saidColumns({ errcode, errmsg, rid, reason, msgid }: Said) {
  return {
    errcode: errcode ?? null,
    errmsg: storable(errmsg, 512),
    rid: storable(rid, 64),
    reason: storable(reason, 255),
    msgid: storable(msgid, 32),
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
