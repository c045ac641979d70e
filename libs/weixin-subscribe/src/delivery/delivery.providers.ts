import type { Provider } from '@nestjs/common';
import { Accounts } from '../common/config/accounts.js';
import { GrantRules } from '../grant/grant-rules.js';
import { CHANNELS, type Channel } from './channels/channel.js';
import { CHANNEL_LIST } from './channels/channel-list.js';
import { Channels } from './channels/channels.js';
import { Deferrals } from './deferrals.js';
import { DeferredDelivery } from './deferred-delivery.js';
import { DeliveryHealthIndicator } from './delivery.health.js';
import { Delivery } from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import { Holds } from './holds.js';
import { InFlight } from './in-flight.js';
import { MessageRepository } from './message.repository.js';
import { MessageUpkeep } from './message.upkeep.js';
import { MessageBatchRepository } from './message-batch.repository.js';
import { OpenBatchRepository } from './open-batch.repository.js';
import { Poster } from './poster.js';
import { ReceiptRepository } from './receipt.repository.js';
import { Recovery } from './recovery.js';
import { ResendRepository } from './resend.repository.js';
import { Resender } from './resender.js';
import { SendPauseRepository } from './send-pause.repository.js';
import { SendPauses } from './send-pauses.js';
import { Settler } from './settler.js';
import { WaitingMessageRepository } from './waiting-message.repository.js';

export const DELIVERY_PROVIDERS: Provider[] = [
  { provide: CHANNELS, useValue: CHANNEL_LIST },
  {
    provide: GrantRules,
    useFactory: (accounts: Accounts, channels: Channel[]) => new GrantRules(accounts, channels),
    inject: [Accounts, CHANNELS],
  },
  Channels,
  MessageRepository,
  WaitingMessageRepository,
  SendPauseRepository,
  SendPauses,
  ReceiptRepository,
  Poster,
  Settler,
  InFlight,
  MessageBatchRepository,
  OpenBatchRepository,
  Delivery,
  Holds,
  DeferredDelivery,
  Dispatcher,
  Deferrals,
  Recovery,
  MessageUpkeep,
  ResendRepository,
  Resender,
  DeliveryHealthIndicator,
];
