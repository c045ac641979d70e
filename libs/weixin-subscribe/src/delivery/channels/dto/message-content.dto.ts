import { IsOptional, ValidateNested } from 'class-validator';
import { Described } from '../../../kernel/schema.js';
import { IsAppId, IsHttpUrl, IsLike, IsPlainObject, IsText, Nested } from '../../../kernel/validation.js';
import type { OneTimeContent } from '../../ledger/message.types.js';

/** The text of the message. */
@Described('The text of the message')
export class MessageTextDto {
  /** 1–200 characters, counted in Unicode code points; `\n` breaks the line and counts as one. */
  @IsText(1, 200, { lineBreaks: true })
  @Described('Counted in Unicode code points; \\n breaks the line', {
    example: '高等数学 8:50 开始\n教室 A-301',
  })
  value!: string;

  /** Colour of the whole text, `#RRGGBB`. */
  @IsOptional()
  @IsLike(/^#[0-9a-fA-F]{6}$/, 'a colour written #RRGGBB', { shown: true, example: '#173177' })
  color?: string;
}

/**
 * The mini-program page that a tap opens. It must be published and associated with the sending official
 * account.
 */
@Described('The mini-program page that a tap opens; official accounts only')
export class MessageMiniprogramDto {
  @IsAppId()
  appId!: string;

  /** May carry a query, e.g. `pages/course?id=42`. */
  @IsText(1, 1024)
  @Described('May carry a query', { example: 'pages/course?id=42' })
  pagepath!: string;
}

/** What a one-time subscription message says (docs/platform.md §3.2). */
export class MessageContentDto {
  /** 1–15 characters, counted in Unicode code points. */
  @IsText(1, 15)
  @Described('Counted in Unicode code points', { example: '上课提醒' })
  title!: string;

  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageTextDto)
  content!: MessageTextDto;

  /**
   * Opened by a tap; must be ICP-registered (备案). With `miniprogram` as well, only clients too old for
   * mini-programs open it.
   */
  @IsOptional()
  @IsHttpUrl()
  @Described('Opened by a tap')
  url?: string;

  /** Official accounts only; goes before `url`. With neither, the message can not be tapped. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageMiniprogramDto)
  miniprogram?: MessageMiniprogramDto;
}

/**
 * A checked content as the library works with it. Optional fields may be null as well as absent: from here on
 * they are absent.
 */
export function contentOf({ title, content, url, miniprogram }: MessageContentDto): OneTimeContent {
  return {
    title,
    content: { value: content.value, color: content.color ?? undefined },
    url: url ?? undefined,
    miniprogram: miniprogram ? { appId: miniprogram.appId, pagepath: miniprogram.pagepath } : undefined,
  };
}
