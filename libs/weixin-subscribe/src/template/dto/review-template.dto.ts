import { IsOptional, ValidateNested } from 'class-validator';
import { IsAnyText, IsObjects, IsTexts, Nested } from '../../kernel/validation.js';

/** A keyword as it would be applied for. */
export class ReviewKeywordDto {
  /** 1–50 characters. */
  @IsAnyText(50)
  name!: string;

  /** Its sample, up to 200 characters. */
  @IsAnyText(200, 0)
  example!: string;
}

/** A template as it would be applied for. */
export class ReviewTemplateDto {
  /** 1–100 characters. */
  @IsAnyText(100)
  title!: string;

  /** 1–20 of them. */
  @IsObjects(1, 20)
  @ValidateNested({ each: true })
  @Nested(() => ReviewKeywordDto)
  keywords!: ReviewKeywordDto[];

  /** Titles that exist already, up to 1,000 of 1–100 characters each. */
  @IsOptional()
  @IsTexts(0, 1000, 100)
  otherTitles?: string[];
}
