import type { AccountConfig } from '../account/account.options.js';
import { ACCOUNT_DISABLED } from '../delivery/deferred/disabled-accounts.js';
import type { MessageRecord } from '../delivery/ledger/message.types.js';
import {
  ASSUMED_SENT,
  CANCELLED,
  DEADLINE_PASSED,
  NO_GRANT_LEFT,
  PERSON_FORGOTTEN,
  QUIET_HOURS,
  REPORTED_LOST,
  REPORTED_SENT,
  SENDER_INTERRUPTED,
  SLOWED_DOWN,
} from '../delivery/ledger/reasons.js';
import { isResolvedAs } from '../delivery/ledger/resolution.js';
import type { ExplainVerdict } from '../delivery/send/explanation.types.js';
import type { Grant } from '../grant/grant.types.js';
import { type ErrcodeFacts, errcodeFacts } from '../weixin/errcodes.js';
import { errcodeText } from '../weixin/weixin-api.errors.js';
import type { Found } from './causes.js';
import { isUnpaired } from './grant-causes.js';

/** What is known of a message beside its row. */
export interface MessageFacts {
  message: MessageRecord;
  /** The grant that it took. */
  grant?: Grant;
  /** The newest grants of its key. */
  grants: Grant[];
  /** The newest messages of its key. */
  others: MessageRecord[];
  account?: AccountConfig;
  now: number;
}

export function verdictOf({ status }: MessageRecord): ExplainVerdict {
  switch (status) {
    case 'sent':
    case 'unknown':
      return status;
    case 'refused':
    case 'failed':
      return 'not-sent';
    case 'waiting':
    case 'sending':
      return 'pending';
    default:
      return status satisfies never;
  }
}

/** Why the message is where it is. */
export function causeOf(facts: MessageFacts): Found {
  const { message } = facts;
  switch (message.status) {
    case 'sent':
      return sentCause(message);
    case 'waiting':
      return waitingCause(message, facts.now);
    case 'sending':
      return { code: 'being-sent' };
    case 'refused':
      return refusedCause(facts);
    case 'failed':
      return failedCause(message);
    case 'unknown':
      return unknownCause(message);
    default:
      return message.status satisfies never;
  }
}

function sentCause({ settledAt: at, reason }: MessageRecord): Found {
  if (reason === REPORTED_SENT) return { code: 'sent-by-report', facts: { at } };
  if (reason === ASSUMED_SENT) return { code: 'sent-assumed' };
  return isResolvedAs('sent', reason)
    ? { code: 'sent-by-hand', facts: { at, reason } }
    : { code: 'sent', facts: { at } };
}

function waitingCause(message: MessageRecord, now: number): Found {
  const { attempts, dueAt: until, errcode, errmsg = '' } = message;
  const reason = message.reason ?? (errcode === undefined ? undefined : errcodeText(errcode, errmsg));
  if (reason === ACCOUNT_DISABLED) return { code: 'account-disabled' };
  if (reason === QUIET_HOURS) return { code: 'quiet-hours', facts: { until } };
  if (reason === SLOWED_DOWN) return { code: 'slowed-down', facts: { until } };
  if (attempts > 0) return { code: 'tried-again-later', facts: { attempts, reason, until } };
  return { code: 'not-due-yet', facts: { until: until ?? new Date(now) } };
}

/** From the surest to the most general. */
function refusedCause({ message, grant, grants, others, account }: MessageFacts): Found {
  const { errcode } = message;
  // Only this code says that there is no permission; what the others say is in the table.
  if (errcode !== 43101) return byErrcode(message, 'request-refused');
  // A message of a long-term template holds no grant.
  const since = grant?.grantedAt.getTime() ?? message.acceptedAt.getTime();
  const takenBack = grants.find(({ rejectedAt }) => rejectedAt && rejectedAt.getTime() >= since);
  if (takenBack) return { code: 'refused-taken-back', facts: { errcode, at: takenBack.rejectedAt } };
  const unclear = others.find(
    ({ id, grantId, reason }) =>
      id !== message.id && grantId === message.grantId && isResolvedAs('not-sent', reason),
  );
  if (unclear && message.grantId)
    return { code: 'refused-after-unclear', facts: { errcode, messageId: unclear.id } };
  if (message.proof === 'unproven') return { code: 'refused-unproven', facts: { errcode } };
  if (isUnpaired(grant, account)) return { code: 'refused-unpaired', facts: { errcode } };
  return { code: 'refused-no-permission', facts: { errcode } };
}

function failedCause(message: MessageRecord): Found {
  const { errcode, reason, settledAt: at, deadline: until, openid } = message;
  if (openid === '' || reason === PERSON_FORGOTTEN) return { code: 'person-forgotten' };
  if (reason === REPORTED_LOST) return { code: 'reported-lost', facts: { at, errcode } };
  if (reason === DEADLINE_PASSED) return { code: 'deadline-passed', facts: { until } };
  if (reason === NO_GRANT_LEFT) return { code: 'no-grant-when-due', facts: { at } };
  if (reason === CANCELLED) return { code: 'cancelled', facts: { at } };
  if (isResolvedAs('not-sent', reason)) return { code: 'failed-by-hand', facts: { at, reason } };
  if (errcode === undefined) return { code: 'not-reached', facts: { reason } };
  const { openidUnusable, errclass } = meaningOf(message);
  if (openidUnusable) return { code: 'openid-unusable' };
  if (errclass === 'quota') return { code: 'quota-used-up' };
  return byErrcode(message, 'request-refused');
}

function unknownCause(message: MessageRecord): Found {
  const { errcode, reason, dueAt: until } = message;
  if (until) return { code: 'unknown-sent-again', facts: { until } };
  if (errcode !== undefined) return byErrcode(message, 'unknown-errcode');
  if (reason === SENDER_INTERRUPTED) return { code: 'unknown-interrupted' };
  return { code: 'unknown-no-answer', facts: { reason } };
}

function byErrcode(message: MessageRecord, code: 'request-refused' | 'unknown-errcode'): Found {
  const { meaning, remedy } = meaningOf(message);
  return { code, facts: { errcode: message.errcode, meaning, remedy } };
}

function meaningOf({ errcode = -1, content }: MessageRecord): ErrcodeFacts {
  return errcodeFacts(errcode, 'api', { miniprogram: content?.miniprogram !== undefined });
}
