import { setTimeout as wait } from 'node:timers/promises';
import { type HostClient, type ProgressResponse, UnreachableError } from './host-client.js';

/** The host sends a comment every 15 seconds, whatever happens. */
const SILENCE_MS = 60_000;
/** In characters. A progress has some hundred. */
const MOST_EVENT = 65_536;
/** Together about five minutes. */
const MOST_TRIES = 32;

/**
 * Yields where a broadcast stands, and every change of that, until it is over. It reconnects when the
 * connection breaks, as it does when the host is restarted; `lost` is called the first time.
 * @throws {CliError} the host refuses, or can not be reached at first, or for five minutes
 */
export async function* progressOf(
  host: HostClient,
  id: string,
  lost: (error: Error) => void,
): AsyncGenerator<ProgressResponse, void, undefined> {
  let last = '';
  for (let tries = -1; ; ) {
    try {
      for await (const data of eventsAt(host, `/${id}/events`)) {
        tries = 0;
        if (data !== last) yield JSON.parse(data) as ProgressResponse;
        last = data;
      }
      if (last !== '' && isOver(JSON.parse(last) as ProgressResponse)) return;
      throw new UnreachableError('the stream of events ended early');
    } catch (error) {
      if (!(error instanceof UnreachableError) || tries < 0 || tries >= MOST_TRIES) throw error;
      if (tries === 0) lost(error);
      await wait(Math.min(10_000, 250 * 2 ** tries++));
    }
  }
}

export const isOver = ({ status, inFlight }: ProgressResponse): boolean =>
  (status === 'finished' || status === 'cancelled') && inFlight === 0;

/** The data of every event named `progress`. */
async function* eventsAt(host: HostClient, path: string): AsyncGenerator<string, void, undefined> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('nothing was received for a minute')), SILENCE_MS);
  try {
    const { body } = await host.call(path, { method: 'GET', signal: silence.signal });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of body ?? []) {
      timer.refresh();
      const blocks = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      if (rest.length > MOST_EVENT) throw new Error(`an event has more than ${MOST_EVENT} characters`);
      for (const block of blocks) {
        const lines = block.split('\n');
        const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
        if (lines.includes('event: progress')) yield data.join('\n');
      }
    }
  } catch (error) {
    throw host.unreachable(error);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}
