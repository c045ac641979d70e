import { Module } from '@nestjs/common';
import { DriftObservers } from './drift/drift-observers.js';
import { TemplateDriftService } from './drift/template-drift.service.js';
import { TemplateStateRepository } from './drift/template-state.repository.js';
import { TemplateHealthIndicator } from './template.health.js';
import { TemplateService } from './template.service.js';
import { TemplateApiClient } from './template-api.client.js';
import { TemplateLists } from './template-lists.js';

/** What templates may say, and the calls that manage them. */
@Module({
  providers: [
    TemplateApiClient,
    TemplateLists,
    TemplateService,
    TemplateStateRepository,
    DriftObservers,
    TemplateDriftService,
    TemplateHealthIndicator,
  ],
  exports: [TemplateService, DriftObservers, TemplateDriftService, TemplateHealthIndicator],
})
export class TemplateModule {}
