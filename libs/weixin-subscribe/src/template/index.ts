// What a host names of this room. What templates may say.

export type { TemplateFinding, TemplateFindingKind } from './drift/template-drift.js';
export { TemplateDriftService } from './drift/template-drift.service.js';
export { ReviewKeywordDto, ReviewTemplateDto } from './dto/review-template.dto.js';
export {
  AddTemplateDto,
  PublicKeywordsDto,
  PublicTitlesDto,
  TemplateParamsDto,
  TemplateQueryDto,
} from './dto/template.dto.js';
export {
  checkKeywordValue,
  KEYWORD_TYPES,
  type KeywordType,
  keywordType,
} from './keyword-values.js';
export type {
  KeywordDraft,
  ReviewFinding,
  ReviewRule,
  TemplateDraft,
} from './review/review.types.js';
export { reviewTemplate } from './review/review-template.js';
export { TemplateRefusedError, TemplateUnansweredError } from './template.errors.js';
export type {} from './template.events.js';
export { type TemplateHealth, TemplateHealthIndicator } from './template.health.js';
export type { TemplateOptions } from './template.options.js';
export { TemplateService } from './template.service.js';
export type {
  KeywordEnumValues,
  PublicKeyword,
  PublicTitle,
  PublicTitles,
  SubscribeTemplate,
  TemplateCategory,
  TemplateData,
} from './template.types.js';
export { checkTemplateData, keywordsOf } from './template-data.js';
