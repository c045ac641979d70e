import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { named } from '../kernel/named.js';
import type { ServiceCaller } from './request-authenticators.js';
import type { ServiceClient } from './service-client.js';
import type { ServiceScope } from './service-scopes.js';

/** A caller, and how it came: `rest` with a service key. */
export type KnownCaller = ServiceCaller & {
  source: string;
  /** The account that its request turned out to be about. */
  appId?: string;
};

const callers = new WeakMap<object, KnownCaller>();

/** What a client needs to call a route behind the {@link ServiceKeyGuard}. Every such route declares one. */
export const RequireScope = named('RequireScope', Reflector.createDecorator<ServiceScope>());

/**
 * The service that calls: a parameter of a route behind the {@link ServiceKeyGuard}. What its handler asks it
 * about is what the request is about, and the audit log names it, whatever the caller wrote.
 */
export const Client = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const caller = callerOf(context.switchToHttp().getRequest<object>());
  return caller && noting(caller.client, caller);
});

/** The same client, which writes down the account that it is asked about. */
function noting(client: ServiceClient, caller: KnownCaller): ServiceClient {
  const mayUse = (appId: string): boolean => {
    caller.appId = appId;
    return client.mayUse(appId);
  };
  return Object.create(client, { mayUse: { value: mayUse } });
}

export function rememberCaller(request: object, caller: KnownCaller): void {
  callers.set(request, caller);
}

/** Who made a request that a {@link ServiceKeyGuard} let in, or refused for want of a scope. */
export const callerOf = (request: object): KnownCaller | undefined => callers.get(request);
