import { intentIdOf } from './intent-source.js';

/**
 * Who says that a person accepted: the front end that asked (`intent:…`), or an event that WeChat pushed
 * (`push:…`).
 */
export type AcceptOrigin = 'report' | 'push';

/** One of the two reports of an accept. */
export interface AcceptReport {
  source: string;
  origin: AcceptOrigin;
  /**
   * Milliseconds since 1970 UTC: when the report of the front end came, on our clock; when WeChat says it
   * was, on WeChat's.
   */
  at: number;
}

/** What the ledger knows of an earlier accept of the same person and template. */
export interface KnownAccept {
  id: string;
  source: string;
  pairedSource: string | null;
  /** Its place among the accepts of its key, from 1. */
  number: number;
  at: number;
  /** Until when the person has taken back what they gave, if they did. */
  rejectedAt: number | null;
}

/**
 * `duplicate`: this very report was recorded before. `pair`: it is the other report of that accept. `next`:
 * it is an accept of its own.
 */
export type AcceptDecision =
  | { kind: 'duplicate' }
  | { kind: 'pair'; id: string }
  | { kind: 'next'; number: number };

const MINUTE_MS = 60_000;
/** The clocks of WeChat and of this server may differ by as much as the endpoint for pushes tolerates. */
export const MOST_SKEW_MS = 5 * MINUTE_MS;
/**
 * A front end may report late: its connection was lost, and it tried again. As long as a subscription
 * request is open by default.
 */
export const MOST_DELAY_MS = 10 * MINUTE_MS;

/** `undefined`: an accept that neither of the two reports, such as one that a host has imported. */
export function originOf(source: string): AcceptOrigin | undefined {
  if (intentIdOf(source) !== undefined) return 'report';
  return source.startsWith('push:') ? 'push' : undefined;
}

/**
 * Decides what a report of an accept is, given the accepts of its key that are known. Pairs are one to one,
 * with the accept nearest in time, so two accepts that both sides report count as two, whatever the order of
 * the four reports; and an accept counts whatever became of its permission.
 */
export function decideAccept(report: AcceptReport, known: readonly KnownAccept[]): AcceptDecision {
  const { source } = report;
  if (known.some((accept) => accept.source === source || accept.pairedSource === source))
    return { kind: 'duplicate' };
  const distance = ({ at }: KnownAccept) => Math.abs(at - report.at);
  const [mate] = known
    .filter((accept) => isOther(accept, report))
    .sort((one, other) => distance(one) - distance(other) || one.number - other.number);
  if (mate) return { kind: 'pair', id: mate.id };
  return { kind: 'next', number: 1 + Math.max(0, ...known.map(({ number }) => number)) };
}

/** Whether it may be the same accept, of which the other side has not told yet. */
function isOther(accept: KnownAccept, report: AcceptReport): boolean {
  const origin = originOf(accept.source);
  if (accept.pairedSource !== null || origin === undefined || origin === report.origin) return false;
  // Who accepts after a rejection accepts anew.
  if (accept.rejectedAt !== null && report.at > accept.rejectedAt) return false;
  const [reportedAt, pushedAt] = origin === 'report' ? [accept.at, report.at] : [report.at, accept.at];
  const delay = reportedAt - pushedAt;
  return delay >= -MOST_SKEW_MS && delay <= MOST_DELAY_MS;
}
