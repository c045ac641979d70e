import { Transform } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { FromDigits, IsIdentifier, IsText, IsWhole, IsWholes } from '../../kernel/validation.js';

const MOST = 999_999_999;

/** `"2,616"`, as a query says a list, becomes `[2, 616]`; everything else stays as it is and is refused by the list's own rule. */
const FromCommaList = () =>
  Transform(({ value }) =>
    typeof value === 'string' && /^\d{1,9}(?:,\d{1,9})*$/.test(value) ? value.split(',').map(Number) : value,
  );

export class TemplateQueryDto {
  @IsIdentifier(32)
  appId!: string;
}

export class TemplateParamsDto extends TemplateQueryDto {
  /** WeChat's `priTmplId`. */
  @IsIdentifier(64)
  templateId!: string;
}

/** Which public titles: those of 1–50 categories, a page of them. */
export class PublicTitlesDto extends TemplateQueryDto {
  /** Ids of categories of the account, as `categories` lists them. */
  @FromCommaList()
  @IsWholes(1, 50, 0, MOST)
  ids!: number[];

  /** How many to skip. @default 0 */
  @IsOptional()
  @FromDigits()
  @IsWhole(0, MOST)
  start?: number;

  /** How many to list, 1–30. @default 30 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 30)
  limit?: number;
}

export class PublicKeywordsDto extends TemplateQueryDto {
  /** Id of a public title. */
  @FromDigits()
  @IsWhole(0, MOST)
  tid!: number;
}

/** A template of the public library that the account takes for its own. */
export class AddTemplateDto extends TemplateQueryDto {
  /** Id of a public title. */
  @IsWhole(0, MOST)
  tid!: number;

  /** Its keywords, 2–5 ids in the order in which the message shows them. */
  @IsWholes(2, 5, 0, MOST)
  kidList!: number[];

  /** What the template is used for, 1–15 characters. */
  @IsOptional()
  @IsText(1, 15)
  sceneDesc?: string;
}
