import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { WeixinSubscribeConfig } from '../config/weixin-subscribe.config.js';
import { BroadcastRepository } from './broadcast.repository.js';
import { BroadcastService } from './broadcast.service.js';
import { BroadcastUpkeep } from './broadcast.upkeep.js';
import { BroadcastChanges } from './broadcast-changes.js';

import { BroadcastRetentionRepository } from './broadcast-retention.repository.js';
import { EventStreams } from './event-streams.js';
import { OutcomeExport } from './outcome-export.js';
import { PreviewService } from './preview.service.js';
import { BroadcastProgressService } from './progress.service.js';
import { RecipientRepository } from './recipient.repository.js';
import { RecipientIntake } from './recipient-intake.js';
import { Renderers } from './renderers.js';
import { AccountFlows } from './run/account-flow.js';
import { BatchContents } from './run/batch-contents.js';
import { BatchRecovery } from './run/batch-recovery.js';
import { BatchSender } from './run/batch-sender.js';
import { BroadcastKeeper } from './run/broadcast.keeper.js';
import { BroadcastWorkers } from './run/broadcast-workers.js';
import { BullmqWorkers } from './run/bullmq-workers.js';
import { Claims } from './run/claims.js';
import { LocalWorkers } from './run/local-workers.js';
import { BroadcastRunner } from './run/runner.js';
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
    BroadcastProgressService,
    EventStreams,
    PreviewService,
    SendQuotas,
    OutcomeExport,
    Claims,
    AccountFlows,
    BatchContents,
    BatchSender,
    BatchRecovery,
    BroadcastRunner,
    LocalWorkers,
    BullmqWorkers,
    {
      provide: BroadcastWorkers,
      useFactory: (config: WeixinSubscribeConfig, local: LocalWorkers, bullmq: BullmqWorkers) =>
        config.broadcast.distribution === 'bullmq' ? bullmq : local,
      inject: [WeixinSubscribeConfig, LocalWorkers, BullmqWorkers],
    },
    BroadcastKeeper,
    BroadcastRetentionRepository,
    BroadcastUpkeep,
    BroadcastService,
  ],
  exports: [BroadcastService, BroadcastProgressService, EventStreams],
})
export class BroadcastModule {}
