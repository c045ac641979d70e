import { Described } from '../../kernel/schema.js';
import { IsAppId, IsIdentifierList, IsPlainObject } from '../../kernel/validation.js';
import { IsState } from './authorization.dto.js';

/** So many templates the platform asks for at once (docs/platform.md §6.1). */
export const MOST_TEMPLATES = 5;

/** `POST subscribe/intents` */
export class CreateSubscribeIntentsDto {
  @IsAppId()
  appId!: string;

  /** Those that the front end is about to ask for. */
  @IsIdentifierList(MOST_TEMPLATES)
  templateIds!: string[];
}

/** `POST subscribe/results` */
export class SubscribeResultDto {
  @IsState()
  state!: string;

  /**
   * As the front end got it: what `wx.requestSubscribeMessage` resolved or failed with, or `event.detail` of
   * the events `success` and `error` of `<wx-open-subscribe>`. What it holds besides is ignored.
   */
  @IsPlainObject()
  @Described(
    'As it was got: what wx.requestSubscribeMessage resolved or failed with, or event.detail of <wx-open-subscribe>',
    {
      // Without it, generated clients take it for an object that has no property at all.
      additionalProperties: true,
      example: {
        errMsg: 'requestSubscribeMessage:ok',
        '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc': 'accept',
      },
    },
  )
  result!: object;
}
