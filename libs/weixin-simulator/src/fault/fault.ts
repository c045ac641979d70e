import { FieldReader } from '../common/field-reader.js';
import { TOKEN_FAMILIES, type TokenFamily } from '../token/access-token.js';

export const FAULT_KINDS = [
  'latency',
  'hang',
  'reset-before',
  'reset-after',
  'status',
  'html',
  'empty',
  'errcode',
  'truncated',
  'slow-body',
  'compressed',
  'bad-security',
  'kill-token',
  'mint-behind-back',
  'clock-jump',
  'quota-full',
  'redirect-twice',
  'redirect-no-state',
  'redirect-scene',
  'redirect-openid',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** How `compressed` answers, although nobody asked for it. */
export const FAULT_ENCODINGS = ['gzip', 'deflate', 'br'] as const;
export type FaultEncoding = (typeof FAULT_ENCODINGS)[number];

/**
 * How `bad-security` spoils the answer to a secured call. `stripped`: encrypted, its headers taken away ·
 * `unsigned`: in clear, without headers · `unencrypted`: signed, in clear · `late`: 301 s old · `replayed`:
 * the answer to the call before.
 */
export const SECURITY_FAULTS = [
  ...(['tampered', 'unsigned', 'stripped', 'unencrypted', 'wrong-key', 'foreign-appid'] as const),
  ...(['late', 'unknown-serial', 'replayed'] as const),
] as const;
export type SecurityFault = (typeof SECURITY_FAULTS)[number];

/** These change something on the platform as the call arrives; the call then takes its course. */
export const UPSTREAM_KINDS: readonly FaultKind[] = [
  'kill-token',
  'mint-behind-back',
  'clock-jump',
  'quota-full',
];
/**
 * These bend what the browser or the SDK carries back after a person's tap (row 29); the permission itself is
 * right.
 */
export const REDIRECT_KINDS: readonly FaultKind[] = [
  'redirect-twice',
  'redirect-no-state',
  'redirect-scene',
  'redirect-openid',
];

/** What to do to the next calls, and to which. */
export interface FaultOptions {
  kind: FaultKind;
  /** Only calls of this path; a `*` at the end stands for anything. @default every path of the platform */
  path?: string;
  /** Only calls of this account (by appid, token or body). */
  appId?: string;
  /** Only calls about this person. */
  openid?: string;
  /** How many calls it bends. @default 1 */
  times?: number | 'forever';
  /** Bends only this share of the matching calls (0–1), under the simulator's seed. @default 1 */
  probability?: number;
  /**
   * Whether the call is processed before its answer is bent: grant used and message recorded, though the
   * caller cannot tell.
   * @default 'before' (never processed); latency then delays the processing, and with 'after' only the answer
   */
  when?: 'before' | 'after';
  /** For `latency` and `slow-body`, in real milliseconds. @default 1000 */
  delayMs?: number;
  /** HTTP status of `status`, `html` and `empty`. @default 502 for `status`, else 200 */
  status?: number;
  /** For `compressed`: its `Content-Encoding`. @default 'gzip' */
  encoding?: FaultEncoding;
  /** For `bad-security`. @default 'tampered' */
  security?: SecurityFault;
  /** For `errcode`. @default -1 */
  errcode?: number;
  /** For `errcode`. @default WeChat's text for the code */
  errmsg?: string;
  /** For `kill-token` and `mint-behind-back`: which family. @default both; 'token' */
  family?: TokenFamily;
  /** For `clock-jump`: how far, in milliseconds of the simulator's clock. @default two hours */
  moveMs?: number;
}

/** A fault in force. */
export interface Fault extends FaultOptions {
  id: string;
  times: number | 'forever';
  probability: number;
  when: 'before' | 'after';
  /** Whether `when` was said; if not, the account's switches decide for -1 and silence (row 11). */
  whenStated: boolean;
  delayMs: number;
  encoding: FaultEncoding;
  security: SecurityFault;
  status: number;
  errcode: number;
  moveMs: number;
  /** Calls it has bent so far. */
  used: number;
}

const FAULT_FIELDS = [
  ...['kind', 'path', 'appId', 'openid', 'times', 'probability', 'when', 'delayMs', 'status'],
  ...['errcode', 'errmsg', 'family', 'moveMs', 'encoding', 'security'],
];
const TWO_HOURS_MS = 2 * 60 * 60 * 1000;
/** These bend an answer that exists, so the call is always processed. */
const ALWAYS_PROCESSED: readonly FaultKind[] = [
  ...['reset-after', 'truncated', 'slow-body', 'compressed', 'bad-security'],
] as FaultKind[];

export function readFault(options: unknown, id: string): Fault {
  const fields = new FieldReader(options, 'fault').onlyKnown(FAULT_FIELDS);
  const kind =
    fields.oneOf('kind', FAULT_KINDS) ?? fields.fail('kind', `is required: ${FAULT_KINDS.join(', ')}`);
  const when = fields.oneOf('when', ['before', 'after'] as const) ?? 'before';
  const endless = [Number.POSITIVE_INFINITY, 'forever'].includes(fields.raw('times') as string);
  return {
    ...{ id, kind, path: fields.text('path'), appId: fields.text('appId'), openid: fields.text('openid') },
    times: endless ? 'forever' : (fields.integer('times', 1) ?? 1),
    probability: fields.number('probability', 0, 1) ?? 1,
    when: ALWAYS_PROCESSED.includes(kind) ? 'after' : kind === 'reset-before' ? 'before' : when,
    whenStated: ALWAYS_PROCESSED.includes(kind) || fields.raw('when') !== undefined,
    delayMs: fields.number('delayMs', 0, 3_600_000) ?? 1000,
    encoding: fields.oneOf('encoding', FAULT_ENCODINGS) ?? 'gzip',
    security: fields.oneOf('security', SECURITY_FAULTS) ?? 'tampered',
    status: fields.integer('status', 200, 599) ?? (kind === 'status' ? 502 : 200),
    errcode: fields.integer('errcode', -1_000_000) ?? -1,
    errmsg: fields.anyText('errmsg'),
    family: fields.oneOf('family', TOKEN_FAMILIES),
    moveMs: fields.number('moveMs', -Number.MAX_SAFE_INTEGER) ?? TWO_HOURS_MS,
    used: 0,
  };
}
