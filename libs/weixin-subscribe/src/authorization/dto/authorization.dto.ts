import { IsOptional, ValidateIf } from 'class-validator';
import { Described } from '../../kernel/schema.js';
import {
  EmptyAsAbsent,
  FromDigits,
  IsAnyText,
  IsAppId,
  IsInsteadOf,
  IsLike,
  IsOneOf,
  IsOpenid,
  IsScene,
  IsTemplateId,
  IsWhole,
} from '../../kernel/validation.js';

import { IsPurpose } from '../../scene/scene.dto.js';

export const IsState = () =>
  IsLike(/^[0-9A-Za-z]{1,128}$/, '1 to 128 letters and digits, as this service issued it', {
    example: 'the0state0that0we0issued',
  });

/** The scene is required then. */
const withoutPurpose = ({ purpose }: { purpose?: string | null }) =>
  purpose === undefined || purpose === null;

/** `GET authorize` */
export class AuthorizeQueryDto {
  @IsAppId()
  appId!: string;

  @IsTemplateId()
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
  @Described('Where the person goes afterwards; must be allowed', { example: '/courses/42' })
  returnTo?: string;
}

/** `GET callback`, with the names that WeChat gives them (docs/platform.md §1.2). */
export class CallbackQueryDto {
  @EmptyAsAbsent()
  @IsOptional()
  @IsOpenid()
  @Described('Absent when the person cancelled')
  openid?: string;

  @IsTemplateId()
  template_id!: string;

  @IsOneOf(['confirm', 'cancel'])
  action!: 'confirm' | 'cancel';

  @FromDigits()
  @IsScene()
  scene!: number;

  @IsState()
  reserved!: string;
}

/** `GET oauth/callback`, with the names that WeChat gives them. */
export class OAuthCallbackDto {
  @IsLike(/^[\x21-\x7e]{1,512}$/, '1 to 512 printable ASCII characters, as WeChat issued it', {
    example: '021vTq0w3Vq6Y03M3o1w3Vq60l0vTq0C',
  })
  code!: string;

  @IsState()
  state!: string;
}

/** `POST app/intents` */
export class CreateIntentDto {
  @IsAppId()
  appId!: string;

  @IsTemplateId()
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
@Described("The fields of the SDK's Resp")
export class IntentResultDto {
  @IsState()
  reserved!: string;

  @IsOneOf(['confirm', 'cancel'])
  action!: 'confirm' | 'cancel';

  @IsTemplateId()
  templateId!: string;

  @IsScene()
  scene!: number;

  /** Required when `action` is "confirm"; null, empty or absent otherwise. */
  @EmptyAsAbsent()
  @IsOptional()
  @IsOpenid()
  @Described('Required when action is "confirm"')
  openid?: string;

  /** 0 ok, -2 the user cancelled, … (docs/platform.md §2.3). */
  @IsOptional()
  @IsWhole(-1000, 1000)
  @Described('0 ok, -2 the user cancelled')
  errCode?: number;
}
