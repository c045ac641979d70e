import { validateInput } from '../../kernel/validation.js';
import { ReviewTemplateDto } from '../dto/review-template.dto.js';
import { keywordFindings } from './keyword-rules.js';
import type { ReviewFinding, TemplateDraft } from './review.types.js';
import { titleFindings } from './title-rules.js';

/**
 * Holds a template against WeChat's review rules (docs/platform.md §5) before it is applied for. Every
 * finding names its rule and its place; none: nothing was found, which is not the same as being approved.
 *
 * What a program can not judge, and this does not try to: whether the account's category (类目) may use the
 * template at all; whether a sample is true; names of people and brands that no list holds; words of the same
 * meaning (教师, 老师); marketing without a marketing word; and how a template is used later, for which WeChat
 * punishes as well. The lists of words are ours, made after WeChat's kinds, and err on the side of a finding:
 * a title with 活动 is found although a reviewer may accept it.
 * @throws {InvalidInputError} the draft itself is not a title of 1–100 characters with 1–20 keywords
 */
export function reviewTemplate(draft: TemplateDraft): ReviewFinding[] {
  const { title, keywords, otherTitles } = validateInput(ReviewTemplateDto, draft);
  return [...titleFindings(title, otherTitles ?? []), ...keywordFindings(keywords)];
}
