import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { waitedMs } from '../support/databases.js';

const RESOLUTION_MS = 5;

/** The longest that nobody else had a turn of the event loop, milliseconds. */
export interface LoopStops {
  longest: number;
  p99: number;
  /**
   * Without the time that the process was ready and the machine ran others; undefined where the system does
   * not tell.
   */
  own?: number;
}

/** Looks at the event loop of this process while others work in it. */
export class LoopWatch {
  private readonly delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly timer: NodeJS.Timeout;
  private last = { at: performance.now(), waited: waitedMs('self') };
  private own = 0;

  constructor() {
    this.delays.enable();
    this.timer = setInterval(() => this.look(), RESOLUTION_MS);
  }

  end(): LoopStops {
    this.delays.disable();
    clearInterval(this.timer);
    const ms = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    return {
      longest: ms(this.delays.max),
      p99: ms(this.delays.percentile(99)),
      own: this.last.waited === undefined ? undefined : this.own,
    };
  }

  private look(): void {
    const now = { at: performance.now(), waited: waitedMs('self') };
    const waited = (now.waited ?? 0) - (this.last.waited ?? 0);
    this.own = Math.max(this.own, now.at - this.last.at - waited - RESOLUTION_MS);
    this.last = now;
  }
}
