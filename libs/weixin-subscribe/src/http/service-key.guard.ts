import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ServiceClient } from './service-client.js';
import { ServiceClients } from './service-clients.js';
import { RequireScope, rememberClient } from './service-route.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,512}) *$/i;

/**
 * Lets in services that show one of the configured keys as `Authorization: Bearer <key>` and have the scope
 * that the route declares with {@link RequireScope}. Which account they mean is known later: the route asks
 * {@link ServiceClient.requireAccount}.
 */
@Injectable()
export class ServiceKeyGuard implements CanActivate {
  constructor(
    private readonly clients: ServiceClients,
    private readonly reflector: Reflector,
  ) {}

  /** @throws {ServiceKeyError} {@link ServiceForbiddenError} */
  canActivate(context: ExecutionContext): boolean {
    const scope = this.reflector.getAllAndOverride(RequireScope, [context.getHandler(), context.getClass()]);
    // Forgotten by whoever wrote the route: open to nobody rather than to everybody.
    if (scope === undefined) throw new Error(`${context.getHandler().name} declares no scope`);
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    const client = this.clients.identify(BEARER.exec(request.headers.authorization ?? '')?.[1]);
    client.requireScope(scope);
    rememberClient(request, client);
    return true;
  }
}
