import type { Provider } from '@nestjs/common';
import { TemplateService } from './template.service.js';
import { TemplateApiClient } from './template-api.client.js';
import { TemplateLists } from './template-lists.js';

export const TEMPLATE_PROVIDERS: Provider[] = [TemplateApiClient, TemplateLists, TemplateService];
