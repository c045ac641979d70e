import type { Given } from '../kernel/option-checks.js';
import { IsWhole } from '../kernel/validation.js';

export class TemplateConfig {
  /**
   * How long a process keeps the list of an account's templates before it asks WeChat again, 1–86,400 s.
   * @default 600
   */
  @IsWhole(1, 86_400)
  readonly cacheSeconds: number = 600;
}

export type TemplateOptions = Given<TemplateConfig>;
