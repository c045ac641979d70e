import { type InjectionToken, Module, type Provider, type Type } from '@nestjs/common';
import { AccountSource } from '../account/account-source.js';
import { InvalidOptionsError } from '../kernel/errors.js';
import { TokenConfig } from '../token/token.options.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { AccountCodec } from './account.codec.js';
import { AccountRepository } from './account.repository.js';
import { AccountService } from './account.service.js';
import { AccountChangeUpkeep } from './account-change.upkeep.js';
import { AccountDirectory } from './account-directory.js';
import { DatabaseAccountSource } from './database-account-source.js';

/**
 * `'database'`: the accounts of `POST /weixin/accounts`, kept in the module's database. Otherwise an
 * {@link AccountSource} of the host's own: its token, provided and exported by one of `imports`, or its
 * class.
 */
export type AccountSourceChoice =
  | 'database'
  | InjectionToken<AccountSource>
  | { useClass: Type<AccountSource> };

/** Accounts that come and go while the application runs. Whoever composes it adds {@link accountSource}. */
@Module({
  providers: [AccountCodec, AccountRepository, AccountDirectory, AccountService, AccountChangeUpkeep],
  exports: [AccountDirectory, AccountService],
})
export class AccountSourceModule {}

/** What answers as {@link AccountSource}; nothing where all accounts stand in the options. */
export function accountSource(choice: AccountSourceChoice | undefined): Provider[] {
  if (choice === undefined) return [];
  if (typeof choice === 'object' && 'useClass' in choice)
    return [{ provide: AccountSource, useClass: choice.useClass }];
  if (choice !== 'database') return [{ provide: AccountSource, useExisting: choice }];
  return [
    {
      provide: AccountSource,
      useFactory: ({ encryptionKeys }: TokenConfig, tasks: BackgroundTasks, accounts: AccountRepository) => {
        if (encryptionKeys.length === 0)
          throw new InvalidOptionsError([
            {
              option: 'token.encryption',
              message: 'is missing: with accountSource "database" its keys seal the secrets of accounts',
            },
          ]);
        return new DatabaseAccountSource(tasks, accounts);
      },
      inject: [TokenConfig, BackgroundTasks, AccountRepository],
    },
  ];
}
