import {
  APP_ID,
  arrayOf,
  countOf,
  moment,
  objectOf,
  oneOf,
  responseOf,
  type Schema,
  TEMPLATE_ID,
  text,
} from '../kernel/schema.js';
import { TEMPLATE_FINDINGS, type TemplateFinding } from './drift/template-drift.js';
import { REVIEW_RULES, type ReviewFinding } from './review/review.types.js';
import type {
  KeywordEnumValues,
  PublicKeyword,
  PublicTitle,
  PublicTitles,
  SubscribeTemplate,
  TemplateCategory,
} from './template.types.js';

export type TemplateFindingReply = Omit<TemplateFinding, 'since'> & { since: string };

const type: Schema = {
  type: 'integer',
  description: '2: one accept gives one message; 3: long-term, for public services only',
  example: 2,
};

export const TEMPLATES = responseOf<{ templates: SubscribeTemplate[] }>(
  'Templates',
  {
    templates: arrayOf(
      objectOf<SubscribeTemplate>(
        {
          templateId: TEMPLATE_ID,
          title: text(),
          content: text(undefined, { example: '课程:{{thing1.DATA}}\n时间:{{time2.DATA}}' }),
          example: text(),
          type,
        },
        {
          keywordEnumValueList: arrayOf(
            objectOf<KeywordEnumValues>({ keywordCode: text(), enumValueList: arrayOf(text()) }, {}),
            'What keywords of type enum may say',
          ),
        },
      ),
    ),
  },
  {},
);

export const TEMPLATE_FINDINGS_REPLY = responseOf<{ findings: TemplateFindingReply[] }>(
  'TemplateFindings',
  {
    findings: arrayOf(
      objectOf<TemplateFindingReply>(
        {
          appId: APP_ID,
          templateId: TEMPLATE_ID,
          kind: {
            ...oneOf(TEMPLATE_FINDINGS),
            description: 'missing: its sends pause until it is back; keywords-changed: shown for 7 days',
          },
          since: moment(),
          detail: text(),
        },
        {},
      ),
    ),
  },
  {},
);

export const ADDED_TEMPLATE = responseOf<{ templateId: string }>(
  'AddedTemplate',
  { templateId: TEMPLATE_ID },
  {},
);

export const TEMPLATE_CATEGORIES = responseOf<{ categories: TemplateCategory[] }>(
  'TemplateCategories',
  { categories: arrayOf(objectOf<TemplateCategory>({ id: countOf(), name: text() }, {})) },
  {},
);

export const PUBLIC_TITLES = responseOf<PublicTitles>(
  'PublicTitles',
  {
    count: countOf('In all, of these categories'),
    titles: arrayOf(
      objectOf<PublicTitle>({ tid: countOf(), title: text(), type, categoryId: countOf() }, {}),
    ),
  },
  {},
);

export const PUBLIC_KEYWORDS = responseOf<{ keywords: PublicKeyword[] }>(
  'PublicKeywords',
  {
    keywords: arrayOf(
      objectOf<PublicKeyword>({ kid: countOf(), name: text(), example: text(), rule: text() }, {}),
    ),
  },
  {},
);

export const TEMPLATE_REVIEW = responseOf<{ findings: ReviewFinding[] }>(
  'TemplateReview',
  {
    findings: arrayOf(
      objectOf<ReviewFinding>(
        {
          rule: oneOf(REVIEW_RULES),
          place: text(undefined, { example: 'keywords[0].name' }),
          message: text(),
          messageZh: text(),
        },
        {},
      ),
    ),
  },
  {},
);
