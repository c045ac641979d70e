import { isIPv4 } from 'node:net';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BrowserRoutesConfig } from '../http/http.options.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinConfig } from '../weixin/weixin.options.js';
import { AuthorizationConfig } from './authorization.options.js';

/** The platform's own hosts, those of its regions included. */
const REAL = /^(?:[\w-]+\.)?(?:api\d?|mp)\.weixin\.qq\.com$/;

/** Names, and addresses of IPv4 and IPv6, that only this machine or its network leads to. */
const NEAR_NAME = /^[^.]+$|\.(?:localhost|local|internal|lan|home\.arpa)$/;
const NEAR_V4 =
  /^(?:0|10|127)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;
const NEAR_V6 = /^\[(?:::1?\]|f[cd]|fe[89ab])/;

/** Callers choose what their Host header says, and each other one is a line. */
const MOST_NAMED = 8;

/**
 * Says at start when `publicBaseUrl` is of this machine or its network while the platform is the real one:
 * WeChat refuses the confirm page for such a domain, and its pushes do not arrive. With the simulator it is
 * what everybody has. And says when a browser asks at another address than the one it will come back to.
 */
@Injectable()
export class PublicAddress implements OnApplicationBootstrap {
  private readonly logger = new LibraryLogger('PublicAddress');
  private readonly named = new Set<string>();

  constructor(
    private readonly routes: BrowserRoutesConfig,
    private readonly weixin: WeixinConfig,
    private readonly authorization: AuthorizationConfig,
  ) {}

  onApplicationBootstrap(): void {
    const platform = [this.weixin.apiBaseUrl, this.authorization.mpBaseUrl]
      .map((address) => new URL(address).hostname)
      .find((host) => REAL.test(host));
    const { option, origin, hostname } = this.wayBack;
    if (platform === undefined || !isNearby(hostname)) return;
    this.logger.warn(
      `${option} is ${origin}, which only this machine or its network can reach, but ${platform} is the real WeChat: ` +
        'it refuses its confirm page for that domain, and its pushes do not arrive. Give it a domain of the ' +
        "account's settings, as browsers call it. With the simulator (apiBaseUrl and mpBaseUrl) this address is fine.",
    );
  }

  /**
   * A browser is asked at the address that its request names, as 127.0.0.1, and brought back to that of the
   * options, as localhost: there it does not show the cookie, or nobody listens. One line for each address,
   * since a proxy may have written its own into the request, and then all is well; where one is this
   * machine's or its network's and the other is not, a proxy stands between for sure.
   */
  compare(request: object): void {
    const asked = hostOf(request);
    const { option, origin, hostname, protocol, host } = this.wayBack;
    if (asked === undefined || asked === host || this.named.has(asked)) return;
    const url = URL.canParse(`${protocol}//${asked}`) ? new URL(`${protocol}//${asked}`) : undefined;
    if (!url || url.host === host || isNearby(url.hostname) !== isNearby(hostname)) return;
    if (this.named.size >= MOST_NAMED) return;
    this.named.add(asked);
    this.logger.warn(
      `A browser asked at ${url.host}, but ${option} is ${origin}: WeChat brings it back there, where it shows ` +
        'another cookie, or none (WEIXIN_STATE_FOREIGN). ' +
        `Open ${origin}, or change the option; if a proxy has rewritten the host, all is well.`,
    );
  }

  private get wayBack() {
    const { callbackUrl } = this.authorization;
    const option = callbackUrl === undefined ? 'publicBaseUrl' : 'authorization.callbackUrl';
    const url = callbackUrl === undefined ? this.routes.publicBaseUrl : new URL(callbackUrl);
    const { origin, hostname, protocol, host } = url;
    return { option, origin, hostname, protocol, host };
  }
}

/** As the browser wrote it, where a proxy says so. */
function hostOf(request: object): string | undefined {
  const { headers } = request as { headers: Record<string, string | string[] | undefined> };
  const [given] = [headers['x-forwarded-host'] ?? headers.host].flat();
  return given?.split(',')[0].trim().toLowerCase();
}

/** @param hostname as `URL` writes it: lower case, IPv6 in brackets */
function isNearby(hostname: string): boolean {
  if (isIPv4(hostname)) return NEAR_V4.test(hostname);
  return hostname.startsWith('[') ? NEAR_V6.test(hostname) : NEAR_NAME.test(hostname);
}
