import type { Account } from '../config/options.js';

/** Who has answered a popup at which account: of later ones some accounts are told nothing (§6.3). */
export class Popups {
  private seen = new Set<string>();

  /** Whether the account is told of this one, which is the person's next. */
  isPushed({ appId, popupEvents }: Account, openid: string): boolean {
    const key = JSON.stringify([appId, openid]);
    const isFirst = !this.seen.has(key);
    this.seen.add(key);
    return isFirst || popupEvents === 'all';
  }

  reset(): void {
    this.seen.clear();
  }
}
