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
  /** From WeChat's response, where there was one. */
  errcode?: number;
  errmsg?: string;
  rid?: string;
  messageId?: string;
  outcome?: string;
  retryAfterSeconds?: number;
}

/** Turns any error into what a caller may see. What its class does not declare harmless is not shown. */
export function toProblem(error: unknown): ProblemDetails {
  if (error instanceof WeixinSubscribeError) return ofOurs(error);
  if (error instanceof HttpException) return ofHost(error);
  return internal();
}

function ofOurs(error: WeixinSubscribeError): ProblemDetails {
  const { code, httpStatus, message, remedy } = error;
  const { title } = error.problem;
  if (httpStatus === undefined || title === undefined) return internal();
  return problem(code, httpStatus, title, message, { remedy, ...error.problemMembers() });
}

function internal(): ProblemDetails {
  return problem('WEIXIN_INTERNAL', 500, 'Something went wrong on our side', 'The error was logged.');
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
  // A ValidationPipe of the host lists its messages here; the error's own message is only "Bad Request
  // Exception".
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
