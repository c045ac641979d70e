import { Readable } from 'node:stream';
import type { MessageEvent } from '@nestjs/common';
import type { Observable, Subscription } from 'rxjs';

/** A reader that takes nothing for so long is gone: EventSource connects again, and gets the newest state. */
const MOST_UNREAD_BYTES = 65_536;

/** Nothing between us and the reader may keep, hold back or compress events. */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'private, no-cache, no-store, must-revalidate, max-age=0, no-transform',
  'X-Accel-Buffering': 'no',
};

/**
 * Events in the format of server-sent events, numbered, with `data` as JSON. Subscribes when it is read,
 * unsubscribes when the reader leaves, ends with the events, and breaks off when they fail or more than 64
 * KiB wait to be read.
 */
export function eventStream(events: Observable<MessageEvent>): Readable {
  let subscription: Subscription | undefined;
  let number = 0;
  return new Readable({
    read() {
      if (subscription) return;
      // Opens the stream for the reader, before the first event.
      this.push('\n');
      subscription = events.subscribe({
        next: (event) => {
          this.push(textOf(event, () => ++number));
          if (this.readableLength > MOST_UNREAD_BYTES) this.destroy();
        },
        error: (error) => this.destroy(error),
        complete: () => this.push(null),
      });
    },
    destroy(error, done) {
      subscription?.unsubscribe();
      done(error);
    },
  });
}

/** JSON has no line breaks, and comments and types are ours. */
function textOf({ type, data, comment }: MessageEvent, number: () => number): string {
  if (data === undefined) return `: ${comment}\n\n`;
  return `event: ${type}\nid: ${number()}\ndata: ${JSON.stringify(data)}\n\n`;
}
