import { IsOptional, ValidateNested } from 'class-validator';
import { Described } from '../../kernel/schema.js';
import { IsAppId, IsLike, IsPlainObject, IsShare, IsWhole, Nested } from '../../kernel/validation.js';

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
  @IsLike(
    /^20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/,
    'a moment in ISO 8601 with its time zone, e.g. "2026-11-20T00:00:00+08:00"',
    { shown: true, format: 'date-time' },
  )
  @Described('With its time zone; at most 366 days ago')
  since!: string;
}
