import type { Fault, FaultEncoding } from '../fault/fault.js';
import { refuse } from '../platform/errcodes.js';
import type { Answer, AnswerWriter } from './answer.js';

/** What really happens on the wire. */
export type Delivery =
  | { kind: 'reply'; answer: Answer; encoding?: FaultEncoding }
  | { kind: 'slow'; answer: Answer; delayMs: number }
  /** The connection breaks; `lost` is what would have been said. */
  | { kind: 'reset'; lost: Answer | undefined }
  /** The connection stays open and silent. */
  | { kind: 'hang'; lost: Answer | undefined };

const HTML =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';

/** Bends one answer; `real` is undefined when the call was not processed. */
export function bendAnswer(
  fault: Fault | undefined,
  real: Answer | undefined,
  write: AnswerWriter,
  /** What WeChat says to a secured call is sealed, whatever it is. */
  seal: (answer: Answer) => Answer = (answer) => answer,
): Delivery {
  const answer = real ?? { status: 200, headers: {}, body: '', errcode: null };
  switch (fault?.kind) {
    case 'reset-before':
    case 'reset-after':
      return { kind: 'reset', lost: real };
    case 'hang':
      return { kind: 'hang', lost: real };
    case 'slow-body':
      return { kind: 'slow', answer, delayMs: fault.delayMs };
    case 'compressed':
      return { kind: 'reply', answer, encoding: fault.encoding };
    case 'truncated': {
      const body = answer.body.slice(0, Math.floor(answer.body.length / 2));
      return { kind: 'reply', answer: { ...answer, body, errcode: null } };
    }
    case 'errcode':
      return { kind: 'reply', answer: seal(write.refusal(refuse(fault.errcode, fault.errmsg))) };
    case 'html':
    case 'status':
      return { kind: 'reply', answer: { ...html(fault.status), body: HTML } };
    case 'empty':
      // Seen live in 2017: HTTP 200, nothing in it, and this content type (fact sheet §3.6).
      return {
        kind: 'reply',
        answer: { ...html(fault.status), headers: { 'content-type': 'text/html; charset=gbk' } },
      };
    default:
      return { kind: 'reply', answer };
  }
}

function html(status: number): Answer {
  return { status, headers: { 'content-type': 'text/html' }, body: '', errcode: null };
}
