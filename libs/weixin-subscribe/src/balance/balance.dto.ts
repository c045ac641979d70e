import { IsOptional } from 'class-validator';
import { Described } from '../kernel/schema.js';
import { FromDigits, IsAppId, IsScene, IsTemplateId } from '../kernel/validation.js';

/** `GET balance`: of which template. Whose it is the host says, never the caller. */
export class BalanceQueryDto {
  @IsAppId()
  appId!: string;

  @IsTemplateId()
  templateId!: string;

  /** Of one-time templates; without it all scenes. The other channels have none. */
  @FromDigits()
  @IsOptional()
  @IsScene()
  @Described('Of one-time templates; without it all scenes')
  scene?: number;
}
