import { Module } from '@nestjs/common';
import { CardExplainService } from './card-explain.service.js';
import { ExplainService } from './explain.service.js';
import { PlatformFacts } from './platform-facts.js';

/**
 * Why a person did not get a message, or would not get the next one, and how a card stands: behind
 * `SubscribeService.explain()` and `CardService.explain()`.
 */
@Module({ providers: [PlatformFacts, ExplainService, CardExplainService] })
export class ExplainModule {}
