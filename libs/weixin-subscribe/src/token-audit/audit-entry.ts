import type { TokenAuditCount, TokenAuditKey } from './token-audit.types.js';

/** What this process counted under one key and has not written yet. */
export class AuditEntry {
  /** Settles when the first count is written, or when nobody waits for that any longer. Never rejects. */
  first: Promise<void> = Promise.resolve();
  private times = 0;
  private firstAt = 0;
  private lastAt = 0;

  constructor(readonly key: TokenAuditKey) {}

  count(now: number): void {
    this.addBack({ times: 1, firstAt: new Date(now), lastAt: new Date(now) });
  }

  /** Whoever takes the count writes it, and gives it back when that fails. `undefined`: there is none. */
  take(): TokenAuditCount | undefined {
    if (this.times === 0) return undefined;
    const { times, firstAt, lastAt } = this;
    this.times = 0;
    return { times, firstAt: new Date(firstAt), lastAt: new Date(lastAt) };
  }

  addBack({ times, firstAt, lastAt }: TokenAuditCount): void {
    const none = this.times === 0;
    this.firstAt = none ? firstAt.getTime() : Math.min(this.firstAt, firstAt.getTime());
    this.lastAt = none ? lastAt.getTime() : Math.max(this.lastAt, lastAt.getTime());
    this.times += times;
  }
}
