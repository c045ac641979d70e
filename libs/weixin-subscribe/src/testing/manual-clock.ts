import { Clock } from '../kernel/clock.js';

/** Stands still until told to move, in either direction. Sleepers wake in the order of their moments. */
export class ManualClock extends Clock {
  private sleepers: { at: number; wake: () => void }[] = [];

  /** @param moment milliseconds since 1970 UTC; by default 20 November 2026, noon in Beijing */
  constructor(private moment = Date.UTC(2026, 10, 20, 4)) {
    super();
  }

  now(): number {
    return this.moment;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ at: this.moment + ms, wake }));
  }

  advance(ms: number): void {
    this.set(this.moment + ms);
  }

  set(moment: number): void {
    this.moment = moment;
    const due = this.sleepers.filter(({ at }) => at <= moment).sort((a, b) => a.at - b.at);
    this.sleepers = this.sleepers.filter(({ at }) => at > moment);
    for (const { wake } of due) wake();
  }
}
