import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import type { Refusal } from '../platform/errcodes.js';

/** What goes back to the caller. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Null for pages. */
  errcode: number | null;
  /** Of a sealed answer: what is in it, for the log. */
  plain?: string;
  /** The id a refusal can be asked about by. */
  rid?: string;
}

const CONTENT_TYPES = ['application/json; encoding=utf-8', 'text/plain'];

/**
 * Writes answers the way the API does: HTTP 200 whatever the errcode, JSON under changing content types. Rows
 * 28 and 39.
 */
export class AnswerWriter {
  private written = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  json(payload: object): Answer {
    const contentType = CONTENT_TYPES[this.written++ % CONTENT_TYPES.length] as string;
    const date = new Date(this.clock.now()).toUTCString();
    const errcode = (payload as { errcode?: number }).errcode ?? 0;
    return { status: 200, headers: { 'content-type': contentType, date }, body: writeJson(payload), errcode };
  }

  refusal({ errcode, errmsg }: Refusal): Answer {
    const rid = this.requestId();
    return { ...this.json({ errcode, errmsg: `${errmsg} rid: ${rid}` }), rid };
  }

  /** What the gate of secured calls refuses: always under the same content type, and with these headers. */
  gateRefusal(refusal: Refusal): Answer {
    const answer = this.refusal(refusal);
    const headers = {
      'content-type': CONTENT_TYPES[0] as string,
      retkey: '11',
      logicret: String(refusal.errcode),
    };
    return { ...answer, headers: { ...answer.headers, ...headers } };
  }

  /** `%08x-%08x-%08x`; the first group of real ones is the time in seconds. */
  private requestId(): string {
    const seconds = Math.floor(this.clock.now() / 1000) % 2 ** 32;
    return `${seconds.toString(16).padStart(8, '0')}-${this.random.hex(8)}-${this.random.hex(8)}`;
  }
}

/** A bigint keeps all its digits, for which JSON.stringify has no way in every supported Node. */
function writeJson(payload: object): string {
  const members = Object.entries(payload)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${JSON.stringify(name)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
    );
  return `{${members.join(',')}}`;
}

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

export function page(html: string, headers: Record<string, string> = {}, status = 200): Answer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': PAGE_POLICY,
      'cache-control': 'no-store',
      ...headers,
    },
    body: html,
    errcode: null,
  };
}

export function redirect(location: string, headers: Record<string, string> = {}): Answer {
  return {
    status: 302,
    headers: { location, 'cache-control': 'no-store', ...headers },
    body: '',
    errcode: null,
  };
}
