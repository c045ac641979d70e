import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ServiceClient } from './service-client.js';
import type { ServiceScope } from './service-scopes.js';

const clients = new WeakMap<object, ServiceClient>();

/** What a client needs to call a route behind the {@link ServiceKeyGuard}. Every such route declares one. */
export const RequireScope = Reflector.createDecorator<ServiceScope>();

/** The service that calls: a parameter of a route behind the {@link ServiceKeyGuard}. */
export const Client = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  clients.get(context.switchToHttp().getRequest<object>()),
);

export function rememberClient(request: object, client: ServiceClient): void {
  clients.set(request, client);
}
