import { Injectable } from '@nestjs/common';
import type { WeixinAccountOptions } from '../account/account.options.js';
import { type AccountNotice, AccountSource } from '../account/account-source.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { nextTurn } from '../kernel/next-turn.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { AccountRepository } from './account.repository.js';
import type { StoredAccount } from './account.types.js';

/** Name of the task that looks for what other processes changed. */
export const ACCOUNT_CHANGES = 'account-changes';
const EVERY_SECONDS = 2;
const PAGE = 200;

/** The accounts of the host's database, which `POST /weixin/accounts` adds to. */
@Injectable()
export class DatabaseAccountSource extends AccountSource {
  private readonly logger = new LibraryLogger('Accounts');
  /** What is older is known here. `undefined` until the list was read. */
  private revision?: number;
  private changed: AccountNotice = async () => true;

  constructor(
    tasks: BackgroundTasks,
    private readonly accounts: AccountRepository,
  ) {
    super();
    tasks.register({
      name: ACCOUNT_CHANGES,
      everySeconds: EVERY_SECONDS,
      always: true,
      run: () => this.catchUp(),
    });
  }

  override async list(): Promise<WeixinAccountOptions[]> {
    // Before the rows are read: what changes meanwhile is read again.
    const revision = await this.accounts.latestRevision();
    const found: WeixinAccountOptions[] = [];
    let after: string | undefined = '';
    while (after !== undefined) {
      const rows = await this.accounts.page(after, PAGE);
      for (const row of rows) {
        try {
          found.push(this.told(row.app_id, this.accounts.toAccount(row)));
        } catch (error) {
          const reason = foreignCause(error).message;
          this.logger.error(`account ${row.app_id} is not used: ${reason}`, { appId: row.app_id, reason });
        }
      }
      after = rows.length < PAGE ? undefined : rows[rows.length - 1].app_id;
      // Opening the secrets of a page keeps the event loop for a millisecond or two.
      await nextTurn();
    }
    this.revision ??= revision;
    return found;
  }

  override async find(appId: string): Promise<WeixinAccountOptions | undefined> {
    const found = await this.accounts.find(appId);
    return found && this.told(appId, found);
  }

  override watch(changed: AccountNotice): () => void {
    this.changed = changed;
    return () => {
      this.changed = async () => true;
    };
  }

  /** Without its secrets an account that needs them goes on as it was: whoever takes it over sees to that. */
  private told(appId: string, { options, unreadable }: StoredAccount): WeixinAccountOptions {
    if (unreadable !== undefined)
      this.logger.error(`account ${appId}: its secrets can not be read: ${unreadable}`, {
        appId,
        reason: unreadable,
      });
    return options;
  }

  private async catchUp(): Promise<void> {
    if (this.revision === undefined) return;
    for (;;) {
      const changes = await this.accounts.changedFrom(this.revision, PAGE);
      if (changes.length === 0 && this.revision > 0) return this.startOver();
      for (const { appId, revision } of changes) {
        if (revision === this.revision) continue;
        // Looked for again at the next run.
        if (!(await this.changed(appId))) return;
        this.revision = revision;
      }
      if (changes.length < PAGE) return;
    }
  }

  /** The database came back from a backup: its revisions begin anew at what that had. */
  private async startOver(): Promise<void> {
    this.logger.warn('the accounts in the database are older than those known here: they are read anew');
    const revision = await this.accounts.latestRevision();
    if (await this.changed()) this.revision = revision;
  }
}
