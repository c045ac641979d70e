import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { tokenIdOf } from '../token/token-id.js';
import { WeixinApiClient } from '../weixin/weixin-api.client.js';

const PAUSE_MS = 10_000;

interface Check {
  tokenId: string;
  startedAt: number;
  refused: Promise<boolean>;
  isOpen: boolean;
}

/**
 * Asks WeChat whether it still takes a token, by the cheapest call there is. Per process and account one
 * check at a time, and one in 10 s at most, whoever asks: a client that asks for its token in a loop costs
 * the platform nothing more.
 */
@Injectable()
export class TokenVerifier {
  private readonly checks = new Map<string, Check>();

  constructor(
    private readonly client: WeixinApiClient,
    private readonly clock: Clock,
  ) {}

  /**
   * `true` only when WeChat refuses this very token (40001, 40014, 42001), which it does for good. Everything
   * else, no answer and no check included, says nothing against the token. May take as long as
   * `http.timeoutMs`. Never rejects.
   */
  async isRefused(appId: string, accessToken: string): Promise<boolean> {
    const tokenId = tokenIdOf(accessToken);
    const last = this.checks.get(appId);
    if (last && (last.isOpen || this.isRecent(last))) return last.tokenId === tokenId && last.refused;
    const check = { tokenId, startedAt: this.clock.now(), refused: this.ask(accessToken), isOpen: true };
    this.checks.set(appId, check);
    const refused = await check.refused;
    check.isOpen = false;
    return refused;
  }

  /** In either direction: a clock that was set back must not keep checks from being made. */
  private isRecent({ startedAt }: Check): boolean {
    return Math.abs(this.clock.now() - startedAt) < PAUSE_MS;
  }

  private async ask(accessToken: string): Promise<boolean> {
    const answer = await this.client.call({
      method: 'GET',
      path: '/cgi-bin/get_api_domain_ip',
      query: { access_token: accessToken },
      secrets: [accessToken],
    });
    return answer.kind === 'answered' && answer.facts.errclass === 'refresh-token-and-retry';
  }
}
