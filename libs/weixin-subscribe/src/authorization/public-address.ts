import { isIPv4 } from 'node:net';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BrowserRoutesConfig } from '../http/http.options.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinConfig } from '../weixin/weixin.options.js';
import { AuthorizationConfig } from './authorization.options.js';

/** The platform's own hosts, those of its regions included. */
const REAL = /^(?:[\w-]+\.)?(?:api\d?|mp)\.weixin\.qq\.com$/;

/** Names, and addresses of IPv4 and IPv6, that only this machine or its network leads to. */
const NEAR_NAME = /^localhost$|\.(?:localhost|local|internal|lan|home\.arpa)$/;
const NEAR_V4 =
  /^(?:0|10|127)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;
const NEAR_V6 = /^\[(?:::1?\]|f[cd]|fe[89ab])/;

/**
 * Says at start when `publicBaseUrl` is of this machine or its network while the platform is the real one:
 * WeChat refuses the confirm page for such a domain, and its pushes do not arrive. With the simulator it is
 * what everybody has.
 */
@Injectable()
export class PublicAddress implements OnApplicationBootstrap {
  private readonly logger = new LibraryLogger('PublicAddress');

  constructor(
    private readonly routes: BrowserRoutesConfig,
    private readonly weixin: WeixinConfig,
    private readonly authorization: AuthorizationConfig,
  ) {}

  onApplicationBootstrap(): void {
    const platform = [this.weixin.apiBaseUrl, this.authorization.mpBaseUrl]
      .map((address) => new URL(address).hostname)
      .find((host) => REAL.test(host));
    const { callbackUrl } = this.authorization;
    const { origin, hostname } = callbackUrl === undefined ? this.routes.publicBaseUrl : new URL(callbackUrl);
    if (platform === undefined || !isNearby(hostname)) return;
    this.logger.warn(
      `${callbackUrl === undefined ? 'publicBaseUrl' : 'authorization.callbackUrl'} is ${origin}, which only this machine or its network can reach, but ${platform} is the real WeChat: ` +
        'it refuses its confirm page for that domain, and its pushes do not arrive. Give it a domain of the ' +
        "account's settings, as browsers call it. With the simulator (apiBaseUrl and mpBaseUrl) this address is fine.",
    );
  }
}

/** @param hostname as `URL` writes it: lower case, IPv6 in brackets */
function isNearby(hostname: string): boolean {
  if (isIPv4(hostname)) return NEAR_V4.test(hostname);
  return hostname.startsWith('[') ? NEAR_V6.test(hostname) : NEAR_NAME.test(hostname);
}
