import { type ExecutionContext, Injectable } from '@nestjs/common';
import { countCharacters } from '../kernel/describe.js';
import { InvalidInputError } from '../kernel/errors.js';
import { sayUnfit, unfitCharacter } from '../kernel/text.js';
import type { Subject } from './http.options.js';
import { RoutesConfig } from './http.options.js';

const OPENID = /^[\w-]{1,64}$/;

/** Asks the host, once for each request, who is calling. */
@Injectable()
export class Subjects {
  private readonly known = new WeakMap<object, Promise<Subject | undefined>>();

  constructor(private readonly config: RoutesConfig) {}

  /** Whether the host says who is calling; else nobody is known. */
  get areAsked(): boolean {
    return this.config.subject !== undefined;
  }

  resolve(context: ExecutionContext): Promise<Subject | undefined> {
    const request = context.switchToHttp().getRequest<object>();
    const subject = this.known.get(request) ?? this.ask(request, context);
    this.known.set(request, subject);
    return subject;
  }

  /** Who made a request that a {@link SubjectGuard} let in. */
  async of(request: object): Promise<Subject | undefined> {
    return this.known.get(request);
  }

  private async ask(request: object, context: ExecutionContext): Promise<Subject | undefined> {
    const answer = await this.config.subject?.(request, context);
    // `null` is what many hosts have for "nobody is signed in".
    if (answer === undefined || answer === null) return undefined;
    const subject: Subject = typeof answer === 'string' ? { id: answer } : answer;
    if (typeof subject.id !== 'string' || subject.id === '' || countCharacters(subject.id) > 128) {
      throw new TypeError('authorization.subject must answer an id of 1 to 128 characters, or undefined');
    }
    checkText(subject.id);
    const { id, openid } = subject;
    if (openid === undefined || openid === null) return { id };
    if (typeof openid !== 'string' || !OPENID.test(openid)) {
      throw new TypeError(
        'the openid that authorization.subject answers must be 1 to 64 letters, digits, "_" or "-", or undefined',
      );
    }
    return { id, openid };
  }
}

/**
 * Most hosts take the id from what the client sent, so what it holds may be the client's doing; and it is
 * refused, not mended, since it tells one person from another.
 */
function checkText(id: string): void {
  const unfit = unfitCharacter(id);
  if (!unfit) return;
  throw new InvalidInputError([
    {
      field: 'subject',
      message: `subject must hold no control characters and none that turn the direction of writing, got ${sayUnfit(unfit)}`,
    },
  ]);
}
