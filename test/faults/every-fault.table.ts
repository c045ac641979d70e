import type { FaultOptions } from 'weixin-simulator';

/**
 * Where a send must end: its message, its grant, what the person received, how often the send call was made.
 */
export interface End {
  outcome: 'sent' | 'refused' | 'failed' | 'unknown';
  grant: 'available' | 'spent' | 'void' | 'unknown';
  received: 0 | 1;
  /** What becomes of another grant of the same person. @default 'available' */
  other?: 'void';
}

const SENT: End = { outcome: 'sent', grant: 'spent', received: 1 };
/** Surely not delivered; the permission is still there. */
const KEPT: End = { outcome: 'failed', grant: 'available', received: 0 };
const REFUSED: End = { outcome: 'refused', grant: 'void', received: 0 };
/** Nothing can be written to this openid, now or later. */
const DEAD_OPENID: End = { outcome: 'failed', grant: 'void', received: 0, other: 'void' };
/** Nobody can tell: here it did not arrive, … */
const UNCLEAR: End = { outcome: 'unknown', grant: 'unknown', received: 0 };
/** … and here it did. */
const UNCLEAR_BUT_THERE: End = { outcome: 'unknown', grant: 'unknown', received: 1 };

type Fault = Omit<FaultOptions, 'path'>;

export interface PostRow {
  what: string;
  fault: Fault;
  /** At the first post, and how often is posted. */
  first: [End, posts: 1 | 2];
  /**
   * At the second post, after a token was refused and replaced; there is never a third. @default as the first
   */
  second?: End;
  /** A mint by others kills our token at once. */
  strict?: true;
}

/** The `http.timeoutMs` of a host that meets a fault which only a time limit ends, and a delay beyond it. */
export const IMPATIENT_MS = 500;
const TOO_LONG_MS = 800;

export const needsPatience = ({ kind, delayMs = 0 }: Fault) => kind === 'hang' || delayMs > IMPATIENT_MS;

const row = (what: string, fault: Fault, first: End): PostRow => ({ what, fault, first: [first, 1] });
const lost = (what: string, fault: Fault) => [
  row(`${what}, not processed`, { ...fault, when: 'before' }, UNCLEAR),
  row(`${what}, processed`, { ...fault, when: 'after' }, UNCLEAR_BUT_THERE),
];
const codes = (end: End, errcodes: number[]) =>
  // For ever: whoever repeats it is told the same.
  errcodes.map((errcode) => row(`errcode ${errcode}`, { kind: 'errcode', errcode, times: 'forever' }, end));

/**
 * What happens at the send call. The ends are copied by hand from the fact sheet, docs/platform.md §3.7 and
 * §10.
 */
