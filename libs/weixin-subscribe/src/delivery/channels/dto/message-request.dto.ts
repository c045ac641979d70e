import { IsOptional } from 'class-validator';
import { GRANT_CHANNELS } from '../../../config/options.js';
import type { GrantChannel } from '../../../grant/grant.types.js';
import { type InputClass, IsIdentifier, IsLike, IsMoment, IsOneOf } from '../../../kernel/validation.js';

/** What every message is asked for with, whatever it says. */
export interface MessageRequest {
  appId: string;
  /** As the confirm brought it; it belongs to this account only. */
  openid: string;
  templateId: string;
  /** The same key with the same message gives the first outcome and sends nothing. 1–128 printable ASCII characters, unique per account. */
  idempotencyKey?: string;
  /**
   * Defers the message: a worker sends it then, or soon after. Less than a year ahead; a moment that has passed means at once. A `Date`, or ISO 8601
   * text with an offset, e.g. `2026-11-21T08:50:00+08:00`.
   */
  notBefore?: Date | string;
  /** Defers the message, too: from this moment on it is not sent any more and ends as `failed`, its permission kept. After `notBefore`, and in the future. */
  deadline?: Date | string;
  /** @default the channel of the template */
  channel?: GrantChannel;
}

/** The rules of {@link MessageRequest}, added to those of what the message says. */
export function messageRequest<Content extends object>(
  content: InputClass<Content>,
): InputClass<Content & MessageRequest> {
  class MessageRequestDto extends (content as InputClass<object>) implements MessageRequest {
    @IsIdentifier(32)
    appId!: string;

    @IsIdentifier(64)
    openid!: string;

    @IsIdentifier(64)
    templateId!: string;

    @IsOptional()
    @IsLike(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable ASCII characters without spaces')
    idempotencyKey?: string;

    @IsOptional()
    @IsMoment()
    notBefore?: Date | string;

    @IsOptional()
    @IsMoment()
    deadline?: Date | string;

    @IsOptional()
    @IsOneOf(GRANT_CHANNELS)
    channel?: GrantChannel;
  }
  return MessageRequestDto as InputClass<Content & MessageRequest>;
}
