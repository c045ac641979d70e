import { IsOptional, ValidateNested } from 'class-validator';
import {
  IsHttpUrl,
  IsIdentifier,
  IsLike,
  IsMoment,
  IsOneOf,
  IsPlainObject,
  IsScene,
  IsText,
  Nested,
} from '../../common/validation.js';
import type { GrantChannel } from '../../grant/grant.types.js';

/** The text of the message. */
export class MessageTextDto {
  /** 1–200 characters, counted in Unicode code points; `\n` breaks the line and counts as one. */
  @IsText(1, 200)
  value!: string;

  /** Colour of the whole text, `#RRGGBB`. */
  @IsOptional()
  @IsLike(/^#[0-9a-fA-F]{6}$/, 'a colour written #RRGGBB', { shown: true })
  color?: string;
}

/** The mini-program page that a tap opens. It must be published and associated with the sending official account. */
export class MessageMiniprogramDto {
  @IsIdentifier(32)
  appId!: string;

  /** May carry a query, e.g. `pages/course?id=42`. */
  @IsText(1, 1024)
  pagepath!: string;
}

/** One message to one person, for one permission. */
export class SendMessageDto {
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

  /** 1–15 characters, counted in Unicode code points. */
  @IsText(1, 15)
  title!: string;

  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageTextDto)
  content!: MessageTextDto;

  /** Opened by a tap; must be ICP-registered (备案). With `miniprogram` as well, only clients too old for mini-programs open it. */
  @IsOptional()
  @IsHttpUrl()
  url?: string;

  /** Official accounts only; goes before `url`. With neither, the message can not be tapped. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageMiniprogramDto)
  miniprogram?: MessageMiniprogramDto;

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
