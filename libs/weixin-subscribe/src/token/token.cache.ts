import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import type { AccessToken } from './access-token.js';

/** The tokens in the memory of this process. */
@Injectable()
export class TokenCache {
  private readonly current = new Map<string, AccessToken>();
  /**
   * The last token of each account that was reported here while in use: it is not taken up again, whatever
   * the store or the platform say. Private to the language, so that nothing prints it: it may be alive.
   */
  readonly #dead = new Map<string, string>();

  constructor(private readonly clock: Clock) {}

  live(appId: string): AccessToken | undefined {
    const token = this.current.get(appId);
    return token && this.isLive(token) ? token : undefined;
  }

  /** Takes the token into use, unless a newer one is. Answers the one that is. */
  adopt(appId: string, token: AccessToken): AccessToken {
    const known = this.live(appId);
    if (known && known.generation > token.generation) return known;
    this.current.set(appId, token);
    return token;
  }

  /**
   * Takes a token into use that the store took as the newest, whatever number the one before it has: after a
   * row was deleted or came back from a backup, numbers begin anew.
   */
  replace(appId: string, token: AccessToken): void {
    if (this.isUsable(appId, token)) this.current.set(appId, token);
  }

  /** Of a token that ended elsewhere. */
  forget(appId: string, upToGeneration: number): void {
    const known = this.current.get(appId);
    if (known && known.generation <= upToGeneration) this.current.delete(appId);
  }

  /** All that is known of the account. */
  drop(appId: string): void {
    this.current.delete(appId);
    this.#dead.delete(appId);
  }

  discard(appId: string, accessToken: string): void {
    this.#dead.set(appId, accessToken);
    if (this.current.get(appId)?.accessToken === accessToken) this.current.delete(appId);
  }

  isDead(appId: string, accessToken: string): boolean {
    return this.#dead.get(appId) === accessToken;
  }

  isUsable(appId: string, token: AccessToken): boolean {
    return this.isLive(token) && !this.isDead(appId, token.accessToken);
  }

  private isLive(token: AccessToken): boolean {
    return token.expiresAt.getTime() > this.clock.now();
  }
}
