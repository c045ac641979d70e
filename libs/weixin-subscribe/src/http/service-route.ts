import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { named } from '../kernel/named.js';
import type { ServiceCaller } from './request-authenticators.js';
import type { ServiceScope } from './service-scopes.js';

/** A caller, and how it came: `rest` with a service key. */
export type KnownCaller = ServiceCaller & { source: string };

const callers = new WeakMap<object, KnownCaller>();

/** What a client needs to call a route behind the {@link ServiceKeyGuard}. Every such route declares one. */
export const RequireScope = named('RequireScope', Reflector.createDecorator<ServiceScope>());

/** The service that calls: a parameter of a route behind the {@link ServiceKeyGuard}. */
export const Client = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    callerOf(context.switchToHttp().getRequest<object>())?.client,
);

export function rememberCaller(request: object, caller: KnownCaller): void {
  callers.set(request, caller);
}

/** Who made a request that a {@link ServiceKeyGuard} let in, or refused for want of a scope. */
export const callerOf = (request: object): KnownCaller | undefined => callers.get(request);
