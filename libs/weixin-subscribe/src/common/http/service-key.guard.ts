import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { ServiceKeyError } from '../errors.js';
import { sameSecret } from '../secret.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,512}) *$/i;
const callers = new WeakMap<object, string>();

/** The configured name of the service whose key the request carried. */
export function serviceName(request: object): string | undefined {
  return callers.get(request);
}

/** Lets in services that show one of the configured keys as `Authorization: Bearer <key>`. */
@Injectable()
export class ServiceKeyGuard implements CanActivate {
  constructor(private readonly config: WeixinSubscribeConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (this.config.serviceKeys.length === 0) {
      throw new ServiceKeyError('this door is closed: no service key is configured', {
        remedy: 'Set the "serviceKeys" option.',
      });
    }
    if (key === undefined) {
      throw new ServiceKeyError('a service key is required: send "Authorization: Bearer <key>"');
    }
    // Every key is compared, so that the time taken does not tell which one came close.
    const matches = this.config.serviceKeys.filter((known) => sameSecret(known.key.reveal(), key));
    if (matches.length === 0) throw new ServiceKeyError('the service key is not valid');
    callers.set(request, matches[0].name);
    return true;
  }
}
