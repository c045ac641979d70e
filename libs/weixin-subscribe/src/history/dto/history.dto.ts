import { IsOptional } from 'class-validator';
import { MESSAGE_STATUSES, type MessageStatus } from '../../delivery/ledger/message.types.js';
import { Described } from '../../kernel/schema.js';
import {
  FromDigits,
  IsAppId,
  IsDay,
  IsFlag,
  IsMoment,
  IsOneOf,
  IsOpenid,
  IsScene,
  IsTemplateId,
  IsText,
  IsUuid,
  IsWhole,
} from '../../kernel/validation.js';

/** Whose history, and which page of it. */
export class PersonHistoryDto {
  @IsAppId()
  appId!: string;

  /** As the confirm brought it; it belongs to this account only. */
  @IsOpenid()
  openid!: string;

  /** @default all templates */
  @IsOptional()
  @IsTemplateId()
  @Described('All templates without it')
  templateId?: string;

  /** From the page before. */
  @IsOptional()
  @IsText(1, 64)
  @Described('From the page before')
  cursor?: string;

  /** 1–500. @default 100 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 500)
  @Described('Events of a page, at most', { default: 100 })
  limit?: number;
}

/** Which messages of an account, and which page of them. */
export class MessageListDto {
  @IsAppId()
  appId!: string;

  /** @default all of them */
  @IsOptional()
  @IsOneOf(MESSAGE_STATUSES)
  @Described('unknown: a person has to resolve them. waiting: deferred, until their time comes')
  status?: MessageStatus;

  @IsOptional()
  @IsOpenid()
  openid?: string;

  /** @default all templates */
  @IsOptional()
  @IsTemplateId()
  templateId?: string;

  /** What WeChat said, e.g. 43101. */
  @IsOptional()
  @FromDigits()
  @IsWhole(-1, 9_999_999)
  @Described('What WeChat said, e.g. 43101')
  errcode?: number;

  /** Name of the service key, or what the host gave. */
  @IsOptional()
  @IsText(1, 64)
  @Described('Name of the service key that asked for it')
  requestedBy?: string;

  @IsOptional()
  @IsMoment()
  @Described('When it was accepted')
  from?: Date;

  /** Not itself. */
  @IsOptional()
  @IsMoment()
  @Described('Not itself')
  to?: Date;

  /** From the page before. */
  @IsOptional()
  @IsText(1, 64)
  @Described('From the page before')
  cursor?: string;

  /** 1–500. @default 100 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 500)
  @Described('Messages of a page, at most', { default: 100 })
  limit?: number;
}

/** Which page of the history of one row. */
export class RowHistoryDto {
  @IsUuid()
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
  @IsAppId()
  appId!: string;

  /** @default all templates */
  @IsOptional()
  @IsTemplateId()
  @Described('All templates without it')
  templateId?: string;

  /** @default all scenes */
  @IsOptional()
  @FromDigits()
  @IsScene()
  @Described('All scenes without it')
  scene?: number;

  /** The first day, `YYYY-MM-DD`. */
  @IsDay()
  @Described('The first day')
  from!: string;

  /** The last day, `YYYY-MM-DD`; at most 366 days with it. */
  @IsDay()
  @Described('The last day; at most 366 days with it')
  to!: string;

  /** Whose days, an IANA name. @default 'Asia/Shanghai' */
  @IsOptional()
  @IsText(1, 64)
  @Described('Whose days, an IANA name', { default: 'Asia/Shanghai' })
  timeZone?: string;
}

/** What is written to CSV. */
export class ExportDto {
  @IsAppId()
  appId!: string;

  /** @default all templates */
  @IsOptional()
  @IsTemplateId()
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
