import { IsOptional } from 'class-validator';
import {
  FromDigits,
  IsDay,
  IsFlag,
  IsIdentifier,
  IsLike,
  IsOneOf,
  IsScene,
  IsText,
  IsWhole,
} from '../../kernel/validation.js';

/** Whose history, and which page of it. */
export class PersonHistoryDto {
  @IsIdentifier(32)
  appId!: string;

  /** As the confirm brought it; it belongs to this account only. */
  @IsIdentifier(64)
  openid!: string;

  /** @default all templates */
  @IsOptional()
  @IsIdentifier(64)
  templateId?: string;

  /** From the page before. */
  @IsOptional()
  @IsText(1, 64)
  cursor?: string;

  /** 1–500. @default 100 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 500)
  limit?: number;
}

/** Which page of the history of one row. */
export class RowHistoryDto {
  @IsLike(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'an id (UUID)', { shown: true })
  id!: string;

  @IsOptional()
  @IsText(1, 64)
  cursor?: string;

  @IsOptional()
  @FromDigits()
  @IsWhole(1, 500)
  limit?: number;
}

/** What is counted, over which days. */
export class CountsDto {
  @IsIdentifier(32)
  appId!: string;

  /** @default all templates */
  @IsOptional()
  @IsIdentifier(64)
  templateId?: string;

  /** @default all scenes */
  @IsOptional()
  @FromDigits()
  @IsScene()
  scene?: number;

  /** The first day, `YYYY-MM-DD`. */
  @IsDay()
  from!: string;

  /** The last day, `YYYY-MM-DD`; at most 366 days with it. */
  @IsDay()
  to!: string;

  /** Whose days, an IANA name. @default 'Asia/Shanghai' */
  @IsOptional()
  @IsText(1, 64)
  timeZone?: string;
}

/** What is written to CSV. */
export class ExportDto {
  @IsIdentifier(32)
  appId!: string;

  /** @default all templates */
  @IsOptional()
  @IsIdentifier(64)
  templateId?: string;

  /** The first day, `YYYY-MM-DD`. */
  @IsDay()
  from!: string;

  /** The last day, `YYYY-MM-DD`. */
  @IsDay()
  to!: string;

  /** Whose days, an IANA name. @default 'Asia/Shanghai' */
  @IsOptional()
  @IsText(1, 64)
  timeZone?: string;

  /** Start with a byte order mark, by which Excel knows the text for UTF-8. @default false */
  @IsOptional()
  @IsFlag()
  bom?: boolean;

  /** Of the column `meaning`. @default 'en' */
  @IsOptional()
  @IsOneOf(['en', 'zh'])
  language?: 'en' | 'zh';
}
