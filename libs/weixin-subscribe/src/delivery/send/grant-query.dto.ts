import { IsOptional } from 'class-validator';
import { Described } from '../../kernel/schema.js';
import { FromDigits, IsAppId, IsOpenid, IsScene, IsTemplateId } from '../../kernel/validation.js';

/** Which grant is asked about. */
export class GrantQueryDto {
  @IsAppId()
  appId!: string;

  @IsOpenid()
  openid!: string;

  @IsTemplateId()
  templateId!: string;

  /** Of one-time templates; without it all scenes. The other channels have none. */
  @FromDigits()
  @IsOptional()
  @IsScene()
  @Described('Of one-time templates; without it all scenes')
  scene?: number;
}
