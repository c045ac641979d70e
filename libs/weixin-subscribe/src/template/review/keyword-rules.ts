import { plainWords, without } from './plain-words.js';
import type { KeywordDraft, ReviewFinding } from './review.types.js';
import { kindOf } from './sample-rules.js';
import { isTooSimilar } from './similarity.js';
import { personal, symbols } from './text-rules.js';
import { BROAD, NO_SAMPLE } from './word-lists.js';

/** What is wrong with the keywords of a template, keyword by keyword. */
export function keywordFindings(keywords: readonly KeywordDraft[]): ReviewFinding[] {
  return keywords.flatMap(({ name, example }, index) => {
    const place = `keywords[${index}].name`;
    return [
      ...againstOthers(name, place, keywords.slice(0, index)),
      ...symbols(name, place, 'keyword-symbols'),
      ...personal(name, place, 'keyword-personal'),
      ...broad(name, place),
      ...sample(name, example, `keywords[${index}].example`),
    ];
  });
}

/** Each pair is told once, at its second keyword. */
function againstOthers(name: string, place: string, before: readonly KeywordDraft[]): ReviewFinding[] {
  const same = before.find((other) => plainWords(other.name) === plainWords(name));
  if (same)
    return [
      {
        rule: 'keyword-unique',
        place,
        message: `the keyword "${same.name}" is there already; each may be used once under a title`,
        messageZh: `关键词“${same.name}”重复，同一标题下每个关键词只能出现一次`,
      },
    ];
  const near = before.find((other) => isTooSimilar(other.name, name));
  if (!near) return [];
  return [
    {
      rule: 'keyword-similar',
      place,
      message: `the keyword is too similar to "${near.name}"; say what tells them apart, or leave one out`,
      messageZh: `关键词与“${near.name}”过于近似，请写明区别，或去掉其中一个`,
    },
  ];
}

function broad(name: string, place: string): ReviewFinding[] {
  const plain = plainWords(name).replace(/\p{N}+$/u, '');
  if (without(BROAD, plain) !== '') return [];
  return [
    {
      rule: 'keyword-broad',
      place,
      message: 'the keyword is too broad; say of what, as 课程名称 does',
      messageZh: '关键词过于宽泛，须具有限制性，例如“课程名称”',
    },
  ];
}

function sample(name: string, example: string, place: string): ReviewFinding[] {
  const plain = plainWords(example);
  if (example.trim() === '' || plain === plainWords(name) || isPlaceholder(plain, example))
    return [
      {
        rule: 'keyword-example',
        place,
        message: `the sample of "${name}" shows nothing; write what a person would really read`,
        messageZh: `“${name}”的示例没有实际内容，请填写用户真正会看到的内容`,
      },
    ];
  const kind = kindOf(name);
  if (!kind || kind.fits(example)) return [];
  return [
    {
      rule: 'keyword-example',
      place,
      message: `the sample of "${name}" does not match it: the keyword asks for ${kind.en}`,
      messageZh: `“${name}”的示例与关键词不符：应为${kind.zh}`,
    },
  ];
}

function isPlaceholder(plain: string, example: string): boolean {
  return NO_SAMPLE.includes(plain) || /^x{2,}$/.test(plain) || /^[\s*?？…._-]+$/.test(example);
}
