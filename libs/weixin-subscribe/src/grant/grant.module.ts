import { Module, type Provider } from '@nestjs/common';
import type { GrantChannel } from '../account/account-templates.options.js';
import { Accounts } from '../account/accounts.js';
import { FormIdService } from './form-id/form-id.service.js';
import { GrantRepository } from './grant.repository.js';
import { GrantUpkeep } from './grant.upkeep.js';
import { GrantBatchRepository } from './grant-batch.repository.js';
import { type ChannelGrants, GrantRules } from './grant-rules.js';

/** The ledger of permissions. Whoever composes it adds {@link grantRules}. */
@Module({
  providers: [FormIdService, GrantRepository, GrantBatchRepository, GrantUpkeep],
  exports: [FormIdService, GrantRepository, GrantBatchRepository],
})
export class GrantModule {}

/** The rules of the channels, which stand in the channels' own files, above this room. */
export function grantRules(channels: readonly { name: GrantChannel; grants: ChannelGrants }[]): Provider {
  return {
    provide: GrantRules,
    useFactory: (accounts: Accounts) => new GrantRules(accounts, channels),
    inject: [Accounts],
  };
}
