import { IsOptional } from 'class-validator';
import { IsIdentifier, IsLike, IsMoment, IsOneOf, IsScene } from '../../common/validation.js';
import { MessageContentDto } from '../../delivery/dto/message-content.dto.js';
import type { GrantChannel } from '../../grant/grant.types.js';

/** One message to one person, for one permission. */
export class SendMessageDto extends MessageContentDto {
  @IsIdentifier(32)
  appId!: string;

  /** As the confirm brought it; it belongs to this account only. */
  @IsIdentifier(64)
  openid!: string;

  @IsIdentifier(64)
  templateId!: string;

  /** 0–10000, the scene under which the person confirmed. */
  @IsScene()
  scene!: number;

  /** The same key with the same message gives the first outcome and sends nothing. 1–128 printable ASCII characters, unique per account. */
  @IsOptional()
  @IsLike(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable ASCII characters without spaces')
  idempotencyKey?: string;

  /**
   * Defers the message: a worker sends it then, or soon after. Less than a year ahead; a moment that has passed means at once. A `Date`, or ISO 8601
   * text with an offset, e.g. `2026-11-21T08:50:00+08:00`.
   */
  @IsOptional()
  @IsMoment()
  notBefore?: Date | string;

  /** Defers the message, too: from this moment on it is not sent any more and ends as `failed`, its permission kept. After `notBefore`, and in the future. */
  @IsOptional()
  @IsMoment()
  deadline?: Date | string;

  /** @default 'one-time' */
  @IsOptional()
  @IsOneOf(['one-time'])
  channel?: GrantChannel;
}
