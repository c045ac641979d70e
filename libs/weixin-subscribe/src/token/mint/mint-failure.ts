import { secondsUntil } from '../../kernel/platform-day.js';
import { recordable } from '../../kernel/text.js';
import { errcodeFacts } from '../../weixin/errcodes.js';
import { TokenUnavailableError } from '../token.errors.js';

const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 60_000;
/** Of a call that no connection was there for: to try again costs nobody anything. */
const LAST_UNREACHED_PAUSE_MS = 10_000;
/** Characters of a text that the platform, or what stands between, had its hand in. */
const MOST_TEXT = 1000;

/** A mint that failed, as all processes on one store see it. Plain JSON, without any secret. */
export interface MintFailure {
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** No process asks the platform again before (milliseconds since 1970 UTC). */
  until: number;
  /** Our own pause, which doubles with every failure in a row. */
  pauseMs: number;
  /** It was asked by `TokenService.retry`, before the time that the platform had named. */
  retried?: true;
  message: string;
  remedy?: string;
  /** Where the platform spoke. */
  errcode?: number;
  errmsg?: string;
  /** Which credential it was, by a digest: another one has not failed. Absent: none in particular. */
  credential?: string;
}

/**
 * What to record of a failed mint, so that the next callers of all processes get the same error for a while
 * instead of asking the platform each: from 1 s doubling to 60 s (10 s while it cannot be reached at all), or
 * as long as the platform said (89506: a day).
 * @param longestMs however long the error says
 */
export function mintFailure(
  error: TokenUnavailableError,
  last: MintFailure | undefined,
  now: number,
  longestMs = Number.POSITIVE_INFINITY,
): MintFailure {
  const mostMs = error.isUnreached ? LAST_UNREACHED_PAUSE_MS : LAST_PAUSE_MS;
  const pauseMs = last ? Math.min(2 * last.pauseMs, mostMs) : FIRST_PAUSE_MS;
  const { remedy, errcode } = error;
  const [message, errmsg] = [recordable(error.message, MOST_TEXT), error.errmsg];
  const until = now + Math.min(longestMs, Math.max(pauseMs, 1000 * (error.retryAfterSeconds ?? 0)));
  return {
    ...{ at: now, until, pauseMs, message, remedy, errcode },
    errmsg: errmsg === undefined ? undefined : recordable(errmsg, MOST_TEXT),
  };
}

/**
 * What to throw instead of asking again at an operator's word; `undefined`: ask. The first retry is made at
 * once. After one that failed, only our own pause is kept, of a minute at most: a client that retries in a
 * loop must not do so at the platform.
 */
export function retryRefusal(
  failure: MintFailure | undefined,
  now: number,
): TokenUnavailableError | undefined {
  return failure?.retried && failureRefusal({ ...failure, until: failure.at + failure.pauseMs }, now);
}

/** Whether both are the same failure. Another one may have the same moment. */
export function isSameFailure(one: MintFailure | undefined, other: MintFailure | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * What to throw instead of asking; `undefined`: ask. Its `retryAfterSeconds` is what is left of the pause.
 */
export function failureRefusal(
  failure: MintFailure | undefined,
  now: number,
): TokenUnavailableError | undefined {
  if (!failure || failure.until <= now) return undefined;
  const { at, until, message, remedy, errcode, errmsg } = failure;
  // More left than there ever was: a clock was set back since.
  if (until - now > until - at) return undefined;
  const verdict =
    errcode === undefined
      ? undefined
      : { errcode, errmsg: errmsg ?? '', facts: errcodeFacts(errcode, 'token') };
  const since = `asked at ${iso(at)}, and not again before ${iso(until)}`;
  return new TokenUnavailableError(`${message}; ${since}`, verdict, {
    ...(remedy !== undefined && { remedy }),
    retryAfterSeconds: secondsUntil(until, now),
  });
}

const iso = (moment: number) => new Date(moment).toISOString();
