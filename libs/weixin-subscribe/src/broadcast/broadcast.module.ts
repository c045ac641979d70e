import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BroadcastConfig } from './broadcast.options.js';
import { BroadcastRepository } from './broadcast.repository.js';
import { BroadcastService } from './broadcast.service.js';
import { BroadcastUpkeep } from './broadcast.upkeep.js';
import { BroadcastChanges } from './broadcast-changes.js';
import { BroadcastDrafts } from './broadcast-drafts.js';
import { BroadcastRetentionRepository } from './broadcast-retention.repository.js';
import { EventStreams } from './event-streams.js';
import { OutcomeExport } from './outcome-export.js';
import { PreviewService } from './preview.service.js';
import { BroadcastProgressService } from './progress.service.js';
import { RecipientRepository } from './recipient.repository.js';
import { RecipientIntake } from './recipient-intake.js';
import { RecurringRepository } from './recurring/recurring.repository.js';
import { RecurringBroadcastService } from './recurring/recurring.service.js';
import { RecurringStarter } from './recurring/recurring-starter.js';
import { Renderers } from './renderers.js';
import { AccountLimiters } from './run/account-limiter.js';
import { BatchContents } from './run/batch-contents.js';
import { BatchPoster } from './run/batch-poster.js';
import { BatchRecovery } from './run/batch-recovery.js';
import { BroadcastSupervisor } from './run/broadcast-supervisor.js';
import { BroadcastWorker } from './run/broadcast-worker.js';
import { BullmqDistribution } from './run/bullmq-distribution.js';
import { Claims } from './run/claims.js';
import { BroadcastDistribution, LocalDistribution } from './run/distribution.js';
import { OutcomeWriter } from './run/outcome-writer.js';
import { StopRules } from './run/stop-rules.js';
import { SendQuotas } from './send-quotas.js';

/** One content to many people. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    BroadcastRepository,
    BroadcastChanges,
    RecipientRepository,
    RecipientIntake,
    Renderers,
    BroadcastDrafts,
    BroadcastProgressService,
    EventStreams,
    PreviewService,
    SendQuotas,
    OutcomeExport,
    Claims,
    AccountLimiters,
    StopRules,
    OutcomeWriter,
    BatchContents,
    BatchPoster,
    BatchRecovery,
    BroadcastWorker,
    LocalDistribution,
    BullmqDistribution,
    {
      provide: BroadcastDistribution,
      useFactory: (config: BroadcastConfig, local: LocalDistribution, bullmq: BullmqDistribution) =>
        config.distribution === 'bullmq' ? bullmq : local,
      inject: [BroadcastConfig, LocalDistribution, BullmqDistribution],
    },
    BroadcastSupervisor,
    BroadcastRetentionRepository,
    RecurringRepository,
    RecurringStarter,
    RecurringBroadcastService,
    BroadcastUpkeep,
    BroadcastService,
  ],
  exports: [BroadcastService, RecurringBroadcastService, BroadcastProgressService, EventStreams, SendQuotas],
})
export class BroadcastModule {}
