import { Injectable } from '@nestjs/common';
import { secretOf } from '../account/credential.options.js';
import { Clock } from '../kernel/clock.js';
import { isAccessToken } from '../token/access-token.js';
import {
  lifetime,
  type MintedToken,
  type MintTerms,
  refusal,
  stillDead,
  TokenMinter,
} from '../token/mint/token.minter.js';
import type { MintingAccount } from '../token/store/token.store.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import { WeixinApiClient } from '../weixin/weixin-api.client.js';
import { ComponentTicketRepository } from './component-ticket.repository.js';

/** How long a ticket works (docs/platform.md §16.1). */
const TICKET_MS = 12 * 3_600_000;

/** Asks for a component_access_token with the newest ticket that was pushed. */
@Injectable()
export class ComponentMinter extends TokenMinter {
  constructor(
    private readonly client: WeixinApiClient,
    private readonly tickets: ComponentTicketRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async mint(account: MintingAccount, terms: MintTerms): Promise<MintedToken> {
    const { appId, tokenFamily } = account;
    const ticket = await this.newest(appId);
    const secret = secretOf(account)?.reveal() ?? '';
    const mintedAt = this.clock.now();
    const answer = await this.client.call({
      method: 'POST',
      path: '/cgi-bin/component/api_component_token',
      query: {},
      body: JSON.stringify({
        component_appid: appId,
        component_appsecret: secret,
        component_verify_ticket: ticket,
      }),
      context: 'token',
      secrets: [secret, ticket],
    });
    const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
    const { component_access_token: accessToken, expires_in: expiresIn } = body;
    if (!isAccessToken(accessToken)) throw refusal(appId, answer, tokenFamily);
    if (terms.isDead(accessToken)) throw stillDead(appId, { mayHaveMinted: true });
    return {
      accessToken,
      mintedAt: new Date(mintedAt),
      expiresAt: new Date(mintedAt + 1000 * lifetime(expiresIn)),
    };
  }

  private async newest(appId: string): Promise<string> {
    const found = await this.tickets.newest(appId);
    const age = this.clock.now() - (found?.issuedAt.getTime() ?? 0);
    if (found && age < TICKET_MS) return found.ticket;
    const what = found
      ? 'the last component_verify_ticket is more than 12 hours old'
      : 'no component_verify_ticket has come';
    throw new TokenUnavailableError(`no component_access_token for ${appId}: ${what}`, undefined, {
      notAsked: true,
      remedy:
        'WeChat pushes one every 10 minutes to the address of authorisation events (weixin/component/events): compare address, Token and key with the page of the platform, and its log of pushes.',
    });
  }
}
