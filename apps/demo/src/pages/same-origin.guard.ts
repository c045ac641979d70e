import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';

/**
 * Refuses forms that another site posts in a visitor's name. Every browser of the last years sends `Origin`
 * with a POST; it must be the app's own public address, which also keeps out a foreign name that was pointed
 * at our address (DNS rebinding).
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  private readonly origin: string;

  constructor({ PUBLIC_BASE_URL }: Environment) {
    this.origin = new URL(PUBLIC_BASE_URL).origin;
  }

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { origin?: string } }>();
    if (headers.origin === this.origin) return true;
    throw new ForbiddenException(`this form is only taken from ${this.origin}`);
  }
}
