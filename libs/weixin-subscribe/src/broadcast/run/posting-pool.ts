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

/** Posts of several lists at once, up to a limit: those of the first list first, then those of the next. */
export class PostingPool {
  private readonly jobs: Job[] = [];
  private active = 0;

  constructor(private readonly concurrency: number) {}

  /** `post` must not reject. */
  run<T>(items: readonly T[], post: (item: T) => Promise<void>): Work {
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
    const next = (index: number) => post(items[index]);
    this.jobs.push({ at: 0, size: items.length, left: items.length, next, begun, done });
    for (let free = Math.min(this.concurrency - this.active, items.length); free > 0; free--)
      void this.work();
    return promises;
  }

  private async work(): Promise<void> {
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
