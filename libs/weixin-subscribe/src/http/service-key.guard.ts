import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RequestAuthenticators } from './request-authenticators.js';
import { ServiceActions } from './service-actions.js';
import type { ServiceClient } from './service-client.js';
import { ServiceClients } from './service-clients.js';
import { type KnownCaller, RequireScope, rememberCaller } from './service-route.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,512}) *$/i;
/** Of no other scheme: a browser shows `Basic` to a proxy, or to a guard of the host, with each request. */
const SHOWS_KEY = /^\s*Bearer\b/i;

/**
 * Lets in services that show one of the configured keys as `Authorization: Bearer <key>` and have the scope
 * that the route declares with {@link RequireScope}. Who shows no key is let in if one of the
 * {@link RequestAuthenticators} knows who it is. Which account they mean is known later: the route asks
 * {@link ServiceClient.requireAccount}.
 */
@Injectable()
export class ServiceKeyGuard implements CanActivate {
  constructor(
    private readonly clients: ServiceClients,
    private readonly authenticators: RequestAuthenticators,
    private readonly reflector: Reflector,
    private readonly actions: ServiceActions,
  ) {}

  /** @throws {ServiceKeyError} {@link ServiceForbiddenError} */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scope = this.reflector.getAllAndOverride(RequireScope, [context.getHandler(), context.getClass()]);
    // Forgotten by whoever wrote the route: open to nobody rather than to everybody.
    if (scope === undefined) throw new Error(`${context.getHandler().name} declares no scope`);
    const caller = await this.callerOf(context);
    rememberCaller(context.switchToHttp().getRequest<object>(), caller);
    try {
      caller.client.requireScope(scope);
    } catch (error) {
      await this.actions.failed(context, error);
      throw error;
    }
    return true;
  }

  private async callerOf(context: ExecutionContext): Promise<KnownCaller> {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    const { authorization = '' } = headers;
    const key = BEARER.exec(authorization)?.[1];
    const other = SHOWS_KEY.test(authorization) ? undefined : await this.authenticators.find(context);
    return other ?? { client: this.clients.identify(key), source: 'rest' };
  }
}
