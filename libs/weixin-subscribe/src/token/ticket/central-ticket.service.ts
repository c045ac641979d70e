import { AccountKindError } from '../../account/account.errors.js';
import { CentralTokenService } from '../central-token.service.js';
import type { MintingAccount } from '../store/token.store.js';

/** A third of what is believed of its life: WeChat is asked about every 40 minutes. */
const REFRESH_MARGIN_MS = 1_200_000;

/** The machinery of access_tokens, for tickets: one mint for all processes, fenced, sealed at rest. */
export class CentralTicketService extends CentralTokenService {
  protected override account(appId: string): MintingAccount {
    return ticketOf(super.account(appId));
  }
}

function ticketOf(account: MintingAccount): MintingAccount {
  if (account.kind === 'mini-program')
    throw new AccountKindError(`account "${account.appId}" is a mini-program, which has no jsapi_ticket`);
  return { ...account, tokenFamily: 'jsapi-ticket', refreshMarginMs: REFRESH_MARGIN_MS };
}
