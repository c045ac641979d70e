import { Injectable } from '@nestjs/common';
import { sameSecret } from '../kernel/secret.js';
import { ServiceKeyError } from './http.errors.js';
import { RoutesConfig } from './http.options.js';
import type { ServiceClient } from './service-client.js';

/** Knows the company's services by their keys. */
@Injectable()
export class ServiceClients {
  constructor(private readonly config: RoutesConfig) {}

  /**
   * Whose key this is. Every key is compared, so that the time taken does not tell which one came close.
   * @throws {ServiceKeyError} none was shown, it is nobody's, or no key is configured at all
   */
  identify(key: string | undefined): ServiceClient {
    const { serviceKeys } = this.config;
    if (serviceKeys.length === 0) {
      throw new ServiceKeyError('this endpoint is closed: no service key is configured', {
        remedy: 'Set the "serviceKeys" option.',
      });
    }
    if (key === undefined)
      throw new ServiceKeyError('a service key is required: send "Authorization: Bearer <key>"');
    const matches = serviceKeys.filter((known) => sameSecret(known.key.reveal(), key));
    if (matches.length === 0)
      throw new ServiceKeyError('the service key is not valid', {
        remedy: 'Send one of the keys of the "serviceKeys" option, as "Authorization: Bearer <key>".',
      });
    return matches[0].client;
  }
}
