import { type CanActivate, type ExecutionContext, Inject, Injectable, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';

export const HOST_GUARDS = Symbol('WeixinConsoleGuards');

/** The host's guards, asked about requests that reach the REST API rather than the console's own routes. */
@Injectable()
export class HostGuards {
  constructor(
    @Inject(HOST_GUARDS) private readonly guards: Type<CanActivate>[],
    private readonly modules: ModuleRef,
  ) {}

  /** @throws what a guard throws */
  async letIn(context: ExecutionContext): Promise<boolean> {
    for (const guard of this.guards) {
      const answer = await this.modules.get(guard).canActivate(context);
      if (!(isObservable(answer) ? await lastValueFrom(answer) : answer)) return false;
    }
    return true;
  }
}
