import { BoundedList } from '../common/bounded-list.js';

const REMEMBERED = 100_000;

/** The nonces of secured calls that were seen. */
export class Nonces {
  private seen = new Set<string>();
  private order = this.list();

  /** `false`: it was seen before. */
  take(nonce: string): boolean {
    if (this.seen.has(nonce)) return false;
    this.seen.add(nonce);
    this.order.push(nonce);
    return true;
  }

  reset(): void {
    this.seen = new Set();
    this.order = this.list();
  }

  private list(): BoundedList<string> {
    return new BoundedList<string>(REMEMBERED, (nonce) => this.seen.delete(nonce));
  }
}
