import { Injectable } from '@nestjs/common';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { digest } from '../../kernel/secret.js';
import { AccessToken } from '../access-token.js';
import { StoredToken } from './stored-token.js';
import { type TokenKey, type TokenLease, type TokenRecord, TokenStore } from './token.store.js';
import { TokenSealer } from './token-sealer.js';

/**
 * What the store holds, its token opened. `token` is missing when there is none, or none that can be read.
 */
export interface TokenState extends Omit<TokenRecord, 'token'> {
  token?: AccessToken;
  /** Of the token in the store, readable or not. */
  digest?: string;
}

/** The store as the token service sees it: tokens go in sealed and come out opened. */
@Injectable()
export class TokenVault {
  private readonly logger = new LibraryLogger(TokenVault.name);
  private readonly warned = new Set<string>();

  constructor(
    private readonly store: TokenStore,
    private readonly sealer: TokenSealer,
  ) {}

  /** @throws {DatabaseError} */
  async read(key: TokenKey): Promise<TokenState> {
    const record = await this.store.read(key);
    if (!record) return { usage: { windowMints: 0, forces: 0, dayMints: 0 }, deaths: [] };
    const { token: stored, ...rest } = record;
    return stored ? { ...rest, token: this.open(key, stored), digest: stored.digest } : rest;
  }

  /** @throws {DatabaseError} */
  write(lease: TokenLease, token: AccessToken): Promise<boolean> {
    const { accessToken, mintedAt, expiresAt } = token;
    const sealed = this.sealer.seal(lease.key, accessToken);
    return this.store.write(
      lease,
      new StoredToken(sealed, digest(accessToken), mintedAt, expiresAt, lease.fence),
    );
  }

  /** @throws {DatabaseError} */
  expire(key: TokenKey, accessToken: string, diedAt: number): Promise<boolean> {
    return this.store.expire(key, digest(accessToken), diedAt);
  }

  private open(key: TokenKey, stored: StoredToken): AccessToken | undefined {
    const opened = this.sealer.open(key, stored.value);
    if ('accessToken' in opened)
      return new AccessToken(opened.accessToken, stored.mintedAt, stored.expiresAt, stored.generation);
    const reason = opened.unreadable;
    if (!this.warned.has(stored.digest))
      this.logger.warn(
        `account ${key.appId}: the stored access_token can not be read and will be replaced: ${reason}`,
        { appId: key.appId, reason },
      );
    this.warned.add(stored.digest);
    return undefined;
  }
}
