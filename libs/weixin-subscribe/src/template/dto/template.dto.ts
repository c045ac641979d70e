import { IsOptional } from 'class-validator';
import { Converted } from '../../kernel/prepared-input.js';
import { Described, type Schema } from '../../kernel/schema.js';
import { FromDigits, IsAppId, IsTemplateId, IsText, IsWhole, IsWholes } from '../../kernel/validation.js';

const MOST = 999_999_999;
const COMMA_LIST = /^\d{1,9}(?:,\d{1,9})*$/;

/** In a query, a list is text. */
const AS_TEXT: Schema = {
  type: 'string',
  pattern: COMMA_LIST.source,
  items: undefined,
  minItems: undefined,
  maxItems: undefined,
  uniqueItems: undefined,
};

/**
 * `"2,616"`, as a query says a list, becomes `[2, 616]`; everything else stays as it is and is refused by the
 * list's own rule.
 */
const FromCommaList = () =>
  Converted((value) =>
    typeof value === 'string' && COMMA_LIST.test(value) ? value.split(',').map(Number) : value,
  );

export class TemplateQueryDto {
  @IsAppId()
  appId!: string;
}

/** `POST templates/drift` */
export class CompareTemplatesDto extends TemplateQueryDto {}

export class TemplateParamsDto extends TemplateQueryDto {
  /** WeChat's `priTmplId`. */
  @IsTemplateId()
  templateId!: string;
}

/** Which public titles: those of 1–50 categories, a page of them. */
export class PublicTitlesDto extends TemplateQueryDto {
  /** Ids of categories of the account, as `categories` lists them. */
  @Described('1–50 ids of categories, commas between them', { ...AS_TEXT, example: '21,307' })
  @FromCommaList()
  @IsWholes(1, 50, 0, MOST)
  ids!: number[];

  /** How many to skip. @default 0 */
  @IsOptional()
  @FromDigits()
  @IsWhole(0, MOST)
  @Described('How many to skip', { default: 0 })
  start?: number;

  /** How many to list, 1–30. @default 30 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 30)
  @Described('Titles of a page, at most', { default: 30 })
  limit?: number;
}

export class PublicKeywordsDto extends TemplateQueryDto {
  /** Id of a public title. */
  @FromDigits()
  @IsWhole(0, MOST)
  @Described('Of a public title')
  tid!: number;
}

/** A template of the public library that the account takes for its own. */
@Described('A template of the public library', {
  example: { appId: 'wxaba38c7f163da69b', tid: 99, kidList: [1, 2], sceneDesc: '上课前提醒' },
})
export class AddTemplateDto extends TemplateQueryDto {
  /** Id of a public title. */
  @IsWhole(0, MOST)
  tid!: number;

  /** Its keywords, 2–5 ids in the order in which the message shows them. */
  @IsWholes(2, 5, 0, MOST)
  @Described('Its keywords, in the order in which the message shows them')
  kidList!: number[];

  /** What the template is used for, 1–15 characters. */
  @IsOptional()
  @IsText(1, 15)
  @Described('What it is used for')
  sceneDesc?: string;
}
