import { IsOptional } from 'class-validator';
import { GRANT_CHANNELS } from '../../../account/account-templates.options.js';
import type { GrantChannel } from '../../../grant/grant.types.js';
import type { InputClass } from '../../../kernel/prepared-input.js';
import { Described } from '../../../kernel/schema.js';
import { IsAppId, IsLike, IsMoment, IsOneOf, IsOpenid, IsTemplateId } from '../../../kernel/validation.js';

/** What every message is asked for with, whatever it says. */
export interface MessageRequest {
  appId: string;
  /** As the confirm brought it; it belongs to this account only. */
  openid: string;
  templateId: string;
  /**
   * The same key with the same message gives the first outcome and sends nothing. 1–128 printable ASCII
   * characters, unique per account.
   */
  idempotencyKey?: string;
  /**
   * Defers the message: a worker sends it then, or soon after. Less than a year ahead; a moment that has
   * passed means at once. A `Date`, or ISO 8601 text with an offset, e.g. `2026-11-21T08:50:00+08:00`.
   */
  notBefore?: Date | string;
  /**
   * Defers the message, too: from this moment on it is not sent any more and ends as `failed`, its grant
   * kept. After `notBefore`, and in the future.
   */
  deadline?: Date | string;
  /** @default the channel of the template */
  channel?: GrantChannel;
}

/** The rules of {@link MessageRequest}, added to those of what the message says. */
export function messageRequest<Content extends object>(
  content: InputClass<Content>,
): InputClass<Content & MessageRequest> {
  class MessageRequestDto extends (content as InputClass<object>) implements MessageRequest {
    @IsAppId()
    appId!: string;

    @IsOpenid()
    openid!: string;

    @IsTemplateId()
    templateId!: string;

    @IsOptional()
    @IsLike(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable ASCII characters without spaces')
    @Described('The same key with the same message gives the first outcome and sends nothing')
    idempotencyKey?: string;

    @IsOptional()
    @IsMoment()
    @Described('Defers the message: it is sent then, or soon after; less than a year ahead')
    notBefore?: Date | string;

    @IsOptional()
    @IsMoment()
    @Described('Defers the message, too: it is not sent any more from then on')
    deadline?: Date | string;

    @IsOptional()
    @IsOneOf(GRANT_CHANNELS)
    @Described('Without it, that of the template')
    channel?: GrantChannel;
  }
  return MessageRequestDto as InputClass<Content & MessageRequest>;
}
