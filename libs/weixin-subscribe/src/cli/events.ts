import { setTimeout as wait } from 'node:timers/promises';
import { type Doors, type ProgressAnswer, UnreachableError } from './doors.js';

/** The host says something every 15 seconds, whatever happens. */
const SILENCE_MS = 60_000;
/** A progress has some hundred. */
const MOST_EVENT = 65_536;
/** Together about five minutes. */
const MOST_TRIES = 32;

/**
 * Where a broadcast stands, and every change of that, until it is over. Goes on when the connection breaks, as it does when the host is restarted;
 * `lost` is told the first time.
 * @throws {CliError} the host refuses, or can not be reached at first, or for five minutes
 */
export async function* progressOf(
  doors: Doors,
  id: string,
  lost: (error: Error) => void,
): AsyncGenerator<ProgressAnswer, void, undefined> {
  let last = '';
  for (let tries = -1; ; ) {
    try {
      for await (const data of eventsAt(doors, `/${id}/events`)) {
        tries = 0;
        if (data !== last) yield JSON.parse(data) as ProgressAnswer;
        last = data;
      }
      if (last !== '' && isOver(JSON.parse(last) as ProgressAnswer)) return;
      throw new UnreachableError('the stream of events ended early');
    } catch (error) {
      if (!(error instanceof UnreachableError) || tries < 0 || tries >= MOST_TRIES) throw error;
      if (tries === 0) lost(error);
      await wait(Math.min(10_000, 250 * 2 ** tries++));
    }
  }
}

export const isOver = ({ status, inFlight }: ProgressAnswer): boolean =>
  (status === 'finished' || status === 'cancelled') && inFlight === 0;

/** The data of every event named `progress`. */
async function* eventsAt(doors: Doors, path: string): AsyncGenerator<string, void, undefined> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('nothing was heard for a minute')), SILENCE_MS);
  try {
    const { body } = await doors.call(path, { method: 'GET', signal: silence.signal });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of body ?? []) {
      timer.refresh();
      const blocks = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      if (rest.length > MOST_EVENT) throw new Error(`an event has more than ${MOST_EVENT} characters`);
      for (const block of blocks) {
        const lines = block.split('\n');
        const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
        if (lines.includes('event: progress')) yield data.join('\n');
      }
    }
  } catch (error) {
    throw doors.unreachable(error);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}
