import { IsOptional, ValidateIf } from 'class-validator';
import {
  EmptyAsAbsent,
  FromDigits,
  IsAnyText,
  IsIdentifier,
  IsInsteadOf,
  IsLike,
  IsOneOf,
  IsScene,
  IsWhole,
} from '../../kernel/validation.js';

import { IsPurpose } from '../../scene/scene.dto.js';

export const STATE = /^[0-9A-Za-z]{1,128}$/;
export const STATE_RULE = '1 to 128 letters and digits, as this service issued it';

/** The scene is required then. */
const withoutPurpose = ({ purpose }: { purpose?: string | null }) =>
  purpose === undefined || purpose === null;

/** `GET authorize` */
export class AuthorizeQueryDto {
  @IsIdentifier(32)
  appId!: string;

  @IsIdentifier(64)
  templateId!: string;

  @FromDigits()
  @ValidateIf(withoutPurpose)
  @IsScene()
  scene?: number;

  /** In place of `scene`: what it is for, as it was named to `SceneRegistry.sceneFor`. */
  @IsOptional()
  @IsInsteadOf('scene')
  @IsPurpose()
  purpose?: string;

  /** Where the user goes afterwards; must be allowed by the options. */
  @IsOptional()
  @IsAnyText(2048)
  returnTo?: string;
}

/** `GET callback`, with the names that WeChat gives them (docs/platform.md §1.2). */
export class CallbackQueryDto {
  @EmptyAsAbsent()
  @IsOptional()
  @IsIdentifier(64)
  openid?: string;

  @IsIdentifier(64)
  template_id!: string;

  @IsOneOf(['confirm', 'cancel'])
  action!: 'confirm' | 'cancel';

  @FromDigits()
  @IsScene()
  scene!: number;

  @IsLike(STATE, STATE_RULE)
  reserved!: string;
}

/** `POST app/intents` */
export class CreateIntentDto {
  @IsIdentifier(32)
  appId!: string;

  @IsIdentifier(64)
  templateId!: string;

  @ValidateIf(withoutPurpose)
  @IsScene()
  scene?: number;

  /** In place of `scene`: what it is for, as it was named to `SceneRegistry.sceneFor`. */
  @IsOptional()
  @IsInsteadOf('scene')
  @IsPurpose()
  purpose?: string;
}

/** `POST app/results`: the fields of the SDK's Resp. */
export class IntentResultDto {
  @IsLike(STATE, STATE_RULE)
  reserved!: string;

  @IsOneOf(['confirm', 'cancel'])
  action!: 'confirm' | 'cancel';

  @IsIdentifier(64)
  templateId!: string;

  @IsScene()
  scene!: number;

  /** Required when `action` is "confirm"; null, empty or absent otherwise. */
  @EmptyAsAbsent()
  @IsOptional()
  @IsIdentifier(64)
  openid?: string;

  /** 0 ok, -2 the user cancelled, … (docs/platform.md §2.3). */
  @IsOptional()
  @IsWhole(-1000, 1000)
  errCode?: number;
}
