import { IsOptional, ValidateNested } from 'class-validator';
import {
  IsHttpUrl,
  IsIdentifier,
  IsLike,
  IsPlainObject,
  IsText,
  Nested,
} from '../../../kernel/validation.js';
import type { OneTimeContent } from '../../ledger/message.types.js';

/** The text of the message. */
export class MessageTextDto {
  /** 1–200 characters, counted in Unicode code points; `\n` breaks the line and counts as one. */
  @IsText(1, 200, { lineBreaks: true })
  value!: string;

  /** Colour of the whole text, `#RRGGBB`. */
  @IsOptional()
  @IsLike(/^#[0-9a-fA-F]{6}$/, 'a colour written #RRGGBB', { shown: true })
  color?: string;
}

/** The mini-program page that a tap opens. It must be published and associated with the sending official account. */
export class MessageMiniprogramDto {
  @IsIdentifier(32)
  appId!: string;

  /** May carry a query, e.g. `pages/course?id=42`. */
  @IsText(1, 1024)
  pagepath!: string;
}

/** What a one-time subscription message says (docs/platform.md §3.2). */
export class MessageContentDto {
  /** 1–15 characters, counted in Unicode code points. */
  @IsText(1, 15)
  title!: string;

  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageTextDto)
  content!: MessageTextDto;

  /** Opened by a tap; must be ICP-registered (备案). With `miniprogram` as well, only clients too old for mini-programs open it. */
  @IsOptional()
  @IsHttpUrl()
  url?: string;

  /** Official accounts only; goes before `url`. With neither, the message can not be tapped. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageMiniprogramDto)
  miniprogram?: MessageMiniprogramDto;
}

/** A checked content as the library works with it. Optional fields may be null as well as absent: from here on they are absent. */
export function contentOf({ title, content, url, miniprogram }: MessageContentDto): OneTimeContent {
  return {
    title,
    content: { value: content.value, color: content.color ?? undefined },
    url: url ?? undefined,
    miniprogram: miniprogram ? { appId: miniprogram.appId, pagepath: miniprogram.pagepath } : undefined,
  };
}
