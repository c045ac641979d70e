import { IsOptional } from 'class-validator';
import { Described } from '../kernel/schema.js';
import { FromDigits, IsAppId, IsMoment, IsText, IsUuid, IsWhole } from '../kernel/validation.js';

/** Which actions, and which page of them. */
export class AuditQueryDto {
  @IsOptional()
  @IsAppId()
  appId?: string;

  /** Name of a service key. */
  @IsOptional()
  @IsText(1, 64)
  @Described('Name of a service key')
  actor?: string;

  @IsOptional()
  @IsText(1, 32)
  @Described('E.g. `messages.resolve`')
  action?: string;

  @IsOptional()
  @IsMoment()
  from?: Date;

  /** Not itself. */
  @IsOptional()
  @IsMoment()
  to?: Date;

  /** From the page before. */
  @IsOptional()
  @IsUuid('one that the page before gave')
  @Described('`next` of the page before')
  cursor?: string;

  /** 1–500. @default 100 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 500)
  @Described('Actions of a page, at most', { default: 100 })
  limit?: number;
}
