import { Module } from '@nestjs/common';
import { ExplainService } from './explain.service.js';
import { PlatformFacts } from './platform-facts.js';

/** Why a person did not get a message, or would not get the next one: behind `SubscribeService.explain()`. */
@Module({ providers: [PlatformFacts, ExplainService] })
export class ExplainModule {}
