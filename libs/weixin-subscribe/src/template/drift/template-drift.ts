import { recordable } from '../../kernel/text.js';
import type { SubscribeTemplate } from '../template.types.js';
import { keywordsOf } from '../template-data.js';

/**
 * `missing`: it is among the templates of the options, and no longer in the account's list at WeChat: each
 * send would be refused. `keywords-changed`: it has other keywords than at the comparison before: data for
 * the old ones is refused.
 */
export const TEMPLATE_FINDINGS = ['missing', 'keywords-changed'] as const;
export type TemplateFindingKind = (typeof TEMPLATE_FINDINGS)[number];

export interface TemplateFinding {
  appId: string;
  templateId: string;
  kind: TemplateFindingKind;
  since: Date;
  detail: string;
}

/** What is known of a configured template since the last comparison. */
export interface TemplateState {
  templateId: string;
  /** Undefined: WeChat has never listed it. */
  keywords: string[] | undefined;
  finding?: Pick<TemplateFinding, 'kind' | 'since' | 'detail'>;
}

/** Nothing tells that somebody has looked at a change; a missing template stays until it is back. */
const CHANGE_SHOWN_MS = 7 * 86_400_000;

/** What is known of the template after this comparison. */
export function compareTemplate(
  templateId: string,
  before: TemplateState | undefined,
  listed: SubscribeTemplate | undefined,
  now: number,
): TemplateState {
  const found = before?.finding;
  if (!listed) {
    if (before && found?.kind === 'missing') return before;
    const detail = "it is not in the account's list at WeChat any more";
    return {
      templateId,
      keywords: before?.keywords,
      finding: { kind: 'missing', since: new Date(now), detail },
    };
  }
  const keywords = keywordsOf(listed);
  const old = before?.keywords;
  if (old && old.join() !== keywords.join()) {
    const detail = recordable(`it had ${old.join(', ')}; it has ${keywords.join(', ')}`, 255);
    return { templateId, keywords, finding: { kind: 'keywords-changed', since: new Date(now), detail } };
  }
  const isShown = found?.kind === 'keywords-changed' && now - found.since.getTime() < CHANGE_SHOWN_MS;
  return { templateId, keywords, ...(isShown && { finding: found }) };
}
