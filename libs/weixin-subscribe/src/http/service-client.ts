import { InvalidInputError } from '../kernel/errors.js';
import { ServiceForbiddenError } from './http.errors.js';
import type { ServiceScope } from './service-scopes.js';

/** One of the company's services, as it is known by its key. */
export class ServiceClient {
  constructor(
    readonly name: string,
    readonly scopes: ReadonlySet<ServiceScope>,
    /** appIds; `undefined`: all. */
    readonly accounts?: ReadonlySet<string>,
  ) {
    Object.freeze(this);
  }

  may(scope: ServiceScope): boolean {
    return this.scopes.has(scope);
  }

  mayUse(appId: string): boolean {
    return this.accounts?.has(appId) ?? true;
  }

  /** @throws {ServiceForbiddenError} */
  requireScope(scope: ServiceScope): void {
    if (this.may(scope)) return;
    throw new ServiceForbiddenError(
      `client "${this.name}" lacks the scope "${scope}"`,
      `Add "${scope}" to "scopes" of this client in the "serviceKeys" option, or call with the key of another client.`,
    );
  }

  /**
   * An account that is not configured is refused in the same words as one of somebody else's.
   * @throws {ServiceForbiddenError}
   */
  requireAccount(appId: string): void {
    if (this.mayUse(appId)) return;
    throw new ServiceForbiddenError(
      `client "${this.name}" may not use account "${appId}"`,
      `Add "${appId}" to "accounts" of this client in the "serviceKeys" option, or call with the key of another client.`,
    );
  }
}

/**
 * Of a list that may be of all accounts: a client that may not use all of them has to name one.
 * @throws {InvalidInputError} {@link ServiceForbiddenError}
 */
export function requireOwnAccount(client: ServiceClient, appId: string | undefined): void {
  if (appId !== undefined) client.requireAccount(appId);
  else if (client.accounts)
    throw new InvalidInputError([
      {
        field: 'appId',
        message: `appId is required of client "${client.name}", which may not use all accounts`,
      },
    ]);
}
