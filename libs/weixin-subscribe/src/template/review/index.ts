/**
 * WeChat's review rules for templates, without the module: for a command line or a check in CI.
 * @module nestjs-weixin-subscribe/review
 */

// The rules of what is given are decorators; in a host, Nest has loaded this already.
import 'reflect-metadata';

export type { KeywordDraft, ReviewFinding, ReviewRule, TemplateDraft } from './review.types.js';
export { reviewTemplate } from './review-template.js';
