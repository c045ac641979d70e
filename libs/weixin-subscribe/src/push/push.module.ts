import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PushMetrics } from './push.metrics.js';
import { PushDispatcher } from './push-dispatcher.js';
import { PushEventRepository } from './push-event.repository.js';
import { PushEventService } from './push-event.service.js';
import { PushEventUpkeep } from './push-event.upkeep.js';
import { PushListeners } from './push-listeners.js';
import { PushUrls } from './push-urls.js';
import { PushVerifier } from './push-verifier.js';
import { SubscribeMsgEffects } from './subscribe-msg.effects.js';

/** WeChat's events. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    PushEventRepository,
    PushVerifier,
    PushListeners,
    SubscribeMsgEffects,
    PushDispatcher,
    PushUrls,
    PushEventService,
    PushEventUpkeep,
    PushMetrics,
  ],
  exports: [PushEventService, PushVerifier],
})
export class PushModule {}
