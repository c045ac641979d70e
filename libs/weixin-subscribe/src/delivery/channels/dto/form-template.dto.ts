import { IsOptional } from 'class-validator';
import { countCharacters, describe } from '../../../kernel/describe.js';
import type { FieldError } from '../../../kernel/errors.js';
import { Described } from '../../../kernel/schema.js';
import { sayUnfit, unfitCharacter } from '../../../kernel/text.js';
import { IsLike } from '../../../kernel/validation.js';
import type { KeywordContent } from '../../ledger/message.types.js';
import { KeywordDataDto } from './keyword-content.dto.js';

const KEYWORD = /^keyword[1-9]\d?$/;
const COLOR = /^#[0-9a-fA-F]{6}$/;
/** The platform names no limit; this is that of the one-time message. */
const MOST_VALUE = 200;

/** What a template message of a mini-program says (docs/platform.md §5). */
export class FormTemplateContentDto extends KeywordDataDto {
  /** The keyword whose value is shown large, e.g. `keyword1`. */
  @IsOptional()
  @IsLike(KEYWORD, 'a keyword of data, e.g. "keyword1"', { shown: true, example: 'keyword1' })
  @Described('The keyword whose value is shown large')
  emphasisKeyword?: string;
}

export function formTemplateContentOf({
  data,
  page,
  emphasisKeyword,
}: FormTemplateContentDto): KeywordContent {
  return { data, page: page ?? undefined, emphasisKeyword: emphasisKeyword ?? undefined };
}

/**
 * What is wrong with its keywords: their names, values and colours, and one that is enlarged but not there.
 */
export function checkFormTemplate({ data, emphasisKeyword }: KeywordContent): FieldError[] {
  const keywords = Object.entries(data);
  if (keywords.length === 0 || keywords.length > 20)
    return [wrong('data', `must hold 1 to 20 keywords, got ${keywords.length}`)];
  const errors = keywords.flatMap(([keyword, entry]) => checkKeyword(keyword, entry));
  if (emphasisKeyword !== undefined && !Object.hasOwn(data, emphasisKeyword))
    errors.push(wrong('emphasisKeyword', 'must be a keyword of data'));
  return errors;
}

function checkKeyword(keyword: string, entry: unknown): FieldError[] {
  if (!KEYWORD.test(keyword)) return [wrong('data', 'must hold keywords named keyword1, keyword2, …')];
  const field = `data.${keyword}`;
  if (entry === null || typeof entry !== 'object')
    return [wrong(field, `must be an object {"value": …, "color"?: …}, got ${describe(entry)}`)];
  const { value, color, ...others } = entry as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return [wrong(`${field}.${unknown.slice(0, 40)}`, 'is not a known field')];
  if (typeof value !== 'string' || value.trim() === '' || countCharacters(value) > MOST_VALUE)
    return [
      wrong(
        `${field}.value`,
        `must be text of 1 to ${MOST_VALUE} characters (Unicode code points), got ${typeof value === 'string' ? countCharacters(value) : describe(value)}`,
      ),
    ];
  const unfit = unfitCharacter(value, { lineBreaks: true });
  if (unfit) return [wrong(`${field}.value`, `must be text that people read, got ${sayUnfit(unfit)}`)];
  if (color !== undefined && color !== null && !(typeof color === 'string' && COLOR.test(color)))
    return [wrong(`${field}.color`, `must be a colour written #RRGGBB, got ${describe(color)}`)];
  return [];
}

const wrong = (field: string, says: string): FieldError => ({ field, message: `${field} ${says}` });
