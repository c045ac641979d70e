import type { ErrorForm } from './target.js';
import type { Answer } from './wire.js';

const MOST_ERROR_BYTES = 16_384;

/** What Node, and Fastify's router, answer before any app sees the request. */
const BY_SERVER = /^$|"code":"FST_ERR_(BAD_URL|MAX_PARAM_LENGTH)"/;

/** What is wrong with an answer to a strange request; `undefined`: nothing. */
export function faultIn(answer: Answer, form: ErrorForm, secrets: string[]): string | undefined {
  const { status, text, headers } = answer;
  if (status >= 500) return `it answers ${status}: ${text.slice(0, 300)}`;
  const shown = text + JSON.stringify(headers);
  if (secrets.some((secret) => shown.includes(secret))) return 'it shows a secret';
  if (form === 'weixin')
    return /"errcode":-1[,}]/.test(text) ? `it answers ${text.slice(0, 300)}` : undefined;
  if (status < 400 || BY_SERVER.test(text)) return undefined;
  if (text.length > MOST_ERROR_BYTES) return `its error has ${text.length} characters`;
  return form === 'page' ? faultInPage(answer) : faultInProblem(answer);
}

function faultInPage({ status, headers, text }: Answer): string | undefined {
  const type = String(headers['content-type']);
  // The host's filter for what no page is there for.
  if (/^application\/problem\+json/.test(type)) return undefined;
  return /^text\/html/.test(type) && !/at .*\.(ts|js):\d+/.test(text)
    ? undefined
    : `its ${status} is ${type}: ${text.slice(0, 200)}`;
}

function faultInProblem({ status, headers, text }: Answer): string | undefined {
  const type = String(headers['content-type']);
  if (type !== 'application/problem+json; charset=utf-8')
    return `its ${status} is ${type}: ${text.slice(0, 200)}`;
  const problem = JSON.parse(text) as Record<string, unknown>;
  const named = ['type', 'title', 'detail', 'code'].filter((name) => typeof problem[name] !== 'string');
  if (named.length > 0 || problem.status !== status) return `its problem is not one: ${text.slice(0, 300)}`;
  if (problem.code !== 'WEIXIN_INVALID_INPUT') return undefined;
  const errors = problem.errors as { field: unknown; message: unknown }[] | undefined;
  const isNamed =
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every(({ field, message }) => typeof field === 'string' && typeof message === 'string');
  return isNamed ? undefined : `its problem names no field: ${text.slice(0, 300)}`;
}
