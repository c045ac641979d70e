import { type ExecutionContext, Injectable } from '@nestjs/common';
import type { ServiceClient } from './service-client.js';

/** On whose behalf a request to a route for services is made. */
export interface ServiceCaller {
  /** Whose scopes and accounts count. */
  client: ServiceClient;
  /** The person, where one is known who is not the client itself; 1–64 characters. */
  operator?: string;
}

/**
 * Knows the caller of a request that shows no service key, for instance by the cookie of somebody who signed
 * in to a page. Registered with {@link RequestAuthenticators}.
 */
export interface RequestAuthenticator {
  /** What the audit log calls it, 1–16 letters and hyphens. Requests with a service key are `rest`. */
  readonly source: string;
  /**
   * `undefined`: the request does not come by this way, the next one is asked.
   * @throws what the caller is to be answered: a way that is known, but not open to this request
   */
  authenticate(context: ExecutionContext): Promise<ServiceCaller | undefined>;
}

/**
 * Ways to call the routes for services without showing a service key. The library itself has none; whoever
 * puts pages in front of its routes registers one while the application starts. What it returns is checked
 * as a service key is: the scope of the route, and the account that it names.
 */
@Injectable()
export class RequestAuthenticators {
  private readonly all: RequestAuthenticator[] = [];

  register(authenticator: RequestAuthenticator): void {
    this.all.push(authenticator);
  }

  async find(context: ExecutionContext): Promise<(ServiceCaller & { source: string }) | undefined> {
    for (const authenticator of this.all) {
      const caller = await authenticator.authenticate(context);
      if (caller) return { ...caller, source: authenticator.source };
    }
    return undefined;
  }
}
