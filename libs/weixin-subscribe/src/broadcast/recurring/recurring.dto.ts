import { IsOptional } from 'class-validator';
import { Described } from '../../kernel/schema.js';
import { FromDigits, IsAppId, IsLike, IsMoment, IsText, IsUuid, IsWhole } from '../../kernel/validation.js';
import { BroadcastContentDto } from '../dto/broadcast.dto.js';

/** A start that comes later than that is none that anybody expects. */
const WEEK_MINUTES = 7 * 24 * 60;
/** MariaDB takes two texts that differ in spaces at the end for the same. */
const NAME = /^(?!\s)[^\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]{1,64}(?<!\s)$/u;

@Described('The same broadcast again and again, to everybody who has a permission at that time', {
  example: {
    name: '工作日课前提醒',
    appId: 'wxaba38c7f163da69b',
    templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
    scene: 42,
    title: '上课提醒',
    content: { value: '{{date}} 8:50 高等数学\n教室 A-301' },
    cron: '30 8 * * 1-5',
    timeZone: 'Asia/Shanghai',
    endAfterMinutes: 20,
  },
})
export class RecurringBroadcastDto extends BroadcastContentDto {
  /**
   * 1–64 characters, unique in its account. The same name with the same broadcast gives the one that is
   * there, so that a request may be repeated.
   */
  @IsLike(NAME, '1 to 64 characters without control characters and without a space at either end', {
    shown: true,
  })
  @Described('Unique in its account; a repeated request gives the one that is there')
  name!: string;

  /**
   * When: five fields (minute, hour, day of the month, month, day of the week), with `*`, lists, ranges,
   * steps and English names of months and days: `50 8 * * 1-5`.
   */
  @IsText(9, 100)
  @Described('Minute, hour, day of the month, month, day of the week', { example: '50 8 * * 1-5' })
  cron!: string;

  /** Time zone of IANA in which `cron` is read. @default 'Asia/Shanghai' */
  @IsOptional()
  @IsText(1, 64)
  @Described('Of IANA; in it cron is read', { default: 'Asia/Shanghai' })
  timeZone?: string;

  /**
   * So many minutes late a broadcast may still be started, 1–10,080: when no process ran at its time. Of
   * several times that were missed the last one alone is started. @default 60
   */
  @IsOptional()
  @IsWhole(1, WEEK_MINUTES)
  @Described('So many minutes late it may still start; after a stop of days at most one starts', {
    default: 60,
  })
  startWithinMinutes?: number;

  /**
   * So many minutes after its time, 1–10,080, nothing more of a run is sent, and the grants of who was not
   * reached are kept. @default no end
   */
  @IsOptional()
  @IsWhole(1, WEEK_MINUTES)
  @Described('So many minutes after its time nothing more of a run is sent')
  endAfterMinutes?: number;
}

export class RecurringParamsDto {
  @IsUuid('the id of a recurring broadcast')
  id!: string;
}

export class RecurringQueryDto {
  @IsAppId()
  appId!: string;

  /** The name of the last one of the page before. */
  @IsOptional()
  @IsText(1, 64)
  @Described('The name of the last one of the page before')
  after?: string;

  /** 1–100. @default 50 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 100)
  @Described('Of a page, at most', { default: 50 })
  limit?: number;
}

export class OccurrenceQueryDto {
  /** `dueAt` of the last one of the page before. */
  @IsOptional()
  @IsMoment()
  @Described('dueAt of the last one of the page before')
  before?: Date | string;

  /** 1–100. @default 50 */
  @IsOptional()
  @FromDigits()
  @IsWhole(1, 100)
  @Described('Of a page, at most', { default: 50 })
  limit?: number;
}
