import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
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
    const { defaultReturnTo } = this.config.authorization;
    const address = asked ?? defaultReturnTo;
    if (address === undefined)
      throw new ReturnToRefusedError('returnTo is required: it says where the user goes afterwards');
    // The parser of WHATWG is the one browsers use: whatever it makes of backslashes, credentials and dots, so do they.
    const url = URL.canParse(address, this.config.publicBaseUrl)
      ? new URL(address, this.config.publicBaseUrl)
      : undefined;
    if (!url || !this.isAllowed(url)) {
      throw new ReturnToRefusedError('returnTo is not under one of the allowed addresses', {
        remedy: 'Add its origin (and path) to the "authorization.returnTo" option.',
      });
    }
    return url.href;
  }

  private isAllowed(url: URL): boolean {
    if (url.username !== '' || url.password !== '' || url.href.length > 2048) return false;
    return this.config.authorization.returnTo.some((allowed) => {
      const path = allowed.pathname.replace(/\/$/, '');
      return url.origin === allowed.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
    });
  }
}

/** `returnTo` with the answer, as `subscribe=confirmed` or `subscribe=cancelled`. */
export function withAnswer(returnTo: string, answer: 'confirmed' | 'cancelled'): string {
  const url = new URL(returnTo);
  url.searchParams.set('subscribe', answer);
  return url.href;
}
