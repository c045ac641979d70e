import { Module } from '@nestjs/common';
import { TemplateService } from './template.service.js';
import { TemplateApiClient } from './template-api.client.js';
import { TemplateLists } from './template-lists.js';

/** What templates may say, and the calls that manage them. */
@Module({
  providers: [TemplateApiClient, TemplateLists, TemplateService],
  exports: [TemplateService],
})
export class TemplateModule {}
