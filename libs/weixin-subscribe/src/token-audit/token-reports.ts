import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import type { AccessToken } from '../token/access-token.js';
import { TokenService } from '../token/token.service.js';
import { tokenIdOf } from '../token/token-id.js';
import { TokenAudit } from './token-audit.js';
import type { TokenCaller } from './token-audit.types.js';

/**
 * Takes reports of dead tokens and requests to ask again, and leaves a line in the log about each; of reports
 * in the audit, too.
 */
@Injectable()
export class TokenReports {
  private readonly logger = new LibraryLogger(TokenReports.name);

  constructor(
    private readonly tokens: TokenService,
    private readonly audit: TokenAudit,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
  ) {}

  /**
   * The token to use instead of the one that WeChat refused.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async report(caller: TokenCaller, refused: string): Promise<AccessToken> {
    this.accounts.get(caller.appId);
    const reportedAt = this.clock.now();
    // At the same time: whoever reports can not work until there is another token.
    const noted = this.audit.reported(caller, refused);
    try {
      const token = await this.tokens.refresh(caller.appId, refused);
      const isNew = token.mintedAt.getTime() >= reportedAt;
      this.log(
        caller,
        refused,
        `${isNew ? 'a new one came' : 'it had been replaced'}: ${tokenIdOf(token.accessToken)}`,
      );
      return token;
    } catch (error) {
      this.log(caller, refused, `no other came: ${foreignCause(error).message}`);
      throw error;
    } finally {
      await noted;
    }
  }

  /**
   * Has WeChat asked for a token at once, see {@link TokenService.retry}.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async retry({ client, appId, endpoint }: TokenCaller): Promise<AccessToken> {
    const asked = `client "${client}" (${endpoint}) had WeChat asked again for account ${appId}`;
    try {
      const token = await this.tokens.retry(appId);
      this.logger.log(`${asked}; there is a token: ${tokenIdOf(token.accessToken)}`);
      return token;
    } catch (error) {
      this.logger.log(`${asked}; ${foreignCause(error).message}`);
      throw error;
    }
  }

  private log({ client, appId, endpoint }: TokenCaller, refused: string, outcome: string): void {
    const reported = `access_token ${tokenIdOf(refused)} of account ${appId} as dead`;
    this.logger.log(`client "${client}" (${endpoint}) reported ${reported}; ${outcome}`);
  }
}
