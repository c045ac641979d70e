import { oneLine } from './one-line.js';
import { redact } from './redact.js';

export interface ErrorFacts {
  /** The error that led to this one, without secrets: wrap foreign errors with {@link foreignCause}. */
  cause?: unknown;
  /** What to do next, one sentence. Default: the remedy of the class. */
  remedy?: string;
}

/** What all errors of one class have in common: a problem type of RFC 9457 §3.1. */
export interface ProblemType {
  /** Stable; what a caller branches on. */
  code: string;
  /**
   * HTTP status: 4xx where the caller can mend it, 5xx where only we or the platform can. A class without
   * status and title is internal: the response is a 500 that shows nothing of it.
   */
  status?: number;
  title?: string;
  /** What to do next, one sentence, unless it depends on the case. */
  remedy?: string;
}

/** Everything this library throws on purpose. `code` is stable and is what a caller should branch on. */
export abstract class WeixinSubscribeError extends Error {
  /** Every class that can be instantiated has its own. */
  static readonly problem: ProblemType;
  readonly code: string;
  declare readonly remedy?: string;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    const { code, remedy } = new.target.problem;
    this.name = new.target.name;
    this.code = code;
    this.assign({ remedy: facts.remedy ?? remedy });
  }

  /**
   * Sets the members that not every error of the class has; they are declared with `declare`. One that is
   * there and `undefined` would be printed with the error, as a remedy that nobody found.
   */
  protected assign(members: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(members))
      if (value !== undefined) Object.assign(this, { [name]: value });
  }

  /** `undefined` for an internal error. A class overrides it where the status depends on the case. */
  get httpStatus(): number | undefined {
    return this.problem.status;
  }

  /** What is the same for all errors of its class. */
  get problem(): ProblemType {
    return (this.constructor as typeof WeixinSubscribeError).problem;
  }

  /**
   * Members of its problem document that not every error has. What a class does not return here is not shown.
   */
  problemMembers(): object {
    return {};
  }
}

/**
 * Keeps of a foreign error what helps (its name, code and redacted message, on one line) and drops what may
 * carry secrets: axios errors hold the URL with the access_token, database errors the bound parameters.
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
  static override readonly problem = {
    code: 'WEIXIN_INVALID_INPUT',
    status: 400,
    title: 'The input is not valid',
  };

  constructor(readonly errors: FieldError[]) {
    super(errors.map((error) => error.message).join('; '));
  }

  override problemMembers(): object {
    return { errors: this.errors };
  }
}

/**
 * An option of the module is missing, out of range or contradicts another one. Thrown while the module
 * starts.
 */
export class InvalidOptionsError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_INVALID_OPTIONS',
  };

  constructor(readonly problems: { option: string; message: string }[]) {
    super(
      `WeixinSubscribeModule: ${problems.map((problem) => `option "${problem.option}" ${problem.message}`).join('; ')}`,
    );
  }
}
