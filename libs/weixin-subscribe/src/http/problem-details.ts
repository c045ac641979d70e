import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { type FieldError, WeixinSubscribeError } from '../kernel/errors.js';
import { redact } from '../kernel/redact.js';

/** RFC 9457, with our additions. Served as `application/problem+json`. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Stable; branch on this. */
  code: string;
  /** What to do next. */
  remedy?: string;
  errors?: FieldError[];
  /** WeChat's own words, where WeChat spoke. */
  errcode?: number;
  errmsg?: string;
  rid?: string;
  messageId?: string;
  outcome?: string;
  retryAfterSeconds?: number;
}

/** Code → status and title. Whose fault it is decides the hundred: 4xx the caller's, 5xx ours or the platform's. */
const KNOWN: Record<string, [status: number, title: string]> = {
  WEIXIN_INVALID_INPUT: [400, 'The input is not valid'],
  WEIXIN_ACCOUNT_KIND: [400, 'The account is of another kind'],
  WEIXIN_RETURN_TO_REFUSED: [400, 'This return address is not allowed'],
  WEIXIN_ANSWER_MISMATCH: [400, 'The answer does not fit the question'],
  WEIXIN_SERVICE_KEY: [401, 'A valid service key is required'],
  WEIXIN_SERVICE_FORBIDDEN: [403, 'This service may not do that'],
  WEIXIN_OPENID_UNKNOWN: [403, 'The openid of the caller is not known'],
  WEIXIN_STATE_UNKNOWN: [403, 'This answer belongs to no question of ours'],
  WEIXIN_STATE_FOREIGN: [403, 'This answer belongs to somebody else'],
  WEIXIN_PUSH_REFUSED: [403, 'This is no push of WeChat'],
  WEIXIN_UNKNOWN_ACCOUNT: [404, 'No such account'],
  WEIXIN_UNKNOWN_TEMPLATE: [404, 'No such template'],
  WEIXIN_PURPOSE_UNKNOWN: [404, 'No such purpose'],
  WEIXIN_MESSAGE_NOT_FOUND: [404, 'No such message'],
  WEIXIN_BROADCAST_NOT_FOUND: [404, 'No such broadcast'],
  WEIXIN_UNKNOWN_RENDERER: [404, 'No such renderer'],
  WEIXIN_PUSH_NOT_CONFIGURED: [404, 'This account takes no pushes'],
  WEIXIN_NO_GRANT: [409, 'There is no permission to send'],
  WEIXIN_STATE_REUSED: [409, 'The question was answered otherwise'],
  WEIXIN_IDEMPOTENCY_KEY_REUSED: [409, 'The idempotency key was used for another message'],
  WEIXIN_MESSAGE_IN_FLIGHT: [409, 'The message is being sent'],
  WEIXIN_MESSAGE_NOT_UNKNOWN: [409, 'The outcome of the message is known'],
  WEIXIN_SCENES_EXHAUSTED: [409, 'No scene is free'],
  WEIXIN_MESSAGE_NOT_WAITING: [409, 'The message does not wait any more'],
  WEIXIN_BROADCAST_STATE: [409, 'The broadcast is in another state'],
  WEIXIN_BROADCAST_INTAKE_BUSY: [409, 'Its recipients are being taken in'],
  WEIXIN_BROADCAST_KEY_REUSED: [409, 'The idempotency key was used for another broadcast'],
  WEIXIN_STATE_EXPIRED: [410, 'The question has expired'],
  WEIXIN_PUSH_TOO_LARGE: [413, 'The body is too long'],
  WEIXIN_MESSAGE_REFUSED: [422, 'WeChat refused to deliver to this person'],
  WEIXIN_TEMPLATE_REFUSED: [502, 'WeChat refused the call about templates'],
  WEIXIN_TEMPLATE_UNANSWERED: [502, 'WeChat gave no usable answer about templates'],
  WEIXIN_RATE_LIMITED: [429, 'Too many requests'],
  WEIXIN_MESSAGE_FAILED: [502, 'The message was not sent'],
  WEIXIN_MESSAGE_UNKNOWN: [502, 'Nobody knows whether the message was delivered'],
  WEIXIN_SENDING_PAUSED: [503, 'The sends of this account pause'],
  WEIXIN_TOKEN_UNAVAILABLE: [503, 'There is no access token'],
  WEIXIN_DATABASE: [503, 'The database is not available'],
};

/** Turns any error into what a caller may see. What is not known to be harmless is not shown. */
export function toProblem(error: unknown): ProblemDetails {
  if (error instanceof WeixinSubscribeError && KNOWN[error.code]) return ofOurs(error, ...KNOWN[error.code]);
  if (error instanceof HttpException) return ofHost(error);
  return problem('WEIXIN_INTERNAL', 500, 'Something went wrong on our side', 'The error was logged.');
}

function ofOurs(error: WeixinSubscribeError, status: number, title: string): ProblemDetails {
  const { errors, errcode, errmsg, rid, messageId, outcome, retryAfterSeconds } =
    error as Partial<ProblemDetails>;
  return problem(error.code, statusOf(error, status), title, error.message, {
    remedy: error.remedy,
    errors,
    errcode,
    errmsg,
    rid,
    messageId,
    outcome,
    retryAfterSeconds,
  });
}

const BY_ERRCLASS = ['WEIXIN_MESSAGE_FAILED', 'WEIXIN_TEMPLATE_REFUSED'];

/** What WeChat refused because of its own content is the caller's to mend; every other failure is not. */
function statusOf(error: WeixinSubscribeError, status: number): number {
  const { errclass, temporary } = error as { errclass?: string; temporary?: boolean };
  if (BY_ERRCLASS.includes(error.code)) {
    if (errclass === 'invalid-request') return 422;
    if (errclass === 'quota' || errclass === 'retry-later') return 503;
  }
  if (error.code === 'WEIXIN_DATABASE' && temporary === false) return 500;
  return status;
}

/** What guards, pipes and the body parser of the host or of Nest threw. */
function ofHost(error: HttpException): ProblemDetails {
  const status = error.getStatus();
  const detail = status >= 500 ? 'The error was logged.' : detailOf(error);
  return problem(`HTTP_${status}`, status, STATUS_CODES[status] ?? 'Error', detail);
}

/** Redacted: Nest's own messages repeat the address that was called, and the parser's a piece of the body. */
function detailOf(error: HttpException): string {
  if (isJsonSyntaxError(error.cause)) return 'the body is not valid JSON';
  // A ValidationPipe of the host lists its messages here; the error's own message is only "Bad Request Exception".
  const { message = error.message } = Object(error.getResponse()) as { message?: string | string[] };
  return redact([message].flat().join('; '));
}

function isJsonSyntaxError(cause: unknown): boolean {
  const { name, code } = Object(cause) as { name?: string; code?: string };
  return name === 'SyntaxError' || code === 'FST_ERR_CTP_INVALID_JSON_BODY';
}

function problem(
  code: string,
  status: number,
  title: string,
  detail: string,
  more: Partial<ProblemDetails> = {},
): ProblemDetails {
  const type = `urn:weixin-subscribe:problem:${code
    .replace(/^WEIXIN_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;
  return { type, title, status, detail, code, ...more };
}
