import { IsOptional } from 'class-validator';
import { Described } from '../kernel/schema.js';
import { FromDigits, IsAppId, IsOneOf, IsText, IsUuid, IsWhole } from '../kernel/validation.js';
import { PUSH_EVENT_STATUSES, type PushEventStatus } from './push.types.js';

/** Which events, and which page of them. */
export class PushEventQueryDto {
  @IsOptional()
  @IsAppId()
  appId?: string;

  /** As WeChat writes it. */
  @IsOptional()
  @IsText(1, 128)
  @Described('As WeChat writes it, e.g. `subscribe_msg_sent_event`')
  event?: string;

  @IsOptional()
  @IsOneOf(PUSH_EVENT_STATUSES)
  @Described('pending: listeners are still to be called; failed: one threw every time')
  status?: PushEventStatus;

  /** From the page before. */
  @IsOptional()
  @IsUuid('one that the page before gave')
  @Described('`next` of the page before')
  cursor?: string;

  /** 1–500. @default 100 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 500)
  @Described('Events of a page, at most', { default: 100 })
  limit?: number;
}

export class PushEventParamsDto {
  @IsUuid()
  id!: string;
}
