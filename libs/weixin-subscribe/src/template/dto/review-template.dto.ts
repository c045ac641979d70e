import { IsOptional, ValidateNested } from 'class-validator';
import { Described } from '../../kernel/schema.js';
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
@Described('A template as it would be applied for', {
  example: { title: '您的优惠券提醒', keywords: [{ name: '内容', example: '满 100 减 10' }] },
})
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
  @Described('Titles that exist already')
  otherTitles?: string[];
}
