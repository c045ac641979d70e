import { IsOptional } from 'class-validator';
import { FromDigits, IsIdentifier, IsScene } from '../../kernel/validation.js';

/** Which permission is asked about. */
export class GrantQueryDto {
  @IsIdentifier(32)
  appId!: string;

  @IsIdentifier(64)
  openid!: string;

  @IsIdentifier(64)
  templateId!: string;

  /** Of one-time templates; without it all scenes. The other channels have none. */
  @FromDigits()
  @IsOptional()
  @IsScene()
  scene?: number;
}
