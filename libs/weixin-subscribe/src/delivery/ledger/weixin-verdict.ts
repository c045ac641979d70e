import { recordableOrNull } from '../../kernel/text.js';
import type { Settlement } from './settlement.js';

export type Verdict = Pick<Settlement, 'errcode' | 'errmsg' | 'rid' | 'reason' | 'msgid'>;

/** What the record of a message keeps of the response of WeChat, or our reason. */
export function verdictColumns({ errcode, errmsg, rid, reason, msgid }: Verdict) {
  return {
    errcode: errcode ?? null,
    errmsg: recordableOrNull(errmsg, 512),
    rid: recordableOrNull(rid, 64),
    reason: recordableOrNull(reason, 255),
    msgid: recordableOrNull(msgid, 32),
  };
}
