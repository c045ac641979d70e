import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RoutesConfig } from './http.options.js';
import { RateLimits } from './rate-limits.js';
import { Subjects } from './subjects.js';

/**
 * First at the endpoints that anybody can reach: limits calls per address, which is the adapter's
 * `request.ip`. Behind a proxy the host has to set `trust proxy`, or everybody shares one.
 */
@Injectable()
export class AddressLimitGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimits,
    private readonly config: RoutesConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.config.rateLimit.perMinute === 0 || this.limits.byAddress.canActivate(context);
  }
}

/**
 * Last at those endpoints, behind the host's own guards: asks the host who is calling, and limits calls per
 * subject.
 */
@Injectable()
export class SubjectGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimits,
    private readonly subjects: Subjects,
    private readonly config: RoutesConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return !this.subjects.areAsked || this.isWithinLimit(context);
  }

  private async isWithinLimit(context: ExecutionContext): Promise<boolean> {
    const subject = await this.subjects.resolve(context);
    return !subject || this.config.rateLimit.perMinute === 0 || this.limits.bySubject.canActivate(context);
  }
}
