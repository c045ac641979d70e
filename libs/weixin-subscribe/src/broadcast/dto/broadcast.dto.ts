import { IsOptional, ValidateNested } from 'class-validator';
import { GRANT_CHANNELS } from '../../account/account-templates.options.js';
import { KEYWORD_DATA } from '../../delivery/channels/dto/keyword-content.dto.js';
import { MessageMiniprogramDto } from '../../delivery/channels/dto/message-content.dto.js';
import {
  type KeywordContent,
  MESSAGE_LANGS,
  type MessageLang,
  MINIPROGRAM_STATES,
  type MiniprogramState,
} from '../../delivery/ledger/message.types.js';
import type { GrantChannel } from '../../grant/grant.types.js';
import { ID } from '../../kernel/ids.js';
import { Described, type Schema } from '../../kernel/schema.js';
import {
  FromDigits,
  IsAnyText,
  IsAppId,
  IsFlag,
  IsInsteadOf,
  IsLike,
  IsMoment,
  IsOneOf,
  IsPlainObject,
  IsScene,
  IsTemplateId,
  IsText,
  IsWhole,
  Nested,
} from '../../kernel/validation.js';
import { IsPurpose } from '../../scene/scene.dto.js';
import { BROADCAST_STATUSES, type BroadcastStatus } from '../broadcast.types.js';

/** Before placeholders are filled, a text may be longer than it may be afterwards. */
const UNFILLED = 2000;

/** The text of a broadcast. */
export class BroadcastTextDto {
  /** 1–200 characters once its placeholders are filled. */
  @IsText(1, UNFILLED, { lineBreaks: true })
  @Described('1–200 characters once its {{placeholders}} are filled', {
    example: '{{name}}，高等数学 8:50 开始\n教室 A-301',
  })
  value!: string;

  /** Colour of the whole text, `#RRGGBB`. */
  @IsOptional()
  @IsLike(/^#[0-9a-fA-F]{6}$/, 'a colour written #RRGGBB', { shown: true, example: '#173177' })
  color?: string;
}

/**
 * One content to many people, in the fields of its channel: `title` and `content` of `one-time`, `data` of
 * the others. For whom: the people under one scene, named by number or by purpose; where the channel has no
 * scenes, all who have a permission of the template; or recipients.
 */
export class BroadcastContentDto {
  @IsAppId()
  appId!: string;

  @IsTemplateId()
  templateId!: string;

  /**
   * 0–10000: everybody who has an unused grant under it; of recipients, only a grant under it. Left out, or
   * 0, where the channel has no scenes.
   */
  @IsOptional()
  @IsScene()
  scene?: number;

  /** Instead of `scene`, what the scene is for, as SceneRegistry knows it. */
  @IsOptional()
  @IsInsteadOf('scene')
  @IsPurpose()
  purpose?: string;

  /** 1–15 characters once its `{{placeholders}}` are filled. Required of `one-time`, but with `renderer`. */
  @IsOptional()
  @IsText(1, UNFILLED)
  @Described('1–15 characters once its {{placeholders}} are filled', { example: '上课提醒' })
  title?: string;

  /** Required of `one-time`, but with `renderer`. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => BroadcastTextDto)
  content?: BroadcastTextDto;

  /**
   * Values for the keywords of the template, e.g. `{ thing1: { value: '{{course}}' } }`; each within the
   * limits of its type once its placeholders are filled. Required of the channels with keywords, but with
   * `renderer`.
   */
  @IsOptional()
  @IsPlainObject()
  @Described('Values for the keywords of the template, with {{placeholders}}', KEYWORD_DATA)
  data?: KeywordContent['data'];

  /** As that of a message with keywords; values of placeholders are percent-encoded. */
  @IsOptional()
  @IsText(1, 2 * UNFILLED)
  @Described('Opened by a tap; of messages with keywords')
  page?: string;

  /** Of `mini-subscribe` and `service-notice`. @default 'formal' */
  @IsOptional()
  @IsOneOf(MINIPROGRAM_STATES)
  @Described('Which version of the mini-program a tap opens', { default: 'formal' })
  miniprogramState?: MiniprogramState;

  /** Of `mini-subscribe` and `service-notice`. @default 'zh_CN' */
  @IsOptional()
  @IsOneOf(MESSAGE_LANGS)
  @Described('Language of the mini-program that a tap opens', { default: 'zh_CN' })
  lang?: MessageLang;

  /** Of `mini-template`: the keyword whose value is shown large, e.g. `keyword1`. */
  @IsOptional()
  @IsText(1, 40)
  @Described('The keyword whose value is shown large; of template messages only')
  emphasisKeyword?: string;

