import cliProgress from 'cli-progress';
import { plain } from './cli-error.js';
import { isOver, progressOf } from './events.js';
import type { HostClient, ProgressResponse } from './host-client.js';

const FORMAT =
  '{bar} {percentage}% of {total} | sent {sent} refused {refused} failed {failed} unknown {unknown} | ' +
  '{rate}/s, {left} left';

/**
 * Shows how a broadcast goes on, until it is over or paused: a bar on a terminal, otherwise a line of JSON
 * per change.
 * @returns the exit code: 0 it is finished, 2 it is cancelled or paused
 */
export async function watch(host: HostClient, id: string, { json = false } = {}): Promise<number> {
  const show = process.stdout.isTTY && !json ? new Bar() : new Lines();
  let last: ProgressResponse | undefined;
  try {
    for await (const progress of progressOf(host, id, (error) =>
      console.error(`${plain(error.message)}; trying again`),
    )) {
      show.at(progress);
      last = progress;
      if (isOver(progress) || (progress.status === 'paused' && progress.inFlight === 0)) break;
    }
  } finally {
    show.end();
  }
  if (!last || last.status === 'finished') {
    if (last?.reason) console.error(`finished: ${plain(last.reason)}`);
    return 0;
  }
  console.error(described(last));
  return 2;
}

/** In words: its state, and why. */
export function described({ status, pauseCause, reason, resumesAt }: ProgressResponse): string {
  const why = [pauseCause && `(${plain(pauseCause)})`, reason && `: ${plain(reason)}`]
    .filter(Boolean)
    .join('');
  const later = resumesAt ? `; goes on by itself at ${plain(resumesAt)}` : '';
  return `${status}${why && ` ${why}`.replace(' :', ':')}${later}`;
}

class Lines {
  at(progress: ProgressResponse): void {
    console.log(JSON.stringify(progress));
  }
  end(): void {}
}

class Bar {
  private readonly bar = new cliProgress.SingleBar(
    { format: FORMAT, stream: process.stdout, gracefulExit: false, barsize: 24, emptyOnZero: true },
    cliProgress.Presets.shades_classic,
  );
  private begun = false;

  at(progress: ProgressResponse): void {
    const { total = 0, remaining = 0, etaSeconds } = progress;
    const done = Math.max(0, total - remaining);
    const shown = { ...progress, left: etaSeconds === undefined ? '?' : duration(etaSeconds) };
    // Its own payload must not bear the name of the bar's total.
    const { total: _total, ...payload } = shown;
    if (!this.begun) this.bar.start(Math.max(1, total), done, payload);
    this.begun = true;
    this.bar.setTotal(Math.max(1, total));
    this.bar.update(done, payload);
  }

  end(): void {
    if (this.begun) this.bar.stop();
  }
}

/** `90` → `1 m 30 s`. */
export function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} m`;
  return minutes > 0 ? `${minutes} m ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
}
