import { IsOptional } from 'class-validator';
import { IsAppId, IsLike, IsScene, IsTemplateId, IsWhole } from '../kernel/validation.js';

/**
 * Characters are Unicode code points. MariaDB takes two texts that differ in spaces at the end for the same.
 */
const PURPOSE = /^(?!\s)[^\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]{1,128}(?<!\s)$/u;

export const IsPurpose = () =>
  IsLike(PURPOSE, '1 to 128 characters without control characters and without a space at either end', {
    shown: true,
    description: 'In place of scene: what it is for, as it was named to the SceneRegistry',
    example: 'class:42',
  });

export class ScenePurposeDto {
  @IsAppId()
  appId!: string;

  @IsTemplateId()
  templateId!: string;

  @IsPurpose()
  purpose!: string;
}

export class SceneFilterDto {
  @IsAppId()
  appId!: string;

  @IsTemplateId()
  templateId!: string;

  @IsOptional()
  @IsScene()
  after?: number;

  @IsOptional()
  @IsWhole(1, 1000)
  limit?: number;
}
