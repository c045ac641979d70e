import { Injectable } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { TokenConfig } from '../token/token.options.js';
import { CentralConnection, type CentralToken } from './central-connection.js';
import { RemoteTokenService } from './remote-token.service.js';

/** The central's tickets in place of its tokens. */
@Injectable()
export class CentralTickets extends CentralConnection {
  override token(appId: string): Promise<CentralToken> {
    return this.ticket(appId);
  }
}

/** Tickets of a process without AppSecret: it reads them from its central, as it reads access_tokens. */
@Injectable()
export class RemoteTicketService extends RemoteTokenService {
  constructor(
    accounts: Accounts,
    central: CentralTickets,
    clock: Clock,
    config: TokenConfig,
    use: AccountUse,
  ) {
    super(accounts, central, clock, config, use);
  }
}
