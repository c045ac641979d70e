import { IsOptional, ValidateNested } from 'class-validator';
import { MessageMiniprogramDto } from '../../delivery/channels/dto/message-content.dto.js';
import type { GrantChannel } from '../../grant/grant.types.js';
import {
  FromDigits,
  IsAnyText,
  IsFlag,
  IsIdentifier,
  IsInsteadOf,
  IsLike,
  IsMoment,
  IsOneOf,
  IsPlainObject,
  IsScene,
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
  value!: string;

  /** Colour of the whole text, `#RRGGBB`. */
  @IsOptional()
  @IsLike(/^#[0-9a-fA-F]{6}$/, 'a colour written #RRGGBB', { shown: true })
  color?: string;
}

/** One content to many people. For whom: the people under one scene, named by number or by purpose; or recipients, with or without one. */
export class BroadcastDto {
  @IsIdentifier(32)
  appId!: string;

  @IsIdentifier(64)
  templateId!: string;

  /** 0–10000: everybody who has an unused permission under it; of recipients, only a permission under it. */
  @IsOptional()
  @IsScene()
  scene?: number;

  /** Instead of `scene`, what the scene is for, as SceneRegistry knows it. */
  @IsOptional()
  @IsInsteadOf('scene')
  @IsPurpose()
  purpose?: string;

  /** 1–15 characters once its `{{placeholders}}` are filled. Required, but with `renderer`. */
  @IsOptional()
  @IsText(1, UNFILLED)
  title?: string;

  /** Required, but with `renderer`. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => BroadcastTextDto)
  content?: BroadcastTextDto;

  /** As that of a message; values of placeholders are percent-encoded. */
  @IsOptional()
  @IsText(1, 2 * UNFILLED)
  url?: string;

  /** As that of a message; values of placeholders in `pagepath` are percent-encoded. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageMiniprogramDto)
  miniprogram?: MessageMiniprogramDto;

  /** Name of a renderer of the host's, which says what each person is told, instead of `title` and `content`. */
  @IsOptional()
  @IsInsteadOf('title')
  @IsText(1, 64)
  renderer?: string;

  /** Messages per second, at most, 1–100,000; the account's own rate holds as well. @default the account's */
  @IsOptional()
  @IsWhole(1, 100_000)
  rate?: number;

  /** Begins then, or soon after. Less than a year ahead; a moment that has passed means at once. As that of a message. */
  @IsOptional()
  @IsMoment()
  notBefore?: Date | string;

  /** From this moment on nothing more is sent, and the permissions of who was not reached are kept. After `notBefore`, and in the future. */
  @IsOptional()
  @IsMoment()
  deadline?: Date | string;

  /** The same key with the same broadcast gives the first one and starts nothing. Unique per account. 1–128 printable ASCII characters. */
  @IsOptional()
  @IsLike(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable ASCII characters without spaces')
  idempotencyKey?: string;

  /** @default 'one-time' */
  @IsOptional()
  @IsOneOf(['one-time'])
  channel?: GrantChannel;
}

/** A word of a person's, for the record. */
export class BroadcastWordDto {
  /** 1–255 characters, whatever they are: a pause does not wait for a better text. */
  @IsOptional()
  @IsAnyText(255)
  reason?: string;
}

export class BroadcastParamsDto {
  @IsLike(/^[0-9a-f-]{36}$/, 'the id of a broadcast', { shown: true })
  id!: string;
}

export class BroadcastQueryDto {
  @IsIdentifier(32)
  appId!: string;

  @IsOptional()
  @IsOneOf(BROADCAST_STATUSES)
  status?: BroadcastStatus;

  /** The id of the last one of the page before. */
  @IsOptional()
  @IsLike(/^[0-9a-f-]{36}$/, 'the id of a broadcast', { shown: true })
  before?: string;

  /** 1–100. @default 20 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 100)
  limit?: number;
}

/** A broadcast at the door: its recipients may be in it, or follow as a stream. */
export class StartBroadcastDto extends BroadcastDto {
  /** At most 1,000; longer lists follow as NDJSON to `broadcasts/:id/recipients`, with `draft`. */
  @IsOptional()
  recipients?: unknown[];

  /** Only writes it down, as a draft that takes recipients, until `broadcasts/:id/start`. */
  @IsOptional()
  @IsFlag()
  draft?: boolean;
}
