import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { TokenService } from './token.service.js';

const EVERY_SECONDS = 30;

/** Refreshes every account's token ahead of its end, and picks up what other processes stored. */
@Injectable()
export class TokenScheduler {
  private readonly logger = new LibraryLogger(TokenScheduler.name);

  constructor(
    tasks: BackgroundTasks,
    private readonly accounts: Accounts,
    private readonly tokens: TokenService,
  ) {
    tasks.register({ name: 'token-refresh', everySeconds: EVERY_SECONDS, run: () => this.refreshAll() });
  }

  private async refreshAll(): Promise<void> {
    await Promise.all(this.accounts.all().map(({ appId }) => this.refresh(appId)));
  }

  private async refresh(appId: string): Promise<void> {
    try {
      await this.tokens.refreshAhead(appId);
    } catch (error) {
      const { message, remedy } = error as { message: string; remedy?: string };
      this.logger.warn([foreignCause({ message }).message, remedy].filter(Boolean).join(' '));
    }
  }
}
