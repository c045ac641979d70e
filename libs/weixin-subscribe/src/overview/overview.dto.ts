import { IsOptional } from 'class-validator';
import { Described } from '../kernel/schema.js';
import { FromDigits, IsAppId, IsOpenid, IsWhole } from '../kernel/validation.js';

/** Of which account, and how far back. */
export class OverviewQueryDto {
  /** @default all that the client may use */
  @IsOptional()
  @IsAppId()
  @Described('All that the client may use without it')
  appId?: string;

  /** Hours of `activity`, 1–168. @default 24 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 168)
  @Described('Hours of `activity`', { default: 24 })
  hours?: number;
}

/** Of which account. */
export class QuotasQueryDto {
  @IsAppId()
  appId!: string;
}

/** Who is to be forgotten. */
export class PersonDto {
  @IsAppId()
  appId!: string;

  @IsOpenid()
  openid!: string;
}
