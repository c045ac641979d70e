import { type ArgumentsHost, Catch, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Clock } from '../kernel/clock.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { PushRefusedError, PushTooLargeError } from './push.errors.js';

const QUIET_MS = 60_000;

/**
 * Tells the log, and not the caller, why a push was refused: the operator who mistyped a token needs it, a
 * forger does not.
 */
@Injectable()
@Catch()
export class PushProblemFilter extends ProblemDetailsFilter {
  private readonly refusals = new LibraryLogger('WeixinPush');
  /** A handful of texts of ours for each account: only a configured one comes this far. */
  private readonly loggedAt = new Map<string, number>();

  constructor(
    adapterHost: HttpAdapterHost,
    private readonly clock: Clock,
  ) {
    super(adapterHost);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const why =
      error instanceof PushRefusedError
        ? error.why
        : // An event of WeChat that is lost by that must not be lost in silence.
          error instanceof PushTooLargeError && error.message;
    if (why) this.tell(why, host.switchToHttp().getRequest().params?.appId ?? 'the third-party platform');
    super.catch(error, host);
  }

  /** Once a minute at most, since anybody can make us say it. */
  private tell(why: string, appId: string): void {
    const text = `a push for ${appId} was refused: ${why}`;
    const now = this.clock.now();
    if (now - (this.loggedAt.get(text) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.loggedAt.set(text, now);
    this.refusals.warn(text);
  }
}
