import { AccountKindError } from '../../account/account.errors.js';
import type { AccountConfig } from '../../account/account.options.js';
import { CentralTokenService } from '../central-token.service.js';
import type { MintingAccount } from '../store/token.store.js';

/**
 * What is left of a ticket nobody can tell: WeChat says a whole lifetime whenever it is asked. So it is asked
 * again when half of one is over by our own count.
 */
const REFRESH_MARGIN_MS = 3_600_000;

/** The machinery of access_tokens, for tickets: one mint for all processes, fenced, sealed at rest. */
export class CentralTicketService extends CentralTokenService {
  protected override account(appId: string): MintingAccount {
    return ticketOf(super.account(appId) as AccountConfig);
  }
}

function ticketOf(account: AccountConfig): MintingAccount {
  if (account.kind === 'mini-program')
    throw new AccountKindError(`account "${account.appId}" is a mini-program, which has no jsapi_ticket`);
  return { ...account, tokenFamily: 'jsapi-ticket', refreshMarginMs: REFRESH_MARGIN_MS };
}
