import type { OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { LibraryLogger } from './kernel/library-logger.js';
import { placeOf } from './sql/own-data-source.js';
import type { TokenServiceConfig } from './weixin-token.config.js';

/**
 * One line at start with what a wrong environment is seen by first: the database, whose it is, and which
 * WeChat is called.
 */
export class StartLine implements OnApplicationBootstrap {
  private readonly logger = new LibraryLogger('Weixin');

  /** @param owner whose DataSource it is, as the line names it */
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Pick<TokenServiceConfig, 'accounts' | 'sourced' | 'weixin'>,
    private readonly owner: string,
  ) {}

  onApplicationBootstrap(): void {
    const { accounts, sourced, weixin } = this.config;
    const count = `${accounts.size} account${accounts.size === 1 ? '' : 's'}${sourced ? ' and those of the source' : ''}`;
    // A gateway may have a secret in its path.
    const { origin } = new URL(weixin.apiBaseUrl);
    this.logger.log(
      `database: ${placeOf(this.dataSource.options)} (${this.owner}); WeChat: ${origin}; ${count}`,
    );
  }
}
