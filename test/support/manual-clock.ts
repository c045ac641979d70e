import { Clock } from 'nestjs-weixin-subscribe';

/** Stands still until told to move. Sleepers wake in the order of their moments. */
export class ManualClock extends Clock {
  private sleepers: { at: number; wake: () => void }[] = [];

  constructor(private moment = Date.UTC(2026, 10, 20, 4, 0, 0)) {
    super();
  }

  now(): number {
    return this.moment;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ at: this.moment + ms, wake }));
  }

  /** How many are asleep: lets a test wait until somebody waits. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  advance(ms: number): void {
    this.moment += ms;
    const due = this.sleepers.filter(({ at }) => at <= this.moment).sort((a, b) => a.at - b.at);
    this.sleepers = this.sleepers.filter(({ at }) => at > this.moment);
    for (const { wake } of due) wake();
  }
}
