import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { OptionChecks } from '../kernel/option-checks.js';
import type { RoutesConfig } from './http.options.js';
import { RequestAuthenticators } from './request-authenticators.js';
import { ServiceActions } from './service-actions.js';
import { ServiceClients } from './service-clients.js';
import { ServiceKeyGuard } from './service-key.guard.js';
import { resolveServiceKeys } from './service-keys.options.js';
import { RequireScope } from './service-route.js';

const KEY = 'the-key-of-a-client-0001';

class Routes {
  @RequireScope('token:read')
  declared(): void {}
  forgotten(): void {}
}

const serviceKeys = resolveServiceKeys(new OptionChecks(), { a: KEY }, new Map());
const guard = new ServiceKeyGuard(
  new ServiceClients({ serviceKeys } as unknown as RoutesConfig),
  new RequestAuthenticators(),
  new Reflector(),
  new ServiceActions(new Reflector()),
);
const calling = (route: keyof Routes) =>
  ({
    getHandler: () => Routes.prototype[route],
    getClass: () => Routes,
    switchToHttp: () => ({ getRequest: () => ({ headers: { authorization: `Bearer ${KEY}` } }) }),
  }) as unknown as ExecutionContext;

it('a route that declares no scope is open to nobody, not even to a client with every right', async () => {
  await expect(guard.canActivate(calling('declared'))).resolves.toBe(true);
  await expect(guard.canActivate(calling('forgotten'))).rejects.toThrow('forgotten declares no scope');
});
