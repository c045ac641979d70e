import type { Problem } from './subscribe-client.error.js';

export type TemplateOutcome = 'confirmed' | 'cancelled';

/** Why WeChat showed no panel. */
export type AskFailureReason =
  /**
   * The person switched subscription messages of this mini-program off (20004). Only they can switch them on.
   */
  | 'switched-off'
  /** The mini-program may not subscribe (20005). */
  | 'banned'
  /** The call did not come from a tap, or the panel could not be shown (10005). */
  | 'not-shown'
  /** WeChat could not be reached (10002, 10003). */
  | 'network'
  /** The templates are not what WeChat knows (10001, 10004, 20001, 20002, 20003): a fault of the code. */
  | 'templates'
  | 'other';

export interface AskFailure {
  reason: AskFailureReason;
  errCode?: number;
  errMsg: string;
}

/** What came of asking. */
export interface AskOutcome {
  /** By template id. Where the host has not yet recorded it, this is what WeChat gave the page. */
  results: Record<string, TemplateOutcome>;
  /** At least one template was confirmed. */
  confirmed: boolean;
  /**
   * `yes`: the host has recorded it. `later`: it could not be reached; the report is kept and repeated.
   * `no`: it refused (see `problem`), and nothing was recorded.
   */
  reported: 'yes' | 'later' | 'no';
  /** WeChat asked nobody, or the person could not see it. */
  failure?: AskFailure;
  /** Why the host refused. */
  problem?: Problem;
}

/** By errCode (fail codes of wx.requestSubscribeMessage). */
const REASONS: Record<number, AskFailureReason> = {
  10001: 'templates',
  10002: 'network',
  10003: 'network',
  10004: 'templates',
  10005: 'not-shown',
  20001: 'templates',
  20002: 'templates',
  20003: 'templates',
  20004: 'switched-off',
  20005: 'banned',
};

/** Undefined where WeChat has shown the panel, or had a stored choice. */
export function failureOf(result: object): AskFailure | undefined {
  const { errMsg, errCode } = result as { errMsg?: unknown; errCode?: unknown };
  const text = typeof errMsg === 'string' ? errMsg : '';
  const code = typeof errCode === 'number' && errCode !== 0 ? errCode : undefined;
  if (code === undefined && text.indexOf(':fail') < 0) return undefined;
  const known = code === undefined ? undefined : REASONS[code];
  const reason = known ?? (/\bTAP\b|gesture/i.test(text) ? 'not-shown' : 'other');
  return { reason, errMsg: text, ...(code !== undefined && { errCode: code }) };
}

/**
 * What the page itself can tell from WeChat's result; the host decides. Acceptances with stronger reminders
 * (`acceptWithAudio` and its like) begin with the same word.
 */
export function resultsOf(templateIds: string[], result: object): Record<string, TemplateOutcome> {
  const statuses = statusesOf(result);
  const failed = failureOf(result) !== undefined;
  const results: Record<string, TemplateOutcome> = {};
  for (const id of templateIds)
    results[id] = !failed && /^accept/.test(String(statuses[id])) ? 'confirmed' : 'cancelled';
  return results;
}

/** Of `wx.requestSubscribeMessage` the result itself, of `<wx-open-subscribe>` JSON inside JSON. */
function statusesOf(result: object): Record<string, unknown> {
  const details = parsed((result as { subscribeDetails?: unknown }).subscribeDetails);
  if (typeof details !== 'object' || details === null) return { ...result };
  const statuses: Record<string, unknown> = {};
  for (const [id, detail] of Object.entries(details))
    statuses[id] = (parsed(detail) as { status?: unknown } | undefined)?.status;
  return statuses;
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
