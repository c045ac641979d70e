import { Inject, Injectable, Optional } from '@nestjs/common';
import { UnknownAccountError } from '../account/account.errors.js';
import type { WeixinAccountOptions } from '../account/account.options.js';
import { AccountSource } from '../account/account-source.js';
import { Accounts } from '../account/accounts.js';
import { foreignCause, InvalidInputError, InvalidOptionsError } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { tooManyBytes } from '../sql/column-sizes.js';
import { AccountExistsError, AccountNotEditableError } from './account.errors.js';
import { AccountRepository } from './account.repository.js';
import type { AccountAction, AccountChangeRecord, StoredAccount } from './account.types.js';
import { AccountDirectory } from './account-directory.js';
import { DatabaseAccountSource } from './database-account-source.js';
import type { AddAccountDto, ChangeAccountDto } from './dto/account.dto.js';

const MOST_CHANGES = 100;

export interface AccountPage {
  /** The appId that the page before ended with. */
  after?: string;
  /** @default 100 */
  limit?: number;
  among?: ReadonlySet<string>;
}

/**
 * The accounts of the database: added, changed, switched off and removed while the application runs. This
 * process follows before a method resolves, the others within 2 s.
 */
@Injectable()
export class AccountService {
  private readonly logger = new LibraryLogger('Accounts');

  constructor(
    private readonly repository: AccountRepository,
    private readonly accounts: Accounts,
    private readonly directory: AccountDirectory,
    private readonly events: WeixinEvents,
    @Optional() @Inject(AccountSource) private readonly source?: AccountSource,
  ) {}

  /**
   * A page in the order of appIds, of all or of those `among` a few.
   * @throws {DatabaseError}
   */
  async list({ after = '', limit = 100, among }: AccountPage = {}): Promise<StoredAccount[]> {
    this.requireDatabase();
    const rows = among
      ? await this.repository.pageOf([...among], after, limit)
      : await this.repository.page(after, limit);
    return rows.map((row) => this.repository.toAccount(row));
  }

  /** @throws {UnknownAccountError} {@link DatabaseError} */
  async get(appId: string): Promise<StoredAccount> {
    this.requireDatabase();
    const account = await this.repository.find(appId);
    if (!account) throw new UnknownAccountError(appId);
    return account;
  }

  /**
   * @param client who does it, for the record
   * @throws {InvalidInputError} {@link AccountExistsError} {@link AccountNotEditableError}
   * {@link DatabaseError}
   */
  async add(input: AddAccountDto, client: string): Promise<StoredAccount> {
    const { appId } = input;
    this.requireEditable(appId);
    const options = this.checked(withoutNulls({ ...input }) as unknown as WeixinAccountOptions);
    const added = await this.repository.change(
      appId,
      (known) => {
        if (known) throw new AccountExistsError(appId);
        return options;
      },
      { client, fields: namesOf(input) },
    );
    await this.follow(appId, 'added', namesOf(input), client);
    return added as StoredAccount;
  }

  /**
   * Changes what is given, and nothing else; `null` takes an option away.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link AccountNotEditableError}
   * {@link DatabaseError}
   */
  async change(appId: string, input: ChangeAccountDto, client: string): Promise<StoredAccount> {
    this.requireEditable(appId);
    const fields = namesOf(input);
    const changed = await this.repository.change(
      appId,
      (known) => {
        if (!known) throw new UnknownAccountError(appId);
        return this.checked(merged(known.options, input));
      },
      { client, fields },
    );
    await this.follow(appId, 'changed', fields, client);
    return changed as StoredAccount;
  }

  /**
   * Its secrets are deleted at once; what was sent for it stays in the ledger.
   * @throws {UnknownAccountError} {@link AccountNotEditableError} {@link DatabaseError}
   */
  async remove(appId: string, client: string): Promise<void> {
    this.requireEditable(appId);
    await this.repository.change(
      appId,
      (known) => {
        if (!known) throw new UnknownAccountError(appId);
        return 'remove';
      },
      { client, fields: [] },
    );
    await this.follow(appId, 'removed', [], client);
  }

  /** Who changed what, the latest 100; also of an account that was removed. @throws {DatabaseError} */
  changes(appId: string): Promise<AccountChangeRecord[]> {
    this.requireDatabase();
    return this.repository.changesOf(appId, MOST_CHANGES);
  }

  /** It is written: what fails here, this process makes good within 2 s as the others do. */
  private async follow(
    appId: string,
    action: AccountAction,
    fields: string[],
    client: string,
  ): Promise<void> {
    this.logger.log(
      `account ${appId} was ${action} by ${client}${fields.length ? `: ${fields.join(', ')}` : ''}`,
      { appId },
    );
    this.events.emit('weixin.account.changed', { appId, action, fields, changedBy: client });
    try {
      await this.directory.refresh(appId);
    } catch (error) {
      const reason = foreignCause(error).message;
      this.logger.warn(`account ${appId} could not be read again: ${reason}`, { appId, reason });
    }
  }

  private checked(options: WeixinAccountOptions): WeixinAccountOptions {
    const tooLong = tooManyBytes(JSON.stringify(options), 'templates');
    if (tooLong) throw new InvalidInputError([tooLong]);
    try {
      this.directory.check(options, AT);
      return options;
    } catch (error) {
      if (!(error instanceof InvalidOptionsError)) throw error;
      throw new InvalidInputError(error.problems.map(asFieldError));
    }
  }

  private requireDatabase(): void {
    if (this.source instanceof DatabaseAccountSource) return;
    throw new AccountNotEditableError('the accounts of this application are not kept in its database', {
      remedy: 'Set the static accountSource: "database", or change accounts where the host keeps them.',
    });
  }

  private requireEditable(appId: string): void {
    this.requireDatabase();
    if (this.accounts.isFixed(appId))
      throw new AccountNotEditableError(`account "${appId}" stands in the options of the module`);
  }
}

const AT = 'account';

function asFieldError({ option, message }: { option: string; message: string }) {
  const field = option.startsWith(`${AT}.`) ? option.slice(AT.length + 1) : option;
  return { field, message: `${field} ${message}` };
}

function merged(known: WeixinAccountOptions, input: ChangeAccountDto): WeixinAccountOptions {
  const given = { ...input } as Record<string, unknown>;
  const { push } = input;
  // A secret that is known need not be told again to change what stands beside it.
  if (push) given.push = withoutNulls({ ...known.push, ...withoutUndefined({ ...push }) });
  return withoutNulls({ ...known, ...withoutUndefined(given) }) as unknown as WeixinAccountOptions;
}

/** Plain data: instances of DTO classes become objects. */
function withoutNulls(given: object): Record<string, unknown> {
  const entries = Object.entries(JSON.parse(JSON.stringify(given)) as object);
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

function withoutUndefined(given: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function namesOf(input: object): string[] {
  return Object.keys(withoutUndefined(input)).filter((name) => name !== 'appId');
}
