import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { isAccessToken } from '../access-token.js';
import { AuthorizedApiClient } from '../authorized-api.client.js';
import { lifetime, type MintedToken, refusal, TokenMinter } from '../mint/token.minter.js';
import type { MintingAccount } from '../store/token.store.js';

/**
 * Asks the platform for a jsapi_ticket, once. While the last one lives WeChat answers it again, with a whole
 * lifetime each time, so what is left of one nobody can tell. But one that WeChat still gave out works for at
 * least an hour more, also beside its successor: half of the stated lifetime is believed (docs/platform.md
 * §14.1).
 */
@Injectable()
export class TicketMinter extends TokenMinter {
  constructor(
    private readonly clock: Clock,
    private readonly api: AuthorizedApiClient,
  ) {
    super();
  }

  /** @throws {TokenUnavailableError} {@link DatabaseError} also where there is no access_token to ask with */
  override async mint({ appId, tokenFamily }: MintingAccount): Promise<MintedToken> {
    const mintedAt = this.clock.now();
    const answer = await this.api.call(appId, {
      method: 'GET',
      path: '/cgi-bin/ticket/getticket',
      query: { type: 'jsapi' },
    });
    const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
    const { ticket, expires_in: expiresIn } = body;
    if (!isAccessToken(ticket)) throw refusal(appId, answer, tokenFamily);
    return {
      accessToken: ticket,
      mintedAt: new Date(mintedAt),
      expiresAt: new Date(mintedAt + 1000 * Math.floor(lifetime(expiresIn) / 2)),
    };
  }
}
