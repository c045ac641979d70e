import type { Given } from '../kernel/option-checks.js';
import { IsWhole } from '../kernel/validation.js';

export class TemplateConfig {
  /**
   * How long a process keeps the list of an account's templates before it asks WeChat again, 1–86,400 s.
   * @default 600
   */
  @IsWhole(1, 86_400)
  readonly cacheSeconds: number = 600;

  /**
   * How often the templates of the options are compared with WeChat's lists, 60–86,400 s: one call for each
   * account with templates of `mini-subscribe` or `service-notice`, by one process. Sends of a template that
   * is missing there pause until it is back. @default 3600
   */
  @IsWhole(60, 86_400)
  readonly compareEverySeconds: number = 3600;
}

export type TemplateOptions = Given<TemplateConfig>;
