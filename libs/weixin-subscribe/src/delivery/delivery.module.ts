import { Module } from '@nestjs/common';
import { MessageBatchRepository } from './batches/message-batch.repository.js';
import { OpenBatchRepository } from './batches/open-batch.repository.js';
import { CHANNELS } from './channels/channel.js';
import { CHANNEL_LIST } from './channels/channel-list.js';
import { Channels } from './channels/channels.js';
import { Deferrals } from './deferred/deferrals.js';
import { DeferredDelivery } from './deferred/deferred-delivery.js';
import { DisabledAccounts } from './deferred/disabled-accounts.js';
import { Dispatcher } from './deferred/dispatcher.js';
import { Holds } from './deferred/holds.js';
import { WaitingMessageRepository } from './deferred/waiting-message.repository.js';
import { DeliveryHealthIndicator } from './delivery.health.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import { MessageRepository } from './ledger/message.repository.js';
import { MessageUpkeep } from './ledger/message.upkeep.js';
import { SendPauseRepository } from './pauses/send-pause.repository.js';
import { SendPauses } from './pauses/send-pauses.js';
import { TemplatePauses } from './pauses/template-pauses.js';
import { Delivery } from './send/delivery.js';
import { Explainers } from './send/explainers.js';
import { InFlight } from './send/in-flight.js';
import { Poster } from './send/poster.js';
import { Resends } from './send/resends.js';
import { Settler } from './send/settler.js';
import { SubscribeService } from './send/subscribe.service.js';
import { ReceiptRepository } from './unknown/receipt.repository.js';
import { Recovery } from './unknown/recovery.js';
import { ResendRepository } from './unknown/resend.repository.js';
import { Resender } from './unknown/resender.js';

/** One message: claimed, posted, settled. */
@Module({
  providers: [
    { provide: CHANNELS, useValue: CHANNEL_LIST },
    Channels,
    MessageRepository,
    WaitingMessageRepository,
    SendPauseRepository,
    SendPauses,
    TemplatePauses,
    ReceiptRepository,
    Poster,
    Settler,
    InFlight,
    MessageBatchRepository,
    OpenBatchRepository,
    Delivery,
    Resends,
    Explainers,
    SubscribeService,
    DisabledAccounts,
    Holds,
    DeferredDelivery,
    Dispatcher,
    Deferrals,
    Recovery,
    MessageUpkeep,
    ResendRepository,
    Resender,
    DeliveryHealthIndicator,
    DeliveryMetrics,
  ],
  exports: [
    SubscribeService,
    Explainers,
    Resends,
    DeliveryHealthIndicator,
    DeliveryMetrics,
    Channels,
    MessageRepository,
    MessageBatchRepository,
    OpenBatchRepository,
    ReceiptRepository,
    SendPauses,
    WaitingMessageRepository,
    Poster,
    InFlight,
  ],
})
export class DeliveryModule {}
