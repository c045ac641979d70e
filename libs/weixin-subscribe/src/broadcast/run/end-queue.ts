import type { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import type { MessageEnd } from '../../delivery/batches/message-batch.sql.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { retriedWrite } from '../../sql/retried-write.js';

/** Further tries when the database does not answer. After them recovery calls what is not recorded `unknown`. */
const PAUSES_MS = [100, 400, 1600, 3000, 3000, 3000];
/** So long ends may gather: nobody waits for them, and a transaction for few costs as much as one for many. */
const GATHER_MS = 20;
/** So many gather no longer. */
const ENOUGH = 250;

/**
 * Records what became of messages behind the senders, many in one transaction, and one transaction at a time: two would wait for each other at the
 * row of their batch.
 */
export class EndQueue {
  private readonly logger = new LibraryLogger(EndQueue.name);
  private waiting: { end: MessageEnd; recorded: () => void }[] = [];
  private held: (() => void)[] = [];
  private unrecorded = 0;
  private isWriting = false;
  private timer?: NodeJS.Timeout;

  /** @param most ends that are not recorded; beyond it there is no room. After a crash they are unclear. */
  constructor(
    private readonly batches: MessageBatchRepository,
    private readonly most: number,
  ) {}

  /** Resolves when it is recorded, or can not be. Never rejects. */
  add(end: MessageEnd): Promise<void> {
    this.unrecorded++;
    return new Promise((recorded) => {
      this.waiting.push({ end, recorded });
      if (this.waiting.length >= Math.min(ENOUGH, this.most, this.batches.bestSize)) this.flush();
      else this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
    });
  }

  /** Before anything more is posted. */
  room(): Promise<void> | undefined {
    if (this.unrecorded < this.most) return undefined;
    this.flush();
    return new Promise((resolve) => {
      this.held.push(resolve);
    });
  }

  /** Somebody waits: gathers no longer. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.isWriting && this.waiting.length > 0) void this.write();
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const taken = this.waiting.splice(0, this.batches.bestSize);
      await this.persist(taken.map(({ end }) => end));
      for (const { recorded } of taken) recorded();
      this.unrecorded -= taken.length;
      for (const resume of this.held.splice(0)) resume();
    }
    this.isWriting = false;
  }

  private async persist(ends: MessageEnd[]): Promise<void> {
    await retriedWrite(
      PAUSES_MS,
      () => this.batches.settleBatch(ends),
      ({ message }, isLast) => {
        const failure = `the outcomes of ${ends.length} messages could not be recorded: ${message}`;
        if (isLast) this.logger.error(`${failure}; they will become "unknown"`);
        else this.logger.warn(`${failure}; trying again`);
      },
    );
  }
}
