import { Injectable } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { inParallel } from '../upkeep/in-parallel.js';
import { TokenService } from './token.service.js';

const EVERY_SECONDS = 30;

/** Accounts looked after at once: each takes a connection to the store, and some a call to WeChat. */
const AT_ONCE = 8;

/**
 * Refreshes the token of every account in use ahead of its end, and picks up what other processes stored. One
 * of a source that this process has not used for two hours is left alone: it costs no mint.
 */
@Injectable()
export class TokenScheduler {
  private readonly logger = new LibraryLogger(TokenScheduler.name);

  constructor(
    tasks: BackgroundTasks,
    private readonly accounts: Accounts,
    private readonly tokens: TokenService,
    private readonly use: AccountUse,
  ) {
    tasks.register({ name: 'token-refresh', everySeconds: EVERY_SECONDS, run: () => this.refreshAll() });
  }

  private async refreshAll(): Promise<void> {
    const used = this.accounts.all().filter((account) => account.enabled && this.use.isUsed(account.appId));
    await inParallel(used, AT_ONCE, ({ appId }) => this.refresh(appId));
  }

  private async refresh(appId: string): Promise<void> {
    try {
      await this.tokens.refreshAhead(appId);
    } catch (error) {
      const { message, remedy } = error as { message: string; remedy?: string };
      this.logger.warn([foreignCause({ message }).message, remedy].filter(Boolean).join('. '));
    }
  }
}
