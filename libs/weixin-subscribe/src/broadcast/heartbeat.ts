import type { MessageEvent } from '@nestjs/common';
import { endWith, ignoreElements, interval, map, merge, type Observable, share, takeUntil } from 'rxjs';

/** Proxies cut a connection that is silent for a minute. */
const EVERY_MS = 15_000;

/** Says something, a comment that readers pass over, also while nothing changes; until the events end. */
export function withHeartbeat(events: Observable<MessageEvent>): Observable<MessageEvent> {
  const shared = events.pipe(share());
  const ended = shared.pipe(ignoreElements(), endWith(true));
  const beats = interval(EVERY_MS).pipe(map(() => ({ comment: 'still here' }) as MessageEvent));
  return merge(shared, beats.pipe(takeUntil(ended)));
}
