import { Injectable } from '@nestjs/common';
import { allowedAddress } from '../config/return-addresses.js';
import { WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { ReturnToRefusedError } from './authorization.errors.js';

/** Decides where a browser may be sent. Without this check our callback would send anybody anywhere (open redirect). */
@Injectable()
export class ReturnTo {
  constructor(private readonly config: WeixinSubscribeConfig) {}

  /**
   * The absolute address for what a caller asked; a path is taken as one of ours.
   * @throws {ReturnToRefusedError}
   */
  check(asked: string | undefined): string {
    const { publicBaseUrl, authorization } = this.config;
    const address = asked ?? authorization.defaultReturnTo;
    if (address === undefined)
      throw new ReturnToRefusedError('returnTo is required: it says where the user goes afterwards');
    const url = allowedAddress(address, publicBaseUrl, authorization.returnTo);
    if (!url) {
      throw new ReturnToRefusedError('returnTo is not under one of the allowed addresses', {
        remedy: 'Add its origin (and path) to the "authorization.returnTo" option.',
      });
    }
    return url.href;
  }
}

/** `returnTo` with the answer, as `subscribe=confirmed` or `subscribe=cancelled`. */
export function withAnswer(returnTo: string, answer: 'confirmed' | 'cancelled'): string {
  const url = new URL(returnTo);
  url.searchParams.set('subscribe', answer);
  return url.href;
}
