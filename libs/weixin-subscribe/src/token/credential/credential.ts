import { Injectable } from '@nestjs/common';
import type { CredentialKind } from '../../account/credential.options.js';
import { type MintedToken, type MintTerms, TokenMinter } from '../mint/token.minter.js';
import type { MintedFamily, MintingAccount } from '../store/token.store.js';

/**
 * How a new access_token is had for accounts of one kind of credential. What it gives is fetched by one
 * process for all of them, written under the fence of its lease and sealed at rest, whatever the kind.
 * Kinds that mint nothing (`remote`) stand behind `TokenService` instead.
 */
export abstract class Credential extends TokenMinter {
  abstract readonly kind: CredentialKind;
}

/** The credentials that mint, by kind. A room above registers its own in the constructor. */
@Injectable()
export class Credentials extends TokenMinter {
  private readonly byKind = new Map<CredentialKind, Credential>();

  override callsFor(family: MintedFamily): number {
    // Those of a secret have families of their own.
    return this.byKind.get(family as CredentialKind)?.callsFor(family) ?? super.callsFor(family);
  }

  register(credential: Credential): void {
    this.byKind.set(credential.kind, credential);
  }

  override mint(account: MintingAccount, terms: MintTerms): Promise<MintedToken> {
    const { kind } = account.credential;
    const credential = this.byKind.get(kind);
    if (!credential) throw new Error(`nothing here mints with a credential of kind "${kind}"`);
    return credential.mint(account, terms);
  }
}
