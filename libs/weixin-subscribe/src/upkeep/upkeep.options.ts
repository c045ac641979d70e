import type { Given } from '../kernel/option-checks.js';
import { IsFlag, IsWhole } from '../kernel/validation.js';

const IsDays = () => IsWhole(0, 36_500);

/** Days after which finished rows are deleted, up to 36,500; `0` keeps them. */
export class RetentionConfig {
  /** Answered and expired intents. @default 30 */
  @IsDays()
  readonly intentsDays: number = 30;

  /** Spent, void, renewed and expired grants. @default 0 */
  @IsDays()
  readonly grantsDays: number = 0;

  /** Messages with an outcome other than `unknown`; their idempotency keys end with them. @default 0 */
  @IsDays()
  readonly messagesDays: number = 0;

  /**
   * Service cards that have ended, with their updates. Once one is gone its code is not known any more.
   * @default 0
   */
  @IsDays()
  readonly cardsDays: number = 0;

  /** Who took and reported which access_token, counted from the last time it did. @default 90 */
  @IsDays()
  readonly auditDays: number = 90;

  /** The audit log: who changed what through the REST routes. @default 365 */
  @IsDays()
  readonly actionsDays: number = 365;

  /** Processed and failed pushes of WeChat, counted from when they came. @default 30 */
  @IsDays()
  readonly pushEventsDays: number = 30;
}

export type RetentionOptions = Given<RetentionConfig>;

export class ScheduleConfig {
  /**
   * Token refresh ahead, recovery, expiry and retention run in the background. Needs
   * `ScheduleModule.forRoot()` in the host. @default true
   */
  @IsFlag()
  readonly enabled: boolean = true;
}

export type ScheduleOptions = Given<ScheduleConfig>;
