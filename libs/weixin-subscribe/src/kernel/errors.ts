import { oneLine } from './one-line.js';
import { redact } from './redact.js';

export interface ErrorFacts {
  /** The error that led to this one. It must carry no secret: wrap foreign errors with {@link foreignCause}. */
  cause?: unknown;
  /** What to do next, one sentence. */
  remedy?: string;
}

/** Everything this library throws on purpose. `code` is stable and is what a caller should branch on. */
export abstract class WeixinSubscribeError extends Error {
  abstract readonly code: string;
  readonly remedy?: string;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.remedy = facts.remedy;
  }
}

/**
 * Keeps of a foreign error what helps (its name, code and redacted message, on one line) and drops what may carry secrets: axios
 * errors hold the URL with the access_token, database errors the bound parameters.
 */
export function foreignCause(error: unknown): Error {
  if (error instanceof WeixinSubscribeError) return error;
  const source = error as { name?: string; code?: string; message?: string } | undefined;
  const cause = new Error(oneLine(redact(String(source?.message ?? error))));
  cause.name = source?.name ?? 'Error';
  if (source?.code !== undefined) Object.assign(cause, { code: source.code });
  cause.stack = undefined;
  return cause;
}

/** One thing wrong with one field of the input. */
export interface FieldError {
  /** Path of the field, e.g. `content.value`. */
  field: string;
  /** What is wrong, with the limit and the length or value met. */
  message: string;
}

/** The caller's input is wrong. Nothing was written and nothing was sent. */
export class InvalidInputError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_INVALID_INPUT';

  constructor(readonly errors: FieldError[]) {
    super(errors.map((error) => error.message).join('; '));
  }
}

/** An option of the module is missing, out of range or contradicts another one. Thrown while the module starts. */
export class InvalidOptionsError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_INVALID_OPTIONS';

  constructor(readonly problems: { option: string; message: string }[]) {
    super(
      `WeixinSubscribeModule: ${problems.map((problem) => `option "${problem.option}" ${problem.message}`).join('; ')}`,
    );
  }
}
