import { IsIdentifier, IsIdentifierList, IsLike, IsPlainObject } from '../../kernel/validation.js';
import { STATE, STATE_RULE } from './authorization.dto.js';

/** So many templates the platform asks for at once (docs/platform.md §6.1). */
export const MOST_TEMPLATES = 5;

/** `POST subscribe/intents` */
export class CreateSubscribeIntentsDto {
  @IsIdentifier(32)
  appId!: string;

  /** Those that the front end is about to ask for. */
  @IsIdentifierList(MOST_TEMPLATES)
  templateIds!: string[];
}

/** `POST subscribe/results` */
export class SubscribeResultDto {
  @IsLike(STATE, STATE_RULE)
  state!: string;

  /**
   * As the front end got it: what `wx.requestSubscribeMessage` resolved or failed with, or `event.detail` of the events `success` and `error` of
   * `<wx-open-subscribe>`. What it holds besides is ignored.
   */
  @IsPlainObject()
  result!: object;
}