  /** As that of a one-time message; values of placeholders are percent-encoded. */
  @IsOptional()
  @IsText(1, 2 * UNFILLED)
  @Described('Opened by a tap; of one-time messages')
  url?: string;

  /** As that of a message; values of placeholders in `pagepath` are percent-encoded. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageMiniprogramDto)
  miniprogram?: MessageMiniprogramDto;

  /**
   * Name of a renderer of the host's, which returns the content for each person, instead of `title` and
   * `content`, or of `data`.
   */
  @IsOptional()
  @IsInsteadOf('title')
  @IsText(1, 64)
  @Described('In place of title and content, or of data: the name of a renderer of the host')
  renderer?: string;

  /** Messages per second, at most, 1–100,000; the account's own rate holds as well. @default the account's */
  @IsOptional()
  @IsWhole(1, 100_000)
  @Described("Messages per second, at most; the account's own rate holds as well")
  rate?: number;

  /** @default the channel of the template */
  @IsOptional()
  @IsOneOf(GRANT_CHANNELS)
  @Described('Without it, that of the template')
  channel?: GrantChannel;
}

/** A broadcast as it is started once. */
export class BroadcastDto extends BroadcastContentDto {
  /**
   * Begins then, or soon after. Less than a year ahead; a moment that has passed means at once. As that of a
   * message.
   */
  @IsOptional()
  @IsMoment()
  @Described('It begins then, or soon after')
  notBefore?: Date | string;

  /**
   * From this moment on nothing more is sent, and the grants of who was not reached are kept. After
   * `notBefore`, and in the future.
   */
  @IsOptional()
  @IsMoment()
  @Described('From then on nothing more is sent')
  deadline?: Date | string;

  /**
   * The same key with the same broadcast gives the first one and starts nothing. Unique per account. 1–128
   * printable ASCII characters.
   */
  @IsOptional()
  @IsLike(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable ASCII characters without spaces')
  @Described('The same key with the same broadcast gives the first one and starts nothing')
  idempotencyKey?: string;
}

/** Why a person changes a broadcast, for its history. */
export class BroadcastChangeDto {
  /** 1–255 characters, whatever they are: a pause does not wait for a better text. */
  @IsOptional()
  @IsAnyText(255)
  @Described('For the record')
  reason?: string;
}

export class BroadcastParamsDto {
  @IsLike(/^[0-9a-f-]{36}$/, 'the id of a broadcast', { shown: true, format: 'uuid' })
  id!: string;
}

export class BroadcastQueryDto {
  @IsAppId()
  appId!: string;

  @IsOptional()
  @IsOneOf(BROADCAST_STATUSES)
  status?: BroadcastStatus;

  /** The id of the last one of the page before. */
  @IsOptional()
  @IsLike(ID, 'the id of a broadcast', { shown: true })
  @Described('The last one of the page before', { format: 'uuid' })
  before?: string;

  /** 1–100. @default 20 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 100)
  @Described('Broadcasts of a page, at most', { default: 20 })
  limit?: number;
}

/** Recipients that a broadcast may bring along. */
export const MOST_INLINE = 1000;

const OPENID: Schema = { type: 'string', pattern: '^[\\w-]{1,64}$' };
const RECIPIENT: Schema = {
  oneOf: [
    OPENID,
    {
      type: 'object',
      required: ['openid'],
      properties: {
        openid: OPENID,
        fields: {
          type: 'object',
          description: 'Fills the placeholders; at most 50',
          additionalProperties: true,
        },
      },
    },
  ],
};

/** A broadcast as the route takes it: its recipients may be in it, or follow as a stream. */
@Described('For everybody under one scene, or for recipients. With a content of its channel, or a renderer', {
  example: {
    appId: 'wxaba38c7f163da69b',
    templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
    scene: 42,
    title: '上课提醒',
    content: { value: '高等数学 8:50 开始\n教室 A-301' },
    idempotencyKey: 'class-42-2026-11-20',
  },
})
export class StartBroadcastDto extends BroadcastDto {
  /** At most 1,000; longer lists follow as NDJSON to `broadcasts/:id/recipients`, with `draft`. */
  @IsOptional()
  @Described('Longer lists follow to broadcasts/{id}/recipients, with draft', {
    type: 'array',
    minItems: 1,
    maxItems: MOST_INLINE,
    items: RECIPIENT,
  })
  recipients?: unknown[];

  /** Only writes it down, as a draft that takes recipients, until `broadcasts/:id/start`. */
  @IsOptional()
  @IsFlag()
  @Described('Only writes it down, until broadcasts/{id}/start')
  draft?: boolean;
}
