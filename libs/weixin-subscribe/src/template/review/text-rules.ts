import { plainWords, specialSymbols, without, wordsIn } from './plain-words.js';
import type { ReviewFinding, ReviewRule } from './review.types.js';
import { NOT_PERSONAL, PERSONAL } from './word-lists.js';

/** Titles and keywords alike. */
export function symbols(text: string, place: string, rule: ReviewRule): ReviewFinding[] {
  const found = specialSymbols(text);
  if (found.length === 0) return [];
  const shown = found
    .slice(0, 5)
    .map((symbol) => JSON.stringify(symbol))
    .join(' ');
  return [
    {
      rule,
      place,
      message: `it holds special symbols: ${shown}; write letters and digits only`,
      messageZh: `含有特殊符号：${shown}，只能使用文字和数字`,
    },
  ];
}

export function personal(text: string, place: string, rule: ReviewRule): ReviewFinding[] {
  const plain = plainWords(text);
  const found = wordsIn(without(NOT_PERSONAL, plain), PERSONAL);
  const numbers = plain.match(/\d{5,}/g) ?? [];
  if (found.length + numbers.length === 0) return [];
  return [
    {
      rule,
      place,
      message: `it holds personal wording (${[...found, ...numbers.map(() => 'a long number')].join(', ')}); use the general words of the trade`,
      messageZh: `含有个性化字词（${[...found, ...numbers.map(() => '长串数字')].join('、')}），请使用行业通用的表述`,
    },
  ];
}
