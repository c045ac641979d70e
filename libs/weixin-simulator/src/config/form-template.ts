import { FieldReader } from '../common/field-reader.js';

/**
 * A template of the retired mini-program template message (§5): keywords are `keyword1`, `keyword2` and so
 * on.
 */
export interface FormTemplateOptions {
  templateId: string;
  /** @default the templateId */
  title?: string;
  /** What stands before each value, in their order. */
  keywords: string[];
}

export type FormTemplate = Readonly<Required<FormTemplateOptions>>;

export function readFormTemplate(item: unknown, path: string): FormTemplate {
  const fields = new FieldReader(item, path).onlyKnown(['templateId', 'title', 'keywords']);
  const templateId = fields.requiredText('templateId');
  const keywords = fields.texts('keywords') ?? fields.fail('keywords', 'is required');
  if (keywords.length === 0) fields.fail('keywords', 'must name at least one');
  return { templateId, title: fields.text('title') ?? templateId, keywords };
}
