import { IsOptional, ValidateNested } from 'class-validator';
import { Described } from '../../kernel/schema.js';
import { IsAppId, IsMoment, IsPlainObject, IsShare, IsWhole, Nested } from '../../kernel/validation.js';

export class DriftThresholdsDto {
  @IsOptional()
  @IsWhole(1, 1_000_000)
  minMessages?: number;

  @IsOptional()
  @IsShare()
  refusedRate?: number;

  @IsOptional()
  @IsShare()
  mistakeRate?: number;
}

/** `since` apart, which is a Date. */
export class DriftReportDto {
  @IsAppId()
  appId!: string;

  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => DriftThresholdsDto)
  thresholds?: DriftThresholdsDto;
}

/** `GET drift` */
export class DriftQueryDto {
  @IsAppId()
  appId!: string;

  /** ISO 8601 with a time zone; at most 366 days ago. */
  @IsMoment()
  @Described('With its time zone; at most 366 days ago')
  since!: Date | string;
}
