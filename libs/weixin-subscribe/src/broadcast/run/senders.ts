/** Work on one list of items. */
export interface Work {
  /** All items have been begun. */
  begun: Promise<void>;
  /** All items are done. */
  done: Promise<void>;
}

interface Job {
  at: number;
  readonly size: number;
  left: number;
  next(index: number): Promise<void>;
  begun(): void;
  done(): void;
}

/** A number of senders that several lists share: the first list first, and the next one as soon as a sender is free. */
export class Senders {
  private readonly jobs: Job[] = [];
  private active = 0;

  constructor(private readonly width: number) {}

  /** `work` must not reject. */
  each<T>(items: readonly T[], work: (item: T) => Promise<void>): Work {
    if (items.length === 0) return { begun: Promise.resolve(), done: Promise.resolve() };
    let begun = () => {};
    let done = () => {};
    const promises = {
      begun: new Promise<void>((resolve) => {
        begun = resolve;
      }),
      done: new Promise<void>((resolve) => {
        done = resolve;
      }),
    };
    const next = (index: number) => work(items[index]);
    this.jobs.push({ at: 0, size: items.length, left: items.length, next, begun, done });
    for (let free = Math.min(this.width - this.active, items.length); free > 0; free--) void this.send();
    return promises;
  }

  private async send(): Promise<void> {
    this.active++;
    for (let job = this.jobs[0]; job; job = this.jobs[0]) {
      const index = job.at++;
      if (job.at === job.size) {
        this.jobs.shift();
        job.begun();
      }
      await job.next(index);
      if (--job.left === 0) job.done();
    }
    this.active--;
  }
}
