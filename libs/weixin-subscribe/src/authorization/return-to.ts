import { Injectable } from '@nestjs/common';
import { BrowserRoutesConfig } from '../http/http.options.js';
import { ReturnToRefusedError } from './authorization.errors.js';
import { AuthorizationConfig } from './authorization.options.js';
import { allowedAddress } from './return-addresses.js';

/**
 * Decides where a browser may be sent. Without this check our callback would send anybody anywhere (open
 * redirect).
 */
@Injectable()
export class ReturnTo {
  constructor(
    private readonly routes: BrowserRoutesConfig,
    private readonly config: AuthorizationConfig,
  ) {}

  /**
   * The absolute address for what a caller asked; a path is taken as one of ours.
   * @throws {ReturnToRefusedError}
   */
  check(asked: string | undefined): string {
    const address = asked ?? this.config.defaultReturnTo;
    if (address === undefined)
      throw new ReturnToRefusedError('returnTo is required: it says where the user goes afterwards');
    const url = allowedAddress(address, this.routes.publicBaseUrl, this.config.returnTo);
    if (!url) {
      throw new ReturnToRefusedError('returnTo is not under one of the allowed addresses', {
        remedy: 'Add its origin (and path) to the "authorization.returnTo" option.',
      });
    }
    return url.href;
  }
}

const ANSWER = 'subscribe';
const PARTS = /^([^?#]*)(?:\?([^#]*))?(.*)$/s;

/**
 * `returnTo` with the answer, as `subscribe=confirmed` or `subscribe=cancelled`.
 * @param returnTo as {@link ReturnTo.check} gave it
 */
export function withAnswer(returnTo: string, answer: 'confirmed' | 'cancelled'): string {
  const [, address, query = '', fragment] = PARTS.exec(returnTo) ?? [];
  // Each pair as it is: `URLSearchParams` would read the bytes of another encoding as UTF-8, and lose them.
  const others = query
    .split('&')
    .filter((pair) => pair !== '' && !new URLSearchParams(`&${pair}`).has(ANSWER));
  return `${address}?${[...others, `${ANSWER}=${answer}`].join('&')}${fragment}`;
}
