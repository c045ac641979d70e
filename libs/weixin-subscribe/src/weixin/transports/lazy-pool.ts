import type { Pool } from 'undici';

/** A pool that is opened at its first use: most processes do not need all that they could have. */
export class LazyPool {
  private opened?: Pool;
  private isClosed = false;

  constructor(private readonly open: () => Pool) {}

  /** A first use after {@link close} is refused like any other: nobody would close its connections. */
  get pool(): Pool {
    if (!this.opened) {
      this.opened = this.open();
      if (this.isClosed) void this.opened.close();
    }
    return this.opened;
  }

  /**
   * What is in flight still gets its answer. It may be called again: Nest 11 runs the hooks at every
   * `app.close()`.
   */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.opened?.close();
  }
}
