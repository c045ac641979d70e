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
  if (error instanceof HttpException) return ofHost(error.getStatus(), detailOf(error));
  if (isOfParser(error)) return ofHost(error.statusCode, redact(error.message));
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
function ofHost(status: number, detail: string): ProblemDetails {
  const shown = status >= 500 ? 'The error was logged.' : detail;
  return problem(`HTTP_${status}`, status, STATUS_CODES[status] ?? 'Error', shown);
}

/** On Nest 11 an error of Express's body parser reaches filters as the package `http-errors` made it. */
function isOfParser(error: unknown): error is Error & { statusCode: number } {
  const { expose, statusCode } = Object(error) as { expose?: unknown; statusCode?: number };
  return error instanceof Error && expose === true && Number(statusCode) >= 400 && Number(statusCode) < 500;
}

/** Redacted: Nest's own messages repeat the address that was called, and the parser's a piece of the body. */
function detailOf(error: HttpException): string {
  if (isJsonSyntaxError(error)) return 'the body is not valid JSON';
  // A ValidationPipe of the host lists its messages here; the error's own message is only "Bad Request
  // Exception".
  const { message = error.message } = Object(error.getResponse()) as { message?: string | string[] };
  return redact([message].flat().join('; '));
}

/** How V8 and Fastify put it. */
const NOT_JSON = /\bis not valid JSON\b|\bJSON (?:at position \d|input$)/;

/** Nest 11 keeps of a parser's error nothing but its message. */
function isJsonSyntaxError({ cause, message }: HttpException): boolean {
  if (cause === undefined) return NOT_JSON.test(message);
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