export const AT_THE_POST: PostRow[] = [
  // HTTP 5xx, timeout, reset, empty or unparsable body: ambiguous (§10, retry-later).
  row('a delay, within the time limit, before', { kind: 'latency', delayMs: 50 }, SENT),
  row('a delay, within the time limit, after', { kind: 'latency', delayMs: 50, when: 'after' }, SENT),
  row('a long delay before processing', { kind: 'latency', delayMs: TOO_LONG_MS }, UNCLEAR_BUT_THERE),
  row(
    'a long delay of the answer',
    { kind: 'latency', delayMs: TOO_LONG_MS, when: 'after' },
    UNCLEAR_BUT_THERE,
  ),
  ...lost('silence', { kind: 'hang' }),
  row('a reset before processing', { kind: 'reset-before' }, UNCLEAR),
  row('a reset after processing', { kind: 'reset-after' }, UNCLEAR_BUT_THERE),
  ...lost('HTTP 502', { kind: 'status' }),
  ...[302, 400, 404, 429, 500, 503, 504].map((status) =>
    row(`HTTP ${status}`, { kind: 'status', status }, UNCLEAR),
  ),
  ...lost('an HTML page', { kind: 'html' }),
  ...lost('an empty body', { kind: 'empty' }),
  row('an empty body with HTTP 204', { kind: 'empty', status: 204 }, UNCLEAR),
  row('half a body', { kind: 'truncated' }, UNCLEAR_BUT_THERE),
  row('a slow body, within the time limit', { kind: 'slow-body', delayMs: 50 }, SENT),
  ...(['gzip', 'deflate', 'br'] as const).map((encoding) =>
    row(`an answer in ${encoding}`, { kind: 'compressed', encoding }, SENT),
  ),
  row('a slow body', { kind: 'slow-body', delayMs: TOO_LONG_MS }, UNCLEAR_BUT_THERE),

  // ok
  row('errcode 0', { kind: 'errcode', errcode: 0, when: 'after' }, SENT),
  // retry-later; -1 and its like are ambiguous, 43108 and 45011 are not.
  ...lost('errcode -1', { kind: 'errcode', errcode: -1 }),
  ...codes(UNCLEAR, [20001, 200001]),
  ...codes(KEPT, [43108, 45011]),
  // refresh-token-and-retry
  ...[40001, 40014, 42001].flatMap((errcode): PostRow[] => [
    { what: `errcode ${errcode} once`, fault: { kind: 'errcode', errcode }, first: [SENT, 2], second: KEPT },
    {
      what: `errcode ${errcode} for ever`,
      fault: { kind: 'errcode', errcode, times: 'forever' },
      first: [KEPT, 2],
    },
  ]),
  // quota
  ...codes(KEPT, [45009, 48006]),
  // invalid-request; 40003 and 49003 void the grants of the openid.
  ...codes(KEPT, [40008, 40033, 40036, 40037, 40039, 40062, 40066, 40165, 40166, 41001, 41009, 41030]),
  ...codes(KEPT, [43001, 43002, 43003, 44002, 45002, 45003, 45168, 47001, 47003]),
  ...codes(DEAD_OPENID, [40003, 49003]),
  // recipient-refused-or-no-grant
  ...codes(REFUSED, [43101, 43004, 48002, 50005, 41028, 41029]),
  // account-misconfigured
  ...codes(KEPT, [40013, 40164, 43107, 43116, 48001, 48004, 48017, 50001, 50002, 61004, 61007, 61023]),
  // of third-party platforms (§16.4)
  ...codes(KEPT, [41018, 41021, 61003, 61005, 61006, 61009, 61010, 61011]),
  // of API security (§13.4), to a call in clear
  ...codes(KEPT, [40230, 40231, 40232, 40233, 40234, 40235, 40236, 40237, 40238, 40239, 40240, 934011]),
  // unknown code, among them those that §10 calls not applicable: frozen for review.
  ...codes(UNCLEAR, [42007, 45028, 45047, 987_654]),

  // What happens upstream as the call arrives.
  { what: 'our token killed', fault: { kind: 'kill-token' }, first: [SENT, 2], second: KEPT },
  row('the other family killed', { kind: 'kill-token', family: 'stable' }, SENT),
  row('a mint behind our back, with the overlap', { kind: 'mint-behind-back' }, SENT),
  {
    what: 'a mint behind our back, without overlap',
    fault: { kind: 'mint-behind-back' },
    strict: true,
    first: [SENT, 2],
    second: KEPT,
  },
  { what: 'two hours gone by', fault: { kind: 'clock-jump' }, first: [SENT, 2], second: KEPT },
  row('an hour set back', { kind: 'clock-jump', moveMs: -3_600_000 }, SENT),
  row('the quota filled', { kind: 'quota-full' }, KEPT),
];

const noToken = (what: string, fault: Fault): [string, Fault, minted: boolean] => [what, fault, false];
const token = (what: string, fault: Fault): [string, Fault, minted: boolean] => [what, fault, true];

/** What happens at the token call, and whether there is a token then. */
export const AT_THE_MINT: [what: string, fault: Fault, minted: boolean][] = [
  token('a delay, within the time limit', { kind: 'latency', delayMs: 50 }),
  noToken('a long delay before processing', { kind: 'latency', delayMs: TOO_LONG_MS }),
  noToken('a long delay of the answer', { kind: 'latency', delayMs: TOO_LONG_MS, when: 'after' }),
  noToken('silence', { kind: 'hang' }),
  noToken('silence, processed', { kind: 'hang', when: 'after' }),
  noToken('a reset before processing', { kind: 'reset-before' }),
  noToken('a reset after processing', { kind: 'reset-after' }),
  noToken('HTTP 502', { kind: 'status' }),
  noToken('HTTP 502, processed', { kind: 'status', when: 'after' }),
  noToken('an HTML page', { kind: 'html' }),
  noToken('an empty body', { kind: 'empty' }),
  noToken('half a body', { kind: 'truncated' }),
  token('a slow body, within the time limit', { kind: 'slow-body', delayMs: 50 }),
  token('a compressed answer', { kind: 'compressed' }),
  noToken('a slow body', { kind: 'slow-body', delayMs: TOO_LONG_MS }),
  // §4.3, every code of the token calls; and an ok without a token.
  ...[
    0, -1, 40001, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 45009, 45011, 50004, 50007, 89501,
    89503, 89506, 89507, 987_654,
  ].map((errcode) => noToken(`errcode ${errcode}`, { kind: 'errcode', errcode })),
  token('the older token killed', { kind: 'kill-token' }),
  token('a mint behind our back', { kind: 'mint-behind-back' }),
  token('two hours gone by', { kind: 'clock-jump' }),
  noToken('the quota filled', { kind: 'quota-full' }),
];

/** The five ways an answer can go, for what happens after it. */
export const ANSWERS: [what: string, fault: Fault | undefined, End][] = [
  ['ok', undefined, SENT],
  ['47001', { kind: 'errcode', errcode: 47001 }, KEPT],
  ['43101', { kind: 'errcode', errcode: 43101 }, REFUSED],
  ['40003', { kind: 'errcode', errcode: 40003 }, DEAD_OPENID],
  ['a lost answer', { kind: 'reset-after' }, UNCLEAR_BUT_THERE],
];
