import type { WeixinAccountOptions } from './account.options.js';

/**
 * Resolves when the change was followed, or with `false` when it could not be: tell it again later. It never
 * rejects.
 */
export type AccountNotice = (appId?: string) => Promise<boolean>;

/**
 * Where accounts come from that are not in the options: a database, a configuration service. Given as the
 * static `accountSource`. It is asked at start and whenever it says that something changed, never while a
 * message is sent: everything else is answered from memory.
 */
export abstract class AccountSource {
  /**
   * All accounts. Asked at start, every 5 minutes, and every 15 seconds of a source without {@link watch}.
   * What is not in the list is forgotten. Rejecting changes nothing; it is asked again.
   */
  abstract list(): Promise<WeixinAccountOptions[]>;

  /** One account as it is now; `undefined`: there is none. */
  abstract find(appId: string): Promise<WeixinAccountOptions | undefined>;

  /**
   * Call `changed` with the appId of each account that was added, changed or removed, or without one to have
   * all of them read again. Called once, at start.
   * @returns what ends it when the application closes
   */
  watch?(changed: AccountNotice): () => void;
}
