import { IsOptional, ValidateNested } from 'class-validator';
import type { FieldError } from '../../../kernel/errors.js';
import { Described, type Schema } from '../../../kernel/schema.js';
import { IsOneOf, IsPlainObject, IsText, Nested } from '../../../kernel/validation.js';
import { tooManyBytes } from '../../../sql/column-sizes.js';
import type { SubscribeTemplate } from '../../../template/template.types.js';
import { checkTemplateData } from '../../../template/template-data.js';
import {
  type KeywordContent,
  MESSAGE_LANGS,
  type MessageLang,
  MINIPROGRAM_STATES,
  type MiniprogramState,
  type Recipient,
  type SharedMessage,
} from '../../ledger/message.types.js';
import { MessageMiniprogramDto } from './message-content.dto.js';

/** As OpenAPI shows it. */
export const KEYWORD_DATA: Schema = {
  additionalProperties: {
    type: 'object',
    required: ['value'],
    properties: {
      value: { type: 'string', description: 'Within the limits of the type of its keyword' },
      color: { type: 'string', description: 'Of template messages of a mini-program only' },
    },
  },
};

/** Values for the keywords of a template, which every kind of message but the one-time one is made of. */
export class KeywordDataDto {
  /** E.g. `{ thing1: { value: '高等数学' } }`. */
  @IsPlainObject()
  @Described('Values for the keywords of the template, by keyword', KEYWORD_DATA)
  data!: KeywordContent['data'];

  /** Opened by a tap, at most 1,024 characters; may carry a query. Without it, a tap opens nothing. */
  @IsOptional()
  @IsText(1, 1024)
  @Described('Opened by a tap; may carry a query')
  page?: string;
}

/** What a subscription message of a mini-program says (docs/platform.md §6.1). */
export class SubscribeContentDto extends KeywordDataDto {
  /** Which version of the mini-program a tap opens. @default 'formal' */
  @IsOptional()
  @IsOneOf(MINIPROGRAM_STATES)
  @Described('Which version of the mini-program a tap opens', { default: 'formal' })
  miniprogramState?: MiniprogramState;

  /** Language of the mini-program that a tap opens. @default 'zh_CN' */
  @IsOptional()
  @IsOneOf(MESSAGE_LANGS)
  @Described('Language of the mini-program that a tap opens', { default: 'zh_CN' })
  lang?: MessageLang;
}

/** What a subscription notice of an official account says (docs/platform.md §6.2). */
export class NoticeContentDto extends SubscribeContentDto {
  /** The mini-program page that a tap opens; goes before `page`, which is a web page here. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => MessageMiniprogramDto)
  miniprogram?: MessageMiniprogramDto;
}

/**
 * The content of either. The platform's current page asks for `miniprogram_state` and `lang` always, the
 * older one says what they are by default.
 */
export function subscribeContentOf(dto: SubscribeContentDto | NoticeContentDto): KeywordContent {
  const miniprogram = 'miniprogram' in dto ? dto.miniprogram : undefined;
  return {
    data: dto.data,
    page: dto.page ?? undefined,
    miniprogram: miniprogram ? { appId: miniprogram.appId, pagepath: miniprogram.pagepath } : undefined,
    miniprogramState: dto.miniprogramState ?? 'formal',
    lang: dto.lang ?? 'zh_CN',
  };
}

/** What is wrong with the values of either, held against the template where it is known. */
export function checkKeywordContent(content: KeywordContent, template?: SubscribeTemplate): FieldError[] {
  const errors = checkTemplateData(content.data, template);
  // An enum, and a type that is not known, have no limit of their own.
  const tooLarge = tooManyBytes(JSON.stringify(content), 'data');
  return tooLarge ? [...errors, tooLarge] : errors;
}

/** The body of either. */
export function subscribeBody({
  templateId,
  content: { data, page, miniprogram, miniprogramState, lang },
}: SharedMessage<KeywordContent>): (recipient: Recipient) => string {
  const rest = JSON.stringify({
    template_id: templateId,
    page,
    miniprogram: miniprogram ? { appid: miniprogram.appId, pagepath: miniprogram.pagepath } : undefined,
    data,
    miniprogram_state: miniprogramState,
    lang,
  }).slice(1);
  return ({ openid }) => `{"touser":${JSON.stringify(openid)},${rest}`;
}
